"""The prompts of StrBuild. Edit them here; nothing else depends on their wording."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from collm_envs.core.task import Score
from collm_envs.minecraft.building import share_of
from collm_envs.minecraft.compare import compare
from collm_envs.minecraft.mural import Mural
from collm_envs.minecraft.plans import paint
from collm_envs.minecraft.world import AIR, blocks, solid, spell

if TYPE_CHECKING:
    from collm_envs.minecraft.strbuild import StrBuild

FEEDBACK_MODES = {
    "positions": "all target cells, with the request to take about half of them",
    "score": "the reward of the previous turn",
    "fixes": "one plan for the team: your cells that are right and those that are not",
    "none": "nothing but the report",
}


_ALIKE = {
    "class": "all planks and wood look alike, so do stone and its kin, so do all concretes; other blocks are textures of their own",
    "colour": "blocks of one dye colour look alike; other blocks are textures of their own",
}


def opening(task: StrBuild, mural: Mural, agent: int) -> str:
    """Task and role of one builder."""
    box, lines = mural.box, [task.introduction(agent)]
    if task.show_target:
        who = "Draw" if task.num_agents == 1 else "Together you draw"
        lines += ["", f"{who} this word (# is a cell to cover, . stays free; the first row is the top):", "", mural.grid]
    lines += [
        "",
        f"The box goes from x=0 y=0 z=0 to x={box.width - 1} y={box.height - 1} z=0.",
        f"x counts columns from the left. y counts rows from the bottom: the top row is y={box.height - 1}. z is always 0.",
        "",
        f"Your blocks: {task.own_blocks[agent]} (and air, to clear a cell)",
        "",
        "Rules:",
        f"- Commands: {_forms(task)}. Coordinates are whole numbers inside the box.",
        f"- {task.command_limit(agent)}",
        f"- Blocks that touch in x or y should differ in texture: {_ALIKE[task.texture]}.",
    ]
    if task.show_target:
        lines += [
            "- Cover every # cell and nothing else; any block covers a cell.",
            "- Use every one of your blocks at least once.",
        ]
    lines += [f"- {task.world_rule}", "", f"Example of a line: /setblock 0 0 0 {solid(task.team_palettes[agent])[0]}"]
    return "\n".join(lines)


def _forms(task: StrBuild) -> str:
    return "/setblock x y z block" + (" or /fill x1 y1 z1 x2 y2 z2 block" if task.allow_fill else "")


def advices(task: StrBuild, mural: Mural, score: Score) -> Sequence[str]:
    """What each builder hears besides the reward, by feedback mode."""
    if task.feedback == "positions":
        return [_positions(task, mural, agent) for agent in range(task.num_agents)]
    if task.feedback == "fixes":
        return _fixes(task, mural, score)
    return ("",) * task.num_agents


def _positions(task: StrBuild, mural: Mural, agent: int) -> str:
    cells = f"The {mural.target_cells} target cells, as x y z: {_listing(mural)}\n"
    if task.num_agents == 1:
        return f"{cells}Use all your blocks: {task.own_blocks[agent]}. Format: {_forms(task)}."
    return (
        f"{cells}Choose about {share_of(mural.target_cells, task.num_agents)} of them, no two of yours side by side if you can; "
        f"the team takes the rest. Use all your blocks: {task.own_blocks[agent]}. Format: {_forms(task)}."
    )


@lru_cache(maxsize=1024)
def _listing(mural: Mural) -> str:
    """The target cells from the top, left to right; the same turn after turn, episode after episode."""
    cells = sorted(mural.box.cells(mural.target), key=lambda cell: (-cell[1], cell[0]))
    return "; ".join(map(spell, cells))


def _fixes(task: StrBuild, mural: Mural, score: Score) -> Sequence[str]:
    built = blocks(mural.box, score.evidence.world)
    plan = paint(mural, task.team_palettes, task.texture)
    extra = list(mural.box.cells(compare(mural.box, task.goal(mural), score.evidence.world).extra))
    told = []
    for agent in range(task.num_agents):
        mine = {cell: block for cell, (owner, block) in plan.items() if owner == agent}
        right = [f"/setblock {spell(cell)} {block}" for cell, block in mine.items() if built.get(cell) == block]
        wrong = [f"/setblock {spell(cell)} {block}" for cell, block in mine.items() if built.get(cell) != block]
        parts = [f"The team's plan gives you {len(mine)} cells."]
        if right and not task.persistent_world:
            parts.append("Right already; the world is empty again, so repeat these:\n" + "\n".join(right))
        parts.append("Wrong or missing; place these:\n" + "\n".join(wrong) if wrong else "None of your cells is wrong.")
        if extra and not task.persistent_world:
            parts.append(f"Outside the word; place nothing at: {'; '.join(map(spell, extra))}")
        elif extra and agent == task.num_agents - 1:
            parts.append("Outside the word; clear these:\n" + "\n".join(f"/setblock {spell(cell)} {AIR}" for cell in extra))
        told.append("\n".join(parts))
    return told
