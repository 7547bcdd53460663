"""# HouseBuild

    a level of the blueprint          builder_0                          builder_1
    OCDDCO                            /kill                              /fill 0 1 1 0 3 1 obsidian
    CAAAAC   C white_concrete         /fill 0 0 1 5 0 3 white_concrete   /fill 2 1 1 2 1 1 planks
    CAAAAC   O obsidian               /fill 3 1 1 3 1 1 planks           ...
    OCCCCO   D planks, A air          ...

A team builds a house from a blueprint given level by level. No builder may fill more than about three quarters of any
block, and a fill that goes over its limit is ignored whole, so the work must be split, down to a door of two planks.
Meanwhile spiders bite: in every turn in which nobody writes `/kill` the team loses health, and with it the episode.

| | |
|---|---|
| Agents | `builder_0`, `builder_1`, ...: any number from 1 to 16 (`num_agents`, default 2) |
| Observation | the prompt of the turn, `str`: blueprint, spiders, limits, rules; from turn 2 on own previous answer and feedback |
| Action | any `str`: one command per line, `/fill x1 y1 z1 x2 y2 z2 block` or `/kill` |
| World | the blueprint's box (4 to 12 cells a side in the shipped splits); x right, y up, z back; empty at the start of each turn |
| Horizon | 4 turns; ends early when the reward is above 0.9 (`reward="coverage"`: 1.9) or health is gone |
| Reward | `match`: match - 0.1 min(1, D/HP) without a kill, in [-0.1, 1] |
| | `coverage`: 2 coverage - 1.5 redundancy - 0.2 min(1, D/HP) without a kill, at most 2 |

Reward terms (transcript): `match` [0, 1] and `spiders` [-0.1, 0]; or `coverage` [0, 2], `redundancy` (at most 0) and
`spiders` [-0.2, 0].

Infos: `turn`, `solved`; `match` = cells with the right block, air included / all cells; `coverage` = right blocks /
target blocks; `redundancy` = blocks where the blueprint has air / target blocks; `iou` = occupancy, whatever the block;
`hp` = health after the turn; `damage` = D of this turn, 0 with a kill; `killed`; `accepted`, `rejected` = this
builder's lines.

Limits (`limited_resource=True`): ceil(c/n) + floor(c/2n) cells per turn for a block with c cells in the blueprint,
where n builders have it in their palettes; filling a cell twice counts twice, air is free. A block that nobody has
cannot be built. Commands are read by the rules of `collm_envs.minecraft.commands`; builders are applied in order, a
later one over an earlier one.

Spiders: three, each with 1, 2 or 3 damage per turn, drawn per episode from the environment's generator and told in the
prompt; D is their sum, HP the health at the start (5). Any builder's `/kill` keeps them off for one turn. As D is 5 or
more in 23 of 27 draws, a turn without a kill mostly ends the episode: feedback is for teams that remember it.

## Arguments

`max_cycles=4`, `split="train"`, `render_mode=None`, `num_agents=2`, `palettes=None` (one list per builder; None: the
legend's blocks for all), `max_commands=300` (the team's), `limited_resource=True`, `reward="match"`,
`spider_attacks=None` (a fixed list for every episode), `constant_health=False`, `feedback="score"`,
`persistent_world=False`, `report=True`, `answer_last=False`; and for a server `backend="memory"`, `host=None`,
`port=None`, `bridge="auto"`, `plot=None`, `turn_timeout=30.0`, `spider_seconds=2.0`.

Feedback modes, all after the report (reward, terms, rejected lines with reasons, health) unless `report=False`:

- `none`: nothing more.
- `score`: the reward; with the report, which begins with it, the same as `none`.
- `positions`: all target cells with their blocks, and the request to take about half of them.
- `fixes`: one plan for the team within everyone's limits, from which each builder gets the boxes of its own that are
  right and those that are not; `builder_0` is to keep the spiders off.
- `cells`: own accepted commands, and the first 20 wrong cells, the same for all.
- `boxes`: own accepted commands, and up to 20 boxes with a wrong cell, and as many cells that should be air, on the
  builder's levels (equal shares from the ground up, a level on the border belongs to both neighbours; the reference
  parts its houses at y=2).
- `budget`: own accepted commands, what was used of each limit, the largest boxes that fit the limits together, and the
  largest part of another box that still fits. The reference also prints what is left of each limit, after these boxes
  though it says after the previous turn; here it is left out.

The reference's versions of `fixes` and `cells` ask to correct only what is listed although the world starts empty
again, which erases what was right. Here they also say what to repeat, unless `persistent_world=True`.

Splits: `train`, `val`, `test` (eight kinds of roof, doors, windows, disjoint), `paper_train`, `paper_test` (the paper's
ten houses, of which five differ), `generated`, `generated:easy | medium | hard`, and for toy models `generated:tiny` (72
open huts of four boxes: floor, two walls, roof). Injected: `options={"task": {"inventory": {"C": "white_concrete", "A":
"air"}, "layers": [["CC", "CA"]], "spider_attacks": [2, 1, 3], "player_hp": 5}}`, layers from the ground up, row index =
z, character index = x.

`PAPER` is the released setting: its ten houses, 600 commands, spiders that are the same in every episode (2, 2, 2) and
never lower the health, no report, own answer last. Its early stop above 0.9 is that of the reference's MAGRPO; for its
actor-critic it was out of reach.

## On a Minecraft server

`backend="server"` plays on a server of the Minecraft protocol, as StrBuild's page says (`collm_envs.strbuild_v0`), and there
the spiders are real: each turn one comes for every drawn attack, with that damage per bite, in the dark, while the builders
build. `/kill` removes them at its place in the order of commands. Those that nobody kills chase the builders for
`spider_seconds`; then every builder's health, 20 when full, is read from the server. So damage is measured, not computed:
where the bites land, and how many, is the server's chance.

- `hp` = mean of the builders' health, as a number that is HP when all are well; `damage` = how far it fell in this turn;
  D in the reward is that `damage`, kill or no kill.
- Further infos: `health` of each builder (0 to 20), `drawn_damage` = sum of the drawn attacks, `spider_seed` = what the
  embedded server's spiders were seeded with. The seed follows from the episode's, and leaves all other draws as they are in
  process; equal seeds make equal first bites, but not equal walks.
- A server's own rules hold: where it breaks half a door, say, or lets sand fall, that is what stands and what is scored. The
  embedded server has no such rules.
- The episode is lost as soon as one builder has died. With `constant_health` damage is measured, then healed.

What makes it hard: limits that no builder can meet alone, one plan that both must guess, and a duty that someone must
remember.

## Version history

- v0: as in arXiv:2601.21972 with the constants of the code released with it (v1.3.6).
"""

from collm_envs.core.registration import constructors
from collm_envs.minecraft.housebuild import PAPER, HouseBuild

parallel_env, env, raw_env = constructors(HouseBuild)

__all__ = ["PAPER", "env", "parallel_env", "raw_env"]
