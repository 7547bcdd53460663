"""# StrBuild

    word ICML                 builder_0: oak_planks, stone        builder_1: white_concrete, obsidian
    #####...####..#...#..#....
    ..#....#......##.##..#....       /setblock 0 4 0 oak_planks       /setblock 1 4 0 white_concrete
    ..#....#......#.#.#..#....       /setblock 2 4 0 stone            /setblock 3 4 0 obsidian
    ..#....#......#...#..#....       ...                              ...
    #####...####..#...#..#####

A team draws a word as a mural one block thick. Every builder has blocks of its own, all act at once, and blocks that
touch should differ in texture: whoever draws alone loses points, and so do two who do not agree on who takes which
cells.

| | |
|---|---|
| Agents | `builder_0`, `builder_1`, ...: any number from 1 to 16 (`num_agents`, default 2) |
| Observation | the prompt of the turn, `str`: grid, box, own palette, rules; from turn 2 on own previous answer and feedback |
| Action | any `str`: one command per line, `/setblock x y z block` or `/fill x1 y1 z1 x2 y2 z2 block` |
| World | 5 high, 1 deep, 5m + spacing(m-1) wide for m letters; x right, y up; empty at the start of each turn |
| Horizon | 4 turns; ends early when the reward is above 1.9 |
| Reward | 2 coverage - 1.5 extra_ratio - adjacent_same_ratio - 0.25 missing_palettes, in [-2.5 - 0.25 agents, 2] |

Reward terms (transcript): `coverage` [0, 2], `extra` [-1.5, 0], `adjacent` [-1, 0], `palettes` [-0.25 agents, 0].

Infos: `turn`, `solved`; `coverage` = covered / target cells, any block counts; `extra_ratio` = blocks outside the
target / cells outside it; `adjacent_same_ratio` = share of touching pairs of blocks with the same texture, 0 without
pairs; `missing_palettes` = builders of whom some block other than air is not in the world; `iou` = covered / (target +
extra); `accepted`, `rejected` = this builder's lines.

Commands are read by the rules of `collm_envs.minecraft.commands`; builders are applied in order, a later one over an
earlier one. `max_commands` (300) is the team's, split evenly with an odd remainder to the first; lines that do not
count are ignored at no cost, and reported. Textures: planks and wood are one, stone and its kin another, concrete a
third; obsidian and all others are their own (`texture="colour"`: the dye in the block's name, as in the first release
of the reference).

## Arguments

`max_cycles=4`, `split="train"`, `render_mode=None`, `num_agents=2`, `palettes=None` (one list per builder),
`max_commands=300`, `feedback="positions"`, `show_target=True`, `allow_fill=True`, `persistent_world=False`,
`texture="class"`, `report=True`, `answer_last=False`; and for a server `backend="memory"`, `host=None`, `port=None`,
`bridge="auto"`, `plot=None`, `turn_timeout=30.0`.

Feedback modes, all after the report (reward, terms, rejected lines with reasons) unless `report=False`:

- `none`: nothing more.
- `score`: the reward; with the report, which begins with it, the same as `none`.
- `positions`: all target cells, and the request to take about half of them. It says nothing about mistakes.
- `fixes`: one plan for the team, from which each builder gets the cells of its own that are right and those that are
  not. The reference lists only the wrong ones although the world starts empty again, so that doing just what it says
  erases all that was right, and its plan uses one block of each palette, worth 1.5 at best. Here the right cells are
  listed too (left out with `persistent_world=True`) and the plan is worth 2.

Splits: `train`, `val`, `test` (random words of 1 to 8 letters, disjoint), `paper_train`, `paper_test` (the paper's ten
words), `generated`, `generated:easy | medium | hard`, and for toy models `generated:tiny` (one of nine letters of 7 to
11 cells). Injected: `options={"task": {"text": "ICML", "spacing": 2}}`.

`PAPER` is the released setting: its ten words, grid hidden on turn 1, `/setblock` only, no report, own answer last. The
reference has one more quirk that is not reproduced: its actor-critic scripts score the first turn against another word
of the same length.

## On a Minecraft server

`backend="server"` plays the same task on a server of the Minecraft protocol, each builder a bot that joins it. Without a
`host` an embedded server is started on this machine (once: `pip install collm-envs[minecraft]`, then `collm minecraft
install`); with one, worlds stand on that server, port 25565 unless `port` says otherwise, in a place of their own among
others' (`plot`). Accepted commands are sent by the builder's own bot, builder after builder; then another bot reads the
world back, and what it read is scored: on a server that does what it is told, to the same reward as in process.

Blocks that a server has under another name (`planks` is `oak_planks`) are translated both ways; the transcript tells, under
`server`, which (`mapped`) and what the server complained about (`remarks`). `reset` makes the plot empty. It raises
ServerError if the server cannot be had, and ValueError for blocks the server does not know or a word too wide for a plot.
A turn in which the server is lost, or takes longer than `turn_timeout` seconds, truncates the episode and has no reward;
the next `reset` connects again. `env.close()` ends the embedded server; forks share it. `backend` may also be an open site of
`collm_envs.minecraft.server`, which several environments then share, one turn at a time.

What makes it hard: the palettes force real division of labour, and no builder sees what the other is about to write.

## Version history

- v0: as in arXiv:2601.21972 with the constants of the code released with it (v1.3.6).
"""

from collm_envs.core.registration import constructors
from collm_envs.minecraft.strbuild import PAPER, StrBuild

parallel_env, env, raw_env = constructors(StrBuild)

__all__ = ["PAPER", "env", "parallel_env", "raw_env"]
