"""The page: one file, without a network, whose only script is its own."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from importlib.resources import files
from typing import Any, NamedTuple

import collm_envs
from collm_agents.report import figures, results, terms
from collm_agents.report.curves import flatten
from collm_agents.report.data import Group, PlayedRun, Run, TrainingRun
from collm_agents.report.episodes import Sample
from collm_agents.report.text import as_data, html

MARK = '<meta name="generator" content="collm report">'
"""Stands near the beginning of every page."""

_HINT = "Left and right arrow step through the turns, <kbd>j</kbd> and <kbd>k</kbd> go to the next episode and the one before."
_KEYS = ("command", "env", "method", "team", "protocol", "split", "started", "resumed", "finished")
# What may be long goes on in another line.
_LONG = {"team": ' class="name"'}


def make_page(runs: Sequence[Run], most_text: int | None = None) -> str:
    """The whole page.

    Args:
        runs: one or more.
        most_text: bytes of transcripts; None for what keeps a page small.
    """
    training = [run for run in runs if isinstance(run, TrainingRun)]
    groups = [group for run in runs if isinstance(run, PlayedRun) for group in run.groups]
    stages = [Stage(run, group) for run in training for played in run.recorded for group in played.groups]
    labels = labels_of([*groups, *(stage.group for stage in stages)])
    labels[len(groups) :] = [f"{stage.method}, {label}" for stage, label in zip(stages, labels[len(groups) :])]
    sample = Sample()
    if labels:
        sample.fill([*groups, *(stage.group for stage in stages)], labels, *(() if most_text is None else (most_text,)))
    sections = [
        _runs(runs),
        figures.learning(training),
        results.tables(groups),
        terms.reward_terms(training, groups, labels[: len(groups)]),
        _builds(sample, len(groups), stages),
        _transcripts(sample, bool(stages)),
        _settings(runs),
    ]
    names = {"runs": "Runs", "learning": "Learning", "results": "Results", "terms": "Reward terms", "builds": "Builds"}
    names |= {"transcripts": "Transcripts", "settings": "Settings"}
    there = [name for name, part in zip(names, sections) if part]
    nav = "".join(f'<a href="#{name}">{names[name]}</a>' for name in there)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    about = f"{len(runs)} run{'s' * (len(runs) != 1)}; written {now} by collm {collm_envs.__version__}"
    head = f'<header><h1>Report</h1><p class="soft">{about}</p><nav>{nav}</nav></header>'
    return _document(head + "".join(sections), sample)


def _document(body: str, sample: Sample) -> str:
    style, script = ((files(__package__) / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    data, code = "", ""
    if sample.groups:
        kept = {"groups": sample.groups, "texts": sample.texts, "pictures": _not_in_gallery(sample)}
        data = f'<script type="application/json" id="data">{as_data(kept)}</script>'
        code = f"<script>{script}</script>"
    # Nothing but these two may run or be loaded, whatever a text may contain.
    policy = f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{MARK}<meta http-equiv="Content-Security-Policy" '
        f'content="{policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><title>collm report</title>'
        f"<style>{style}</style></head>\n<body>{body}{data}{code}</body></html>\n"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class Stage(NamedTuple):
    """Episodes recorded while a team learnt, and the run that it learnt in."""

    run: TrainingRun
    group: Group

    @property
    def method(self) -> str:
        """What it learnt by."""
        return str(self.run.config.get("method"))


def labels_of(groups: Sequence[Group]) -> list[str]:
    """What each group is called: its team, and the protocol, task, split and run where they differ."""
    parts = [part for part in (2, 3, 0, 1) if part == 2 or len({group.key[part] for group in groups}) > 1]
    several = len({group.run.name for group in groups}) > 1
    return [", ".join(filter(None, (group.key[part] for part in parts))) + f" ({group.run.name})" * several for group in groups]


# -- sections -------------------------------------------------------------------------------------------------------------


def _runs(runs: Sequence[Run]) -> str:
    keys = [key for key in (*_KEYS, "seed") if any(_about(run).get(key) not in (None, "") for run in runs)]
    # What is not whole must be seen first, and without scrolling.
    heads = "".join(f"<th>{name}</th>" for name in ("run", "state", "size", *keys))
    rows = []
    for run in runs:
        about = _about(run)
        cells = "".join(f"<td{_LONG.get(key, '')}>{html(about.get(key, ''))}</td>" for key in keys)
        state = f"<strong>{lack}</strong>" if (lack := lack_of(run)) else "complete"
        rows.append(f'<tr><td class="name">{html(run.name)}</td><td>{state}</td><td>{_size(run)}</td>{cells}</tr>')
    table = f'<table class="many"><tr>{heads}</tr>{"".join(rows)}</table>'
    return f'<section id="runs"><h2>Runs</h2><div class="scroll">{table}</div></section>'


def _about(run: Run) -> dict[str, Any]:
    about = dict(run.about)
    if isinstance(run, TrainingRun):
        about["seed"] = run.seed
    elif len(run.groups) == 1:
        about.update(zip(("env", "split", "team", "protocol"), run.groups[0].key))
    elif not run.groups and len(run.matches) == 1:
        # It was over before there was an episode.
        about.update({name: run.matches[0].get(name, "") for name in ("env", "split", "team", "protocol")})
    return {key: _brief(str(about[key])) for key in (*_KEYS, "seed") if about.get(key) is not None}


def _brief(text: str) -> str:
    """A time to the minute; other text as it is."""
    when = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\+00:00", text)
    return f"{when[1]} {when[2]}Z" if when else text


def _size(run: Run) -> str:
    if isinstance(run, TrainingRun):
        return f"{len(run.metrics):,} iterations"
    return f"{run.played:,} episodes"


def lack_of(run: Run) -> str:
    """What a run lacks of what was asked for, or in what else it is not whole; "" if in nothing."""
    if isinstance(run, PlayedRun):
        told = [_share(run.played, run.wanted, "episodes")]
    else:
        told = [_share(len(run.metrics), run.wanted, "iterations")]
        told += [_share(each.played, each.wanted, "recorded episodes") for each in run.recorded]
    told.append("" if run.about.get("complete") else "not complete")
    # Whoever is still writing may be in the middle of a line.
    told.append("last line cut" if run.cut else "")
    return next(filter(None, told), "")


def _share(done: int, wanted: int | None, words: str) -> str:
    return f"{done:,} of {wanted:,} {words}" if wanted is not None and wanted != done else ""


def _builds(sample: Sample, evaluated: int, stages: Sequence[Stage]) -> str:
    """Galleries: of each group that was evaluated, and of each training run with the same instances before and after.

    Args:
        sample: with the pictures.
        evaluated: how many of its groups come from evaluations; the others are those of ``stages``.
        stages: from training, in the order of the groups.
    """
    if not sample.gallery:
        return ""
    seen: set[int] = set()
    played, learnt = [], dict[str, list[tuple[str, dict[str, Any]]]]()
    for entry in sample.gallery:
        if entry["group"] < evaluated:
            cells = [_build(sample, episode, episode["title"], seen) for episode in entry["episodes"]]
            played.append(f'<h3>{html(entry["label"])}</h3><div class="gallery">{"".join(cells)}</div>')
        else:
            stage = stages[entry["group"] - evaluated]
            rows = learnt.setdefault(f"{stage.run.name}: {stage.method}", [])
            rows += [(stage.group.key[2], episode) for episode in entry["episodes"]]
    about = '<p class="soft">The last turn of each team\'s first and last episode: the target, and what was built.</p>'
    parts = [about, *played] if played else []
    if learnt:
        about = "The same episodes of a run's first and newest evaluation: the target, and what was built by the last turn."
        parts.append(f'<p class="soft">{about}</p>')
    for label, rows in learnt.items():
        pairs: dict[str, list[str]] = {}
        for words, episode in rows:
            cell = _build(sample, episode, f"{words}: {episode['title']}", seen)
            pairs.setdefault(episode["key"], []).append(cell)
        cells = [f'<div class="pair">{"".join(each)}</div>' for each in pairs.values()]
        parts.append(f'<h3>{html(label)}</h3><div class="pairs">{"".join(cells)}</div>')
    return f'<section id="builds"><h2>Builds</h2>{"".join(parts)}</section>'


def _build(sample: Sample, episode: dict[str, Any], title: str, seen: set[int]) -> str:
    """An episode's last picture; ``seen`` are the numbers of those that the page has."""
    turn = episode["turns"][-1]
    place = turn["picture"]
    # Only the first of equal pictures can have the number as its id.
    name = "" if place in seen else f' id="picture-{place}"'
    seen.add(place)
    reward = "none" if turn["reward"] is None else f"{turn['reward']:.3f}"
    words = f"{title}, turn {len(episode['turns'])}: reward {reward}"
    image = f'<img{name} src="{sample.pictures[place]}" alt="target, and what was built: {html(words)}">'
    return f"<figure>{image}<figcaption>{html(words)}</figcaption></figure>"


