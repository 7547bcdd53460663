"""The part of a page that says what rewards are made of: while a team learns, and turn by turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from collm_agents.report import curves
from collm_agents.report.charts import line_chart, sample
from collm_agents.report.curves import AXES, TOTAL, Curve, Family
from collm_agents.report.data import Group, TrainingRun
from collm_agents.report.figures import is_zero, last_of, trailing
from collm_agents.report.text import html

MOST_DRAWN = 24
"""Teams, and settings of training, whose reward terms are drawn."""

_MEAN = "mean of a turn (reward)"


def reward_terms(runs: Sequence[TrainingRun], groups: Sequence[Group], labels: Sequence[str]) -> str:
    """What rewards are made of; "" where nothing was scored.

    Args:
        runs: of training; those of earlier versions have no terms among their metrics.
        groups: teams that were evaluated.
        labels: what these are called.
    """
    learnt, played = _learnt(runs), _played(groups, labels)
    return f'<section id="terms"><h2>Reward terms</h2>{learnt}{played}</section>' if learnt or played else ""


# -- while a team learns --------------------------------------------------------------------------------------------------


def _learnt(runs: Sequence[TrainingRun]) -> str:
    by_task = {env: curves.families([run for run in runs if run.env == env]) for env in dict.fromkeys(run.env for run in runs)}
    parts = [_task(env, [family for family in found if family.runs]) for env, found in by_task.items()]
    if not any(parts):
        return ""
    about = (
        '<p class="soft">Means over all turns of an iteration, or of an evaluation, and over seeds; bands are 95 % t-intervals of '
        "the mean over seeds, cut where they leave the plot, and a single seed has none. "
        f"What is called {TOTAL} is the sum of the terms.</p>"
    )
    return about + "".join(parts)


def _task(env: str, found: Sequence[Family]) -> str:
    axes = list(AXES)
    told = [
        [[curves.learnt_terms(family, axis, tried) for axis in axes] for tried in (False, True)]
        for family in found[:MOST_DRAWN]
    ]  # fmt: skip
    names = dict.fromkeys(curve.label for family in told for by_axis in family for curve in by_axis[0])
    # A term has one style in all figures of its task.
    styles = {name: place for place, name in enumerate(sorted(names, key=lambda name: name == TOTAL))}
    figures = []
    for family, (trained, tried) in zip(found, told):
        if trained[0]:
            figures += _by_axis(family, f"in training, {trailing([family])}", trained, styles, markers=False)
        # A single evaluation shows no change.
        if any(len(curve.x) > 1 for curve in tried[0]):
            figures += _by_axis(family, "in evaluations", tried, styles, markers=True)
    if not figures:
        return ""
    left = len(found) - MOST_DRAWN
    note = f'<p class="soft">{left} more settings are not drawn; the runs\' files have them.</p>' if left > 0 else ""
    return f'<h3>{html(env)}, while learning</h3><div class="charts">{"".join(figures)}</div>{note}'


def _by_axis(family: Family, words: str, told: Sequence[Sequence[Curve]], styles: Mapping[str, int], markers: bool) -> list[str]:
    """A figure against each axis, of which the switch of the learning curves shows one."""
    figures = []
    for place, (axis, each) in enumerate(zip(AXES.values(), told)):
        title = f"reward terms of {family.label} against {axis}, {words}"
        many = each[-1].count
        ends = "; ".join(f"{html(curve.label)} <strong>{last_of(curve)}</strong>" for curve in each if not is_zero(curve))
        caption = f"<strong>{html(family.label)}</strong>, {words}; n = {many} seed{'s' * (many != 1)}. Last: {ends or '0'}"
        drawing = _figure(each, styles, f"{axis} (number)", title, markers, caption + ".")
        figures.append(f'<figure class="axis-{place}">{drawing}</figure>')
    return figures


def _figure(
    whole: Sequence[Curve], styles: Mapping[str, int], x_axis: str, title: str, markers: bool, caption: str, turns: bool = False
) -> str:
    """Terms in one drawing, but for those that are always 0, with a legend."""
    each = [curve for curve in whole if not is_zero(curve) or curve is whole[-1]]
    places = [styles[curve.label] for curve in each]
    legend = "".join(f"<li>{sample(place)} {html(curve.label)}</li>" for place, curve in zip(places, each))
    drawing = line_chart(each, x_axis, _MEAN, title, markers, places, whole=turns)
    nothing = [curve.label for curve in whole if curve not in each]
    zero = f" Always 0: {', '.join(map(html, nothing))}." if nothing else ""
    return f'{drawing}<ul class="legend">{legend}</ul><figcaption>{caption}{zero}</figcaption>'


# -- turn by turn ---------------------------------------------------------------------------------------------------------


def _played(groups: Sequence[Group], labels: Sequence[str]) -> str:
    """A figure for each group that plays several turns, a row for each that plays one."""
    found = [(group.key[0], label, curves.term_curves(group)) for group, label in zip(groups, labels)]
    several = [(label, each) for _, label, each in found if any(len(curve.x) > 1 for curve in each)]
    single: dict[str, list[tuple[str, Sequence[Curve]]]] = {}
    for env, label, each in found:
        if each and all(len(curve.x) == 1 for curve in each):
            single.setdefault(env, []).append((label, each))
    if not several and not single:
        return ""
    left = len(several) - MOST_DRAWN
    note = f'<p class="soft">{left} more teams are not drawn; the runs\' files have them.</p>' if left > 0 else ""
    about = (
        '<h3>Evaluations, by turn</h3><p class="soft">Means over episodes with their 95 % t-intervals. Episodes that were over '
        f"earlier do not count in later turns; what is called {TOTAL} is the sum of the terms.</p>"
    )
    drawn = f'<div class="charts">{"".join(_turns(label, each) for label, each in several[:MOST_DRAWN])}</div>'
    tables = "".join(_terms_table(env, rows) for env, rows in single.items())
    return f"{about}{drawn if several else ''}{note}{tables}"


def _turns(label: str, whole: Sequence[Curve]) -> str:
    styles = {curve.label: place for place, curve in enumerate(whole)}
    caption = f"<strong>{html(label)}</strong>, n = {whole[-1].count} episodes in turn 1."
    return f"<figure>{_figure(whole, styles, 'turn (number)', f'reward terms of {label}', True, caption, turns=True)}</figure>"


def _terms_table(env: str, rows: Sequence[tuple[str, Sequence[Curve]]]) -> str:
    names = list(dict.fromkeys(curve.label for _, each in rows for curve in each))
    heads = "".join(f'<th class="n">{html(name)}</th>' for name in names)
    lines = []
    for label, each in rows:
        told = {curve.label: last_of(curve) for curve in each}
        cells = "".join(f'<td class="n">{told.get(name, "")}</td>' for name in names)
        lines.append(f'<tr><td class="name">{html(label)}</td><td class="n">{each[-1].count:,}</td>{cells}</tr>')
    head = f'<tr><th>episodes of one turn</th><th class="n">n</th>{heads}</tr>'
    return f'<h3>{html(env)}</h3><div class="scroll"><table>{head}{"".join(lines)}</table></div>'
