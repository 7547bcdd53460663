"""The four rewards once more, as plainly as the rules read: line by line, cell by cell, no masks, tables or memory.

An independent second opinion for the tests, and the yardstick of ``benchmarks/speed.py``.
"""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from collm_envs.minecraft.font import _LETTERS
from collm_envs.writing.lexicon import CONNECTIVES, STOPWORDS


def lines_of(text):
    """The lines that are looked at, without list markers."""
    parts = text.split("```")
    if len(parts) >= 3:
        first, newline, rest = parts[1].partition("\n")
        text = rest if re.fullmatch(r"[\w+#.-]*[ \t]*\r?", first) and (newline or not rest) else parts[1]
    found = []
    for line in text.splitlines():
        line = line.strip()
        found.append(re.sub(r"^(?:[-*]+|[0-9]+[.)])\s*", "", line))
    return [line for line in found if line]


def commands_of(text, size, palette, verbs, limit, budget=None):
    """Accepted commands as (verb, near corner, far corner, block), and how many lines were rejected."""
    used, accepted, rejected = Counter(), [], 0
    for line in lines_of(text):
        command = None if len(accepted) >= limit else command_of(line, size, palette, verbs)
        if command and command[0] == "fill" and budget is not None and command[3] in budget:
            volume = int(np.prod([abs(a - b) + 1 for a, b in zip(command[1], command[2])]))
            if used[command[3]] + volume > budget[command[3]]:
                command = None
            else:
                used[command[3]] += volume
        if command:
            accepted.append(command)
        else:
            rejected += 1
    return accepted, rejected


def command_of(line, size, palette, verbs):
    """One line as a command, or None."""
    words = line[1:].split() if line.startswith("/") else line.split()
    if not words or words[0].lower() not in verbs:
        return None
    verb = words[0].lower()
    if verb == "kill":
        return ("kill", None, None, None)
    count = 3 if verb == "setblock" else 6
    if len(words) < count + 2 or (verb == "fill" and len(words) != 8):
        return None
    if not all(re.fullmatch(r"-?[0-9]+", word) for word in words[1 : count + 1]):
        return None
    block = words[count + 1].removeprefix("minecraft:")
    numbers = [int(word) for word in words[1 : count + 1]]
    near, far = numbers[:3], numbers[-3:]
    inside = all(0 <= value < most for corner in (near, far) for value, most in zip(corner, size))
    return (verb, near, far, block) if inside and block in {*palette, "air"} else None


def place(world, commands):
    for verb, near, far, block in commands:
        if verb != "kill":
            low, high = np.minimum(near, far), np.maximum(near, far) + 1
            world[low[0] : high[0], low[1] : high[1], low[2] : high[2]] = block