def _not_in_gallery(sample: Sample) -> dict[int, str]:
    shown = {episode["turns"][-1]["picture"] for group in sample.gallery for episode in group["episodes"]}
    return {place: uri for place, uri in enumerate(sample.pictures) if place not in shown}


def _transcripts(sample: Sample, learnt: bool) -> str:
    if not sample.groups:
        return ""
    whole = sample.taken == sample.total
    said = (
        f"All {sample.total:,} episodes."
        if whole
        else f"{sample.taken:,} of {sample.total:,} episodes, so that the page stays small."
    )
    if learnt:
        said += " Of training runs these are the recorded ones of the first and the newest evaluation."
    remarks = "".join(f"<li>{html(remark)}</li>" for remark in sample.remarks)
    note = f'<ul class="remarks">{remarks}</ul>' if remarks else ""
    keys = f'<span>{_HINT}</span><label><input type="checkbox" id="together" checked> step both sides together</label>'
    bare = "<noscript><p>Transcripts need JavaScript; all else on this page does not.</p></noscript>"
    head = f'<h2>Transcripts</h2><p class="soft">{said} Lines that a task rejected are marked, with the reason below.</p>{note}'
    return f'<section id="transcripts">{head}<div class="keys">{keys}</div>{bare}<div class="panes" id="panes"></div></section>'


