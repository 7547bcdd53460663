"""The parts of a page that are curves: how runs learn, and what rewards are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from collm_agents.report import curves
from collm_agents.report.charts import line_chart, sample
from collm_agents.report.curves import AXES, Curve, Family
from collm_agents.report.data import Group, TrainingRun
from collm_agents.report.text import html

RETURN = "return per episode (raw reward)"
MEASURES = {
    "solved": "solved (share of episodes)",
    "turns": "turns per episode",
    "response_length": "response length (tokens)",
    "cut_share": "responses cut at the limit (share)",
    "entropy": "entropy (nats per token)",
    "dead_share": "responses without an advantage (share)",
    "advantage_std": "standard deviation of advantages (reward)",
    "explained_variance": "explained variance of the critic (at most 1)",
    "value": "mean value of the critic (reward, as it is scaled in training)",
    "critic_loss": "loss of the critic (squared error)",
    "grad_norm": "norm of the actors' gradient (log-probability)",
    "clip_share": "clipped ratios (share)",
    "lost_episodes": "lost episodes (episodes per iteration)",
}
"""Further metrics of ``metrics.jsonl`` and what their axes are called, with a unit each."""

MOST_TERMS = 24
"""Groups whose reward terms are drawn."""


def learning(runs: Sequence[TrainingRun]) -> str:
    """Learning curves, a heading for each task; "" where no run has an iteration."""
    tasks = dict.fromkeys(run.env for run in runs)
    parts = [_task(env, curves.families([run for run in runs if run.env == env])) for env in tasks]
    if not any(parts):
        return ""
    radios = "".join(
        f'<label><input type="radio" name="axis" id="axis-{place}"{" checked" * (place == 0)}> {html(words)}</label>'
        for place, words in enumerate(AXES.values())
    )
    switch = f'<fieldset class="switch"><legend>learning is charged by</legend>{radios}</fieldset>'
    return f'<section id="learning"><h2>Learning</h2>{switch}{"".join(parts)}</section>'


def _task(env: str, found: Sequence[Family]) -> str:
    remarks = "".join(f"<li>{html(remark)}</li>" for family in found for remark in family.remarks)
    found = [family for family in found if family.runs]
    if not found:
        return f'<h3>{html(env)}</h3><ul class="remarks">{remarks}</ul>' if remarks else ""
    widths = sorted({curves.window(run) for family in found for run in family.runs})
    trail = f"{widths[0]}" if len(widths) == 1 else f"{widths[0]} to {widths[-1]}"
    newest = "of each iteration" if widths[-1] == 1 else f"mean over the newest {trail} iterations"

    def trained(measure: str, axis_name: str) -> Figure:
        told = curves.training_curves(found, measure, axis_name)
        return Figure(told, RETURN if measure == "return" else MEASURES[measure])

    def tried(measure: str, axis_name: str) -> Figure:
        return Figure(curves.evaluation_curves(found, measure, axis_name), RETURN, markers=True)

    styles = {family.label: place for place, family in enumerate(found)}
    runs = [run for family in found for run in family.runs]
    episodes = sorted({row["episodes"] for run in runs for row in run.evaluations if "episodes" in row})
    of = f" of {' or '.join(f'{count}' for count in episodes)} episodes" if episodes else ""
    main = _both(trained, "return", f"Return in training, sampled team; {newest}", styles)
    main += _both(tried, "return", f"Return in evaluations{of} each", styles)
    names = curves.measures(runs, tuple(MEASURES))
    zero = [name for name in names if all(map(_is_zero, trained(name, next(iter(AXES))).curves))]
    others = "".join(_both(trained, name, f"In training; {newest}", styles) for name in names if name not in zero)
    always = f'<p class="soft">Always 0: {", ".join(MEASURES[name] for name in zero)}.</p>' if zero else ""
    more = f'<details><summary>More of training</summary><div class="charts">{others}</div>{always}</details>' if names else ""
    note = f'<ul class="remarks">{remarks}</ul>' if remarks else ""
    legend = f'<ul class="legend">{"".join(_entry(family, place) for place, family in enumerate(found))}</ul>'
    band = '<p class="soft">Lines are means over seeds, bands their 95 % t-intervals; a single seed has none.</p>'
    return f'<h3>{html(env)}</h3>{legend}<div class="charts">{main}</div>{band}{note}{more}'


def _entry(family: Family, place: int) -> str:
    seeds = ", ".join(html(run.seed) for run in family.runs[:12]) + ", ..." * (len(family.runs) > 12)
    many = len(family.runs)
    return f"<li>{sample(place)} {html(family.label)} (n = {many} seed{'s' * (many != 1)}: {seeds})</li>"


class Figure:
    """Curves that share axes.

    Args:
        found: the curves; there may be none.
        y_axis: what they are of, with its unit.
        markers: whether points are drawn.
    """

    def __init__(self, found: Sequence[Curve], y_axis: str, markers: bool = False) -> None:
        self.curves, self.y_axis, self.markers = found, y_axis, markers


def _both(make: Callable[[str, str], Figure], measure: str, words: str, styles: dict[str, int]) -> str:
    """A figure against each axis, of which the switch shows one; "" where there is nothing to draw."""
    parts = []
    for place, (axis, name) in enumerate(AXES.items()):
        figure = make(measure, axis)
        if not figure.curves:
            return ""
        places = [styles[curve.label] for curve in figure.curves]
        title = f"{figure.y_axis} against {name}"
        drawing = line_chart(figure.curves, f"{name} (number)", figure.y_axis, title, figure.markers, places)
        ends = "; ".join(f"{html(curve.label)} <strong>{_last(curve)}</strong> (n = {curve.count})" for curve in figure.curves[:8])
        more = f"; and {len(figure.curves) - 8} more" if len(figure.curves) > 8 else ""
        parts.append(f'<figure class="axis-{place}">{drawing}<figcaption>{html(words)}. Last: {ends}{more}.</figcaption></figure>')
    return "".join(parts)


def _last(curve: Curve) -> str:
    if curve.count < 2:
        return f"{curve.mean[-1]:.3f}"
    return f"{curve.mean[-1]:.3f} [{curve.low[-1]:.3f}, {curve.high[-1]:.3f}]"


def reward_terms(groups: Sequence[Group], labels: Sequence[str]) -> str:
    """What rewards are made of: a figure for each group that plays several turns, a row for each that plays one; "" where nothing
    was scored."""
    found = [(group.key[0], label, curves.term_curves(group)) for group, label in zip(groups, labels)]
    several = [(label, each) for _, label, each in found if any(len(curve.x) > 1 for curve in each)]
    single: dict[str, list[tuple[str, Sequence[Curve]]]] = {}
    for env, label, each in found:
        if each and all(len(curve.x) == 1 for curve in each):
            single.setdefault(env, []).append((label, each))
    if not several and not single:
        return ""
    left = len(several) - MOST_TERMS
    note = f'<p class="soft">{left} more teams are not drawn; the runs\' files have them.</p>' if left > 0 else ""
    about = (
        '<p class="soft">Means over episodes with their 95 % t-intervals. Episodes that were over earlier do not count in later '
        "turns; what is called reward is the sum of the terms.</p>"
    )
    drawn = f'<div class="charts">{"".join(_terms_figure(label, each) for label, each in several[:MOST_TERMS])}</div>'
    tables = "".join(_terms_table(env, rows) for env, rows in single.items())
    return f'<section id="terms"><h2>Reward terms by turn</h2>{about}{drawn if several else ""}{note}{tables}</section>'


def _terms_figure(label: str, whole: Sequence[Curve]) -> str:
    # A term has one style in all figures of its task.
    places = [place for place, curve in enumerate(whole) if not _is_zero(curve) or curve is whole[-1]]
    each = [whole[place] for place in places]
    legend = "".join(f"<li>{sample(place)} {html(curve.label)}</li>" for place, curve in zip(places, each))
    title = f"reward terms of {label}"
    drawing = line_chart(each, "turn (number)", "mean of the turn (reward)", title, True, places, whole=True)
    nothing = [curve.label for curve in whole if curve not in each]
    zero = f"; always 0: {', '.join(map(html, nothing))}" if nothing else ""
    words = f"<strong>{html(label)}</strong>, n = {whole[-1].count} episodes in turn 1{zero}"
    return f'<figure>{drawing}<ul class="legend">{legend}</ul><figcaption>{words}</figcaption></figure>'


def _terms_table(env: str, rows: Sequence[tuple[str, Sequence[Curve]]]) -> str:
    names = list(dict.fromkeys(curve.label for _, each in rows for curve in each))
    heads = "".join(f'<th class="n">{html(name)}</th>' for name in names)
    lines = []
    for label, each in rows:
        told = {curve.label: _last(curve) for curve in each}
        cells = "".join(f'<td class="n">{told.get(name, "")}</td>' for name in names)
        lines.append(f'<tr><td class="name">{html(label)}</td><td class="n">{each[-1].count:,}</td>{cells}</tr>')
    head = f'<tr><th>episodes of one turn</th><th class="n">n</th>{heads}</tr>'
    return f'<h3>{html(env)}</h3><div class="scroll"><table>{head}{"".join(lines)}</table></div>'


def _is_zero(curve: Curve) -> bool:
    return not (curve.low.any() or curve.high.any())
