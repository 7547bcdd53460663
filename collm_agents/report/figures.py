"""The part of a page that says how runs learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from collm_agents.report import curves
from collm_agents.report.charts import line_chart, sample
from collm_agents.report.curves import AXES, Curve, Family
from collm_agents.report.data import TrainingRun
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
    newest = trailing(found)

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
    zero = [name for name in names if all(map(is_zero, trained(name, next(iter(AXES))).curves))]
    others = "".join(_both(trained, name, f"In training; {newest}", styles) for name in names if name not in zero)
    always = f'<p class="soft">Always 0: {", ".join(MEASURES[name] for name in zero)}.</p>' if zero else ""
    more = f'<details><summary>More of training</summary><div class="charts">{others}</div>{always}</details>' if names else ""
    note = f'<ul class="remarks">{remarks}</ul>' if remarks else ""
    legend = f'<ul class="legend">{"".join(_entry(family, place) for place, family in enumerate(found))}</ul>'
    told = "Lines are means over seeds, bands their 95 % t-intervals, cut where they leave the plot; a single seed has none."
    band = f'<p class="soft">{told}</p>'
    return f'<h3>{html(env)}</h3>{legend}<div class="charts">{main}</div>{band}{note}{more}'


def trailing(found: Sequence[Family]) -> str:
    """What points of training curves are means of."""
    widths = sorted({curves.window(run) for family in found for run in family.runs})
    trail = f"{widths[0]}" if len(widths) == 1 else f"{widths[0]} to {widths[-1]}"
    return "of each iteration" if widths[-1] == 1 else f"mean over the newest {trail} iterations"


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
        told = [f"{html(curve.label)} <strong>{last_of(curve)}</strong> (n = {curve.count})" for curve in figure.curves[:8]]
        ends = "; ".join(told)
        more = f"; and {len(figure.curves) - 8} more" if len(figure.curves) > 8 else ""
        parts.append(f'<figure class="axis-{place}">{drawing}<figcaption>{html(words)}. Last: {ends}{more}.</figcaption></figure>')
    return "".join(parts)


def last_of(curve: Curve) -> str:
    """The last mean, with its interval where there is one."""
    if curve.count < 2:
        return f"{curve.mean[-1]:.3f}"
    return f"{curve.mean[-1]:.3f} [{curve.low[-1]:.3f}, {curve.high[-1]:.3f}]"


def is_zero(curve: Curve) -> bool:
    """Whether there is nothing to see of it but the axis."""
    return not (curve.low.any() or curve.high.any())