def _settings(runs: Sequence[Run]) -> str:
    """A table of settings for each task and command: what differs first."""
    columns: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for run in runs:
        versions = {f"version.{name}": value for name, value in (run.about.get("versions") or {}).items()}
        if isinstance(run, TrainingRun):
            columns.setdefault(f"{run.env}, training", []).append((run.name, {**flatten(run.config), **versions}))
        else:
            for group, label in zip(run.groups, labels_of(run.groups)):
                name = f"{run.name}: {label}" if len(run.groups) > 1 else run.name
                columns.setdefault(f"{group.key[0]}, evaluation", []).append((name, {**flatten(_asked(group)), **versions}))
    parts = "".join(_compared(title, each) for title, each in columns.items())
    about = '<p class="soft">Values that are not those of the first column are marked.</p>'
    return f'<section id="settings"><h2>Settings</h2>{about}{parts}</section>'


def _asked(group: Group) -> dict[str, Any]:
    env, split, team = group.key[:3]
    return {"env": env, "split": split, "team": team, **group.asked}


def _compared(title: str, columns: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    keys = list(dict.fromkeys(key for _, values in columns for key in values))
    told = {key: [str(values[key]) if key in values else "" for _, values in columns] for key in keys}
    differing = [key for key in keys if len(set(told[key])) > 1]
    same = [key for key in keys if key not in differing]
    heads = "".join(f"<th>{html(name)}</th>" for name, _ in columns)
    rows = "".join(_setting(key, told[key]) for key in differing)
    table = f'<div class="scroll"><table class="config"><tr><th>setting</th>{heads}</tr>{rows}</table></div>' if rows else ""
    # One column says it all where there is no difference.
    equal = "".join(_setting(key, told[key][:1]) for key in same)
    words = f"{len(same)} settings are the same in all {len(columns)} columns" if len(columns) > 1 else f"{len(same)} settings"
    rest = f'<details><summary>{words}</summary><div class="scroll"><table class="config">{equal}</table></div></details>'
    return f"<h3>{html(title)}</h3>{table}{rest if same else ''}"


def _setting(key: str, values: Sequence[str]) -> str:
    classes = ["long differs" if value != values[0] else "long" for value in values]
    cells = "".join(f'<td class="{kind}">{html(value)}</td>' for kind, value in zip(classes, values))
    return f"<tr><td>{html(key)}</td>{cells}</tr>"
