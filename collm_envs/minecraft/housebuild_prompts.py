"""The prompts of HouseBuild. Edit them here; nothing else depends on their wording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from collm_envs.core.task import Score
from collm_envs.minecraft.building import share_of
from collm_envs.minecraft.compare import compare
from collm_envs.minecraft.house import Fill, House, limits_of
from collm_envs.minecraft.plans import divide
from collm_envs.minecraft.world import AIR, Box, Cell, World, blocks, solid, spell

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
_AIM = {
    "match": "The reward is the share of all cells of the box, air included, that hold the right block",
    "coverage": "The reward counts target cells that hold the right block; blocks where the blueprint has air cost",
}


def opening(task: HouseBuild, house: House, agent: int) -> str:
    """Task and role of one builder."""
    box, palette = house.box, task.team_palettes(house)[agent]
    useful = [block for block in solid(palette) if house.counts.get(block, 1)]
    lines = [
        task.introduction(agent),
        "Build this house." if task.num_agents == 1 else "Together you build this house, each of you a part of it.",
        f"{_AIM[task.reward]}.",
        "",
        f"Your blocks: {', '.join(useful)} (and air, to clear cells)",
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
        f"- {task.command_limit(agent)}",
        f"- {task.world_rule}",
    ]
    if task.limited_resource:
        limits = limits_of(house, task.team_palettes(house))
        lines.append("- Your limits per turn, in cells filled (a fill that goes over is ignored whole; air is free):")
        lines += [f"  {block}: {limits[block]}" for block in useful if block in limits]
    return "\n".join(lines)


def _threat(task: HouseBuild, house: House) -> str:
    if not house.attacks:
        return "No spiders are near."
    if task.on_server:
        return _threat_of_bites(task, house)
    damage = sum(house.attacks)
    cost = "reward" if task.constant_health else f"reward and {damage} health, and at 0 health the game is over"
    whoever = "you do not write" if task.num_agents == 1 else "no builder writes"
    return (
        f"Beware: {len(house.attacks)} spiders attack with {', '.join(map(str, house.attacks))} damage, {damage} in all; "
        f"you start with {house.player_hp} health.\nA turn in which {whoever} the line /kill costs {cost}."
    )


def _threat_of_bites(task: HouseBuild, house: House) -> str:
    whoever = "you do not write" if task.num_agents == 1 else "no builder writes"
    whose = "Your health is" if task.num_agents == 1 else "The team's health is the builders' mean,"
    cost = "reward" if task.constant_health else "reward and stays lost; when a builder has none left, the game is over"
    bites = ", ".join(map(str, house.attacks))
    return (
        f"Beware: {len(house.attacks)} spiders chase you; a bite of theirs takes {bites} of a builder's 20 health. "
        f"{whose} told as {house.player_hp} when it is full.\n"
        f"In a turn in which {whoever} the line /kill they bite for {task.spider_seconds:g} seconds. "
        f"Health that is lost costs {cost}."
    )


def health(score: Score) -> str:
    """What became of the spiders and the team."""
    if score.evidence.outcome is not None:
        return _health_measured(score)
    if score.metrics["killed"]:
        return f"The spiders were killed; they come back every turn. Health: {score.metrics['hp']}."
    return f"Nobody killed the spiders: {score.metrics['damage']} damage. Health: {score.metrics['hp']}."


def _health_measured(score: Score) -> str:
    fate = "The spiders were killed; they come back every turn" if score.metrics["killed"] else "Nobody killed the spiders"
    each = ", ".join(f"{health:.4g}" for health in score.evidence.outcome.health)
    damage, hp = score.metrics["damage"], score.metrics["hp"]
    return f"{fate}: {damage:.3g} damage. Health: {hp:.3g}. Of 20 the builders have: {each}."


def advices(task: HouseBuild, house: House, score: Score) -> Sequence[str]:
    """What each builder hears besides the reward, by feedback mode."""
    team = range(task.num_agents)
    if task.feedback == "positions":
        return (_positions(house, task.num_agents),) * task.num_agents
    if task.feedback == "fixes":
        return _fixes(task, house, score)
    if task.feedback == "cells":
        wrong = _cells(_wrong_cells(house, score))
        return [f"{_repeat(task, agent, score)}\n\n{wrong}" for agent in team]
    if task.feedback == "boxes":
        surplus = _surplus(house, score)
        return [f"{_repeat(task, agent, score)}\n\n{_boxes(task, house, agent, score, surplus)}" for agent in team]
    if task.feedback == "budget":
        return [f"{_repeat(task, agent, score)}\n\n{_budget(task, house, agent, score)}" for agent in team]
    return ("",) * task.num_agents


@lru_cache(maxsize=256)
def _positions(house: House, builders: int) -> str:
    cells = sorted(blocks(house.box, house.target).items(), key=lambda item: (-item[0][1], item[0][0], item[0][2]))
    listed = "; ".join(f"{spell(cell)} {block}" for cell, block in cells)
    choose = f"Choose about {share_of(len(cells), builders)} of them; the team takes the rest.\n" if builders > 1 else ""
    return f"{choose}The {len(cells)} target cells, as x y z block: {listed}"


def _fixes(task: HouseBuild, house: House, score: Score) -> Sequence[str]:
    plan = divide(house, task.team_palettes(house), task.limited_resource)
    built, surplus = score.evidence.world, _surplus(house, score)
    told = []
    for agent, mine in enumerate(plan):
        right = [fill for fill in mine if _holds(house.box, built, fill)]
        wrong = [fill for fill in mine if not _holds(house.box, built, fill)]
        parts = [f"The team's plan gives you {len(mine)} boxes."]
        if agent == 0 and house.attacks:
            parts.append("It is you who keeps the spiders off, in every turn:\n/kill")
        if right and not task.persistent_world:
            parts.append("Right already; the world is empty again, so repeat these:\n" + _commands(right))
        parts.append("Wrong or missing; place these:\n" + _commands(wrong) if wrong else "None of your boxes is wrong.")
        if surplus:
            word = "clear with air" if task.persistent_world else "place nothing at"
            parts.append(f"Outside the house; {word}: {'; '.join(map(spell, surplus))}")
        told.append("\n".join(parts))
    return told


def _repeat(task: HouseBuild, agent: int, score: Score) -> str:
    commands = [command.text for command in score.evidence.commands[agent].accepted]
    if task.persistent_world:
        return "What was built stays; correct only what is wrong."
    if not commands:
        return "None of your commands was accepted."
    return "The world is empty again. Your accepted commands were these; repeat what was right:\n" + "\n".join(commands)


def _cells(wrong: Sequence[tuple[Cell, str]]) -> str:
    if not wrong:
        return "No cell is wrong."
    listed = "\n".join(f"{spell(cell)} should be {block}" for cell, block in wrong[:_LISTED])
    return f"{len(wrong)} cells are wrong; the first of them, the same list for every builder:\n{listed}"


def _boxes(task: HouseBuild, house: House, agent: int, score: Score, surplus: Sequence[Cell]) -> str:
    # Levels are shared out from the ground up; a level on the border belongs to both neighbours.
    levels, team = house.box.height - 1, task.num_agents
    low, high = levels * agent // team, levels * (agent + 1) // team
    built, where = score.evidence.world, f"on your levels y={low} to y={high}"
    wrong = [fill for fill in house.fills if low <= fill.a[1] <= high and not _holds(house.box, built, fill)]
    extra = [cell for cell in surplus if low <= cell[1] <= high]
    parts = []
    if wrong:
        within = ", as far as your blocks and limits go" if task.limited_resource or task.palettes is not None else ""
        parts.append(f"Boxes with a wrong cell {where}{within}:\n{_commands(wrong[:_LISTED])}")
    if extra:
        parts.append(f"Cells {where} that should be air: {'; '.join(map(spell, extra[:_LISTED]))}")
    return "\n".join(parts) or f"All is right {where}."


def _budget(task: HouseBuild, house: House, agent: int, score: Score) -> str:
    palettes = task.team_palettes(house)
    limits = {block: limit for block, limit in limits_of(house, palettes).items() if limit and block in palettes[agent]}
    used = dict.fromkeys(limits, 0)
    for command in score.evidence.commands[agent].accepted:
        if command.block in used:
            used[command.block] += command.volume
    lines = ["Limits are full again each turn. Used in the previous turn:"]
    lines += [f"  {block}: {used[block]} of {limit}" for block, limit in limits.items()]
    left, chosen, others = dict(limits), [], []
    for fill in sorted(house.fills, key=lambda fill: fill.volume, reverse=True):
        if fill.volume <= left.get(fill.block, 0):
            left[fill.block] -= fill.volume
            chosen.append(fill)
        elif fill.block in left:
            others.append(fill)
    lines.append("The largest boxes that fit your limits together:\n" + _commands(chosen))
    parts = [part for fill in others if (part := fill.part(left[fill.block])) is not None]
    if parts:
        lines.append("With these placed, the largest part of another box that still fits:")
        lines.append(max(parts, key=lambda part: part.volume).text)
    return "\n".join(lines)


def _wrong_cells(house: House, score: Score) -> list[tuple[Cell, str]]:
    """Cells that differ from the blueprint, with the block that should be there, by (y, x, z)."""
    found, target = compare(house.box, house.target, score.evidence.world), blocks(house.box, house.target)
    wrong = house.box.cells(found.missing | found.wrong | found.extra)
    return [(cell, target.get(cell, AIR)) for cell in sorted(wrong, key=lambda cell: (cell[1], cell[0], cell[2]))]


def _surplus(house: House, score: Score) -> list[Cell]:
    """Cells with a block where the blueprint has air, by (y, z, x)."""
    return list(house.box.cells(compare(house.box, house.target, score.evidence.world).extra))


def _holds(box: Box, world: World, fill: Fill) -> bool:
    mask = box.fill(fill.a, fill.b)
    return world.get(fill.block, 0) & mask == mask


def _commands(fills: Iterable[Fill]) -> str:
    return "\n".join(fill.text for fill in fills)