def shares(total, agents):
    return [total // agents + (1 if agent < total % agents else 0) for agent in range(agents)]


def texture(block):
    if block.endswith(("_planks", "_wood")):
        return "wood"
    if block in ("stone", "cobblestone", "smooth_stone", "stone_bricks") or block.endswith(("_stone", "_stone_bricks")):
        return "stone"
    return "concrete" if block.endswith("_concrete") else block


def strbuild(text, spacing, actions, palettes, max_commands, allow_fill, world=None):
    """Reward, (coverage, extra, adjacent, missing, iou), accepted, rejected, world of a StrBuild turn."""
    width = 5 * len(text) + spacing * (len(text) - 1)
    target = np.zeros((width, 5, 1), dtype=bool)
    for number, letter in enumerate(text):
        for row, marks in enumerate(_LETTERS.get(letter, "").split()):
            for column, mark in enumerate(marks):
                target[number * (5 + spacing) + column, 4 - row, 0] = mark == "#"
    world = np.full(target.shape, "air", dtype=object) if world is None else world.copy()
    accepted, rejected = [], []
    for action, palette, limit in zip(actions, palettes, shares(max_commands, len(actions))):
        commands, bad = commands_of(action, target.shape, palette, ("setblock", "fill") if allow_fill else ("setblock",), limit)
        place(world, commands)
        accepted.append(len(commands))
        rejected.append(bad)
    solid = world != "air"
    coverage = (solid & target).sum() / target.sum()
    extra = (solid & ~target).sum() / (~target).sum()
    pairs = same = 0
    for x in range(width):
        for y in range(5):
            for other in ((x + 1, y), (x, y + 1)):
                if other[0] < width and other[1] < 5 and solid[x, y, 0] and solid[other[0], other[1], 0]:
                    pairs += 1
                    same += texture(world[x, y, 0]) == texture(world[other[0], other[1], 0])
    adjacent = same / pairs if pairs else 0.0
    present = set(world.flatten())
    missing = sum(not {block for block in palette if block != "air"} <= present for palette in palettes)
    iou = (solid & target).sum() / (target.sum() + (solid & ~target).sum())
    reward = 2 * coverage - 1.5 * extra - adjacent - 0.25 * missing
    return reward, (coverage, extra, adjacent, missing, iou), accepted, rejected, world


def housebuild(task, actions, palettes, max_commands, limited, kind="match", world=None):
    """Reward, (match, coverage, redundancy, iou, killed), accepted, rejected, world of a HouseBuild turn."""
    layers, legend = task["layers"], task["inventory"]
    size = (len(layers[0][0]), len(layers), len(layers[0]))
    target = np.full(size, "air", dtype=object)
    for y, rows in enumerate(layers):
        for z, row in enumerate(rows):
            for x, mark in enumerate(row):
                target[x, y, z] = legend[mark]
    world = np.full(size, "air", dtype=object) if world is None else world.copy()
    counts, agents = Counter(target.flatten()), len(actions)
    budget = {block: -(-counts[block] // agents) + counts[block] // (2 * agents) for block in legend.values() if block != "air"}
    accepted, rejected, killed = [], [], False
    for action, palette, limit in zip(actions, palettes, shares(max_commands, agents)):
        commands, bad = commands_of(action, size, palette, ("fill", "kill"), limit, budget if limited else None)
        place(world, commands)
        killed = killed or any(command[0] == "kill" for command in commands)
        accepted.append(len(commands))
        rejected.append(bad)
    solid, wanted = world != "air", target != "air"
    match = (world == target).sum() / target.size
    coverage = ((world == target) & wanted).sum() / wanted.sum()
    redundancy = (solid & ~wanted).sum() / wanted.sum()
    iou = (solid & wanted).sum() / (solid | wanted).sum()
    threat = 0.0 if killed else min(1.0, sum(task["spider_attacks"]) / task["player_hp"])
    reward = match - 0.1 * threat if kind == "match" else 2 * coverage - 1.5 * redundancy - 0.2 * threat
    return reward, (match, coverage, redundancy, iou, killed), accepted, rejected, world


KINDS = [
    re.compile(r"\b(?:" + "|".join(re.escape(e).replace(r"\ ", r"\W") for e in many) + r")\b") for many in CONNECTIVES.values()
]


def writing(first, second, task, matching):
    """Reward and (length ratio, vocabulary ratio, kinds, similarity) of TLDR, or of arXiv with the released window."""
    a, b = (re.findall(r"\w+", text.lower()) for text in (first, second))
    rho = len(second) / len(first) if first else 0.0
    u = len(set(b)) / len(set(a)) if a else 0.0
    counted = (second,) if task == "tldr" else (first, second)
    if matching == "substring":
        lowered = "".join(counted).lower()
        kinds = sum(any(entry in lowered for entry in entries) for entries in CONNECTIVES.values())
    else:
        kinds = sum(any(pattern.search(text.lower()) for text in counted) for pattern in KINDS)
    a, b = set(a) - STOPWORDS, set(b) - STOPWORDS
    similarity = len(a & b) / len(a | b) if a | b else 1.0

    if task == "tldr":
        count, lengths, words, enough = (8, 256), (1.1, 1.6, 3.2, 5.0), (1.3, 2.0, 1e9, 2e9), 0.03
    else:
        count, lengths, words, enough = (128, 256), (0.8, 1.3, 1.6, 2.0), (0.5, 0.7, 1.3, 1.7), 0.23
    metrics, total = (rho, u, kinds, similarity), 0.5
    if not all(count[0] <= len(text.split()) <= count[1] for text in (first, second)):
        return 0.0, metrics
    for weight, ratio, band in ((1.0, rho, lengths), (0.5, u, words)):
        if not band[0] <= ratio <= band[3]:
            return total, metrics
        total += weight * float(np.interp(ratio, band, (0, 1, 1, 0)))
    style = min(1.0, 0.4 + min(0.05 * (kinds - 1), 0.6)) if kinds else 0.0
    return total + 0.4 * style + 0.6 * min(similarity, enough) / enough, metrics
