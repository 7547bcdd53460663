"""The prompts of HouseBuild. Edit them here; nothing else depends on their wording."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from collm_envs.core.task import Score
from collm_envs.minecraft.building import share_of
from collm_envs.minecraft.commands import shares
from collm_envs.minecraft.house import Fill, House, limits_of
from collm_envs.minecraft.plans import divide
from collm_envs.minecraft.world import AIR, Box, Cell, blocks

if TYPE_CHECKING:
    from collm_envs.minecraft.housebuild import HouseBuild

FEEDBACK_MODES = {
    "score": "the reward of the previous turn",
    "positions": "all target cells with their blocks, with the request to take about half of them",
    "fixes": "one plan for the team: your boxes that are right and those that are not",
    "cells": "your accepted commands and the first 20 wrong cells, the same for all",
    "boxes": "your accepted commands and up to 20 boxes with a wrong cell on your levels",
    "budget": "your accepted commands, what you used of each block, and boxes that your limits allow",
    "none": "nothing but the report",
}
_LISTED = 20


def opening(task: HouseBuild, house: House, agent: int) -> str:
    """Task and role of one builder."""
    box, palette = house.box, task.team_palettes(house)[agent]
    lines = [
        "You are a builder in a block world. Answer with commands only, one per line, no explanations.",
        "",
        f"You are builder {agent + 1} of a team of {task.num_agents}. All of you act at the same time, each on a part of it.",
        "Later builders' commands replace the blocks of earlier ones where they meet. Together you build this house.",
        "",
        f"Blocks: {', '.join(block for block in palette if block != AIR)} (and air, to clear cells)",
        "",
        "Blueprint, as boxes x1 y1 z1 x2 y2 z2 block; every other cell is air:",
    ]
    level = -1
    for fill in house.fills:
        if fill.a[1] != level:
            level = fill.a[1]
            lines.append(f"Level y={level}:")
        lines.append(f"  {fill.corners} {fill.block}")
    lines += [
        "",
        f"The box goes from x=0 y=0 z=0 to x={box.width - 1} y={box.height - 1} z={box.depth - 1}; y is up.",
        "",
        _threat(task, house),
        "",
        "Rules:",
        "- Commands: /fill x1 y1 z1 x2 y2 z2 block (corners in any order) and /kill. Coordinates are whole numbers inside the box.",
        f"- At most {shares(task.max_commands, task.num_agents)[agent]} commands. Lines that break a rule are ignored.",
        f"- {task.world_rule}",
    ]
    if task.limited_resource:
        lines.append("- Your limits per turn, in cells filled (a fill that goes over is ignored whole; air is free):")
        lines += [f"  {block}: {limit}" for block, limit in limits_of(house, task.num_agents).items() if block in palette]
    return "\n".join(lines)


def _threat(task: HouseBuild, house: House) -> str:
    if not house.attacks:
        return "No spiders are near."
    damage = sum(house.attacks)
    cost = "the team loses reward" if task.constant_health else f"the team loses {damage} health, and at 0 the game is over"
    return (
        f"Beware: {len(house.attacks)} spiders attack with {', '.join(map(str, house.attacks))} damage, {damage} in all; "
        f"the team starts with {house.player_hp} health.\nIn every turn in which no builder writes the line /kill, {cost}."
    )


def advice(task: HouseBuild, house: House, agent: int, score: Score) -> str:
    """What one builder hears after the report, by feedback mode."""
    if task.feedback == "positions":
        return _positions(task, house)
    if task.feedback == "fixes":
        return _fixes(task, house, agent, score)
    if task.feedback in ("cells", "boxes", "budget"):
        extra = {"cells": _cells, "boxes": _boxes, "budget": _budget}[task.feedback]
        return f"{_repeat(task, agent, score)}\n\n{extra(task, house, agent, score)}"
    return task.reward_alone(score)


def health(score: Score) -> str:
    """What became of the spiders and the team."""
    if score.metrics["killed"]:
        return f"The spiders were killed; they come back every turn. Health: {score.metrics['hp']}."
    return f"Nobody killed the spiders: {score.metrics['damage']} damage. Health: {score.metrics['hp']}."


def _positions(task: HouseBuild, house: House) -> str:
    cells = sorted(blocks(house.box, house.target).items(), key=lambda item: (-item[0][1], item[0][0], item[0][2]))
    listed = "; ".join(f"{_spell(cell)} {block}" for cell, block in cells)
    return (
        f"The {len(cells)} target cells, as x y z block: {listed}\n"
        f"Choose about {share_of(len(cells), task.num_agents)} of them; the team takes the rest."
    )


def _fixes(task: HouseBuild, house: House, agent: int, score: Score) -> str:
    limits = limits_of(house, task.num_agents) if task.limited_resource else {}
    mine = divide(house.fills, task.team_palettes(house), [limits] * task.num_agents)[agent]
    built = score.evidence.world
    right = [fill for fill in mine if _holds(house.box, built, fill)]
    wrong = [fill for fill in mine if fill not in right]
    parts = [f"The team's plan gives you {len(mine)} boxes."]
    if right and not task.persistent_world:
        parts.append("Right already; the world is empty again, so repeat these:\n" + _commands(right))
    parts.append("Wrong or missing; place these:\n" + _commands(wrong) if wrong else "None of your boxes is wrong.")
    surplus = [cell for cell, block in _wrong_cells(house, score) if block == AIR]
    if surplus:
        word = "clear with air" if task.persistent_world else "place nothing at"
        parts.append(f"Outside the house; {word}: {'; '.join(map(_spell, surplus))}")
    return "\n".join(parts)


def _repeat(task: HouseBuild, agent: int, score: Score) -> str:
    commands = [command.text for command in score.evidence.commands[agent].accepted]
    if task.persistent_world:
        return "What was built stays; correct only what is wrong."
    if not commands:
        return "None of your commands was accepted."
    return "The world is empty again. Your accepted commands were these; repeat what was right:\n" + "\n".join(commands)


def _cells(task: HouseBuild, house: House, agent: int, score: Score) -> str:
    wrong = _wrong_cells(house, score)
    if not wrong:
        return "No cell is wrong."
    listed = "\n".join(f"{_spell(cell)} should be {block}" for cell, block in wrong[:_LISTED])
    return f"{len(wrong)} cells are wrong; the first of them, the same list for every builder:\n{listed}"


def _boxes(task: HouseBuild, house: House, agent: int, score: Score) -> str:
    # Levels are shared out from the ground up; a level on the border belongs to both neighbours.
    levels, team = house.box.height - 1, task.num_agents
    low, high = levels * agent // team, levels * (agent + 1) // team
    built = score.evidence.world
    wrong = [fill for fill in house.fills if low <= fill.a[1] <= high and not _holds(house.box, built, fill)]
    if not wrong:
        return f"All boxes on your levels y={low} to y={high} are right."
    return f"Boxes with a wrong cell on your levels y={low} to y={high}:\n{_commands(wrong[:_LISTED])}"


def _budget(task: HouseBuild, house: House, agent: int, score: Score) -> str:
    limits, used = limits_of(house, task.num_agents), dict.fromkeys(house.counts, 0)
    for command in score.evidence.commands[agent].accepted:
        if command.block in used:
            used[command.block] += command.volume
    lines = ["Limits are full again each turn. Used in the previous turn:"]
    lines += [f"  {block}: {used[block]} of {limits[block]}" for block in house.counts]
    left, chosen = dict(limits), []
    for fill in sorted(house.fills, key=lambda fill: fill.volume, reverse=True):
        if fill.volume <= left[fill.block]:
            left[fill.block] -= fill.volume
            chosen.append(fill)
    lines.append("The largest boxes that fit your limits together:\n" + _commands(chosen))
    if any(left.values()):
        rest = ", ".join(f"{count} {block}" for block, count in left.items() if count)
        lines.append(f"With these all placed you would have left: {rest}, for parts of the other boxes.")
    return "\n".join(lines)


def _wrong_cells(house: House, score: Score) -> list[tuple[Cell, str]]:
    """Cells that differ from the blueprint, with the block that should be there, by (y, x, z)."""
    built, target = blocks(house.box, score.evidence.world), blocks(house.box, house.target)
    wrong = {cell: target.get(cell, AIR) for cell in {**built, **target} if built.get(cell) != target.get(cell)}
    return sorted(wrong.items(), key=lambda item: (item[0][1], item[0][0], item[0][2]))


def _holds(box: Box, world: dict[str, int], fill: Fill) -> bool:
    mask = box.fill(fill.a, fill.b)
    return world.get(fill.block, 0) & mask == mask


def _commands(fills: Iterable[Fill]) -> str:
    return "\n".join(fill.text for fill in fills)


def _spell(cell: Cell) -> str:
    return " ".join(map(str, cell))
