"""From results to rows, and from rows to a table for a file."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from collm_agents.results import EpisodeResult
from collm_agents.statistics import Difference, Interval, interval, paired, pass_at_k


@dataclass(frozen=True)
class Row:
    """One team on one task, over its episodes.

    Attributes:
        task, env, split, team, protocol: of all the episodes.
        episodes: how many.
        instances: on how many instances.
        reward: the score: mean raw reward of the last turn with its 95 % interval over instances and their seeds.
        best: mean raw reward of the best turn.
        solved: share of episodes solved.
        turns: mean number of turns.
        metrics: means of the task's metrics after the last turn, the main one first.
        seconds: mean time of an episode, of generation alone, as the protocol counts it.
        tokens: mean number of tokens generated in an episode by all speakers.
        speaker_tokens: the same of one speaker: an agent, or the model that answers for all.
        prompt_tokens: mean number of tokens read in an episode by all speakers.
        cut: share of completions that the length limit ended.
        steps_per_second: turns over the time spent in the environment alone, teams not counted.
        k: of pass@k: how many episodes every instance has at least.
        pass_at_k: the chance that of k episodes of an instance one is solved, mean over instances.
    """

    task: str
    env: str
    split: str
    team: str
    protocol: str
    episodes: int
    instances: int
    reward: Interval
    best: float
    solved: float
    turns: float
    metrics: Mapping[str, float]
    seconds: float
    tokens: float
    speaker_tokens: float
    prompt_tokens: float
    cut: float
    steps_per_second: float
    k: int
    pass_at_k: float


def summarise(results: Iterable[EpisodeResult]) -> list[Row]:
    """One row for each task, split, team and configuration, in order of appearance."""
    groups: dict[tuple[str, ...], list[EpisodeResult]] = {}
    for result in results:
        key = (result.task, result.env, result.split, result.team, result.protocol, result.config)
        groups.setdefault(key, []).append(result)
    return [_row(group) for group in groups.values()]


def _row(group: Sequence[EpisodeResult]) -> Row:
    first = group[0]
    by_instance: dict[int, list[bool]] = {}
    for result in group:
        by_instance.setdefault(result.index, []).append(result.solved)
    k = min(map(len, by_instance.values()))
    completions = sum(sum(result.completions.values()) for result in group)
    return Row(
        task=first.task,
        env=first.env,
        split=first.split,
        team=first.team,
        protocol=first.protocol,
        episodes=len(group),
        instances=len(by_instance),
        reward=interval([result.last_reward for result in group], instances=[result.index for result in group]),
        best=fmean(result.best_reward for result in group),
        solved=fmean(result.solved for result in group),
        turns=fmean(result.turns for result in group),
        metrics={name: fmean(result.metrics[name] for result in group) for name in first.metrics},
        seconds=fmean(result.team_seconds for result in group),
        tokens=fmean(sum(result.tokens.values()) for result in group),
        speaker_tokens=fmean(sum(result.tokens.values()) / max(1, len(result.tokens)) for result in group),
        prompt_tokens=fmean(sum(result.prompt_tokens.values()) for result in group),
        cut=sum(sum(result.cut.values()) for result in group) / max(1, completions),
        steps_per_second=sum(result.turns for result in group) / max(1e-9, sum(result.env_seconds for result in group)),
        k=k,
        pass_at_k=fmean(pass_at_k(len(tries), sum(tries), k) for tries in by_instance.values()),
    )


def last_reward(result: EpisodeResult) -> float:
    """What tables call the score."""
    return result.last_reward


def compare(
    first: Iterable[EpisodeResult], second: Iterable[EpisodeResult], measure: Callable[[EpisodeResult], float] = last_reward
) -> Difference:
    """First minus second on the instances that both have played: the paired difference of two rows.

    Args:
        first, second: results of one team each.
        measure: what is compared, a number of each episode.

    Raises:
        ValueError: if they have no instance in common.
    """
    sides: list[dict[Hashable, list[float]]] = []
    for results in (first, second):
        side: dict[Hashable, list[float]] = {}
        for result in results:
            side.setdefault((result.env, result.split, result.index), []).append(measure(result))
        sides.append(side)
    return paired(sides[0], sides[1])


def decimals(value: float) -> str:
    """A measure, as tables give it."""
    return f"{value:.3f}"


def seconds(value: float) -> str:
    """A time, as tables give it."""
    return f"{value:,.2f}"


def count(value: float) -> str:
    """A mean number of things, as tables give it."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"


def bounds(of: Interval) -> str:
    """The ends of an interval, as tables give them."""
    return f"[{of.low:.3f}, {of.high:.3f}]"


def by_task(rows: Iterable[Row]) -> list[list[Row]]:
    """Rows that stand in one table: of one task and split, both in order of appearance."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.env, row.split), []).append(row)
    return list(groups.values())


# -- as Markdown --------------------------------------------------------------------------------------------------------


def markdown(rows: Sequence[Row]) -> str:
    """A Markdown table for each task with all its metrics, its columns aligned so that it reads well as plain text."""
    return "\n\n".join(_section(group) for group in by_task(rows)) + "\n"


def _section(group: Sequence[Row]) -> str:
    names, k = list(group[0].metrics), min(row.k for row in group)
    # Of different numbers of tries there is no common k but 1, and pass@1 is the share solved.
    passes = [f"pass@{k}"] if k > 1 and all(row.k == k for row in group) else []
    costs = ["turns", "s/episode", "tokens/agent", "tokens in all", "prompt tokens", "cut"]
    lines = [["team", "protocol", "reward", "95 % interval", "best", *names, "solved", *passes, *costs, "env steps/s", "n"]]
    for row in group:
        metrics = [decimals(row.metrics[name]) for name in names]
        lines.append(
            [_cell(row.team), row.protocol, decimals(row.reward.mean), bounds(row.reward), decimals(row.best), *metrics]
            + [f"{row.solved:.0%}", *[f"{row.pass_at_k:.0%}" for _ in passes], f"{row.turns:.2f}", seconds(row.seconds)]
            + [*map(count, (row.speaker_tokens, row.tokens, row.prompt_tokens)), f"{row.cut:.0%}"]
            + [f"{row.steps_per_second:,.0f}", str(row.episodes)]
        )
    # Markdown wants a dash beside the colon of a column that is flushed right.
    widths = [max(2, *(len(line[column]) for line in lines)) for column in range(len(lines[0]))]
    left = 2
    ruler = ["-" * width for width in widths[:left]] + ["-" * (width - 1) + ":" for width in widths[left:]]
    aligned = [
        [text.ljust(width) if column < left else text.rjust(width) for column, (text, width) in enumerate(zip(line, widths))]
        for line in lines
    ]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in [aligned[0], ruler, *aligned[1:]])
    tries = f" pass@{k}: the chance that one of {k} episodes of an instance is solved, from all it was played." if passes else ""
    return (
        f"## {group[0].env}, split {group[0].split}\n\n{table}\n\n"
        f"Means over n episodes. reward: of the last turn, the score; its interval is a bootstrap over instances and their seeds."
        f" solved: that reward was above the task's threshold.{tries} s/episode: generation alone, of those who answer at once the"
        " slowest. Tokens are generated ones, of a speaker on average and of all; prompt tokens of all. cut: answers that the"
        " length limit ended. env steps/s: the task alone, without the team."
    )


def _cell(text: str) -> str:
    """Text that cannot end its cell."""
    return text.replace("|", "\\|").replace("\n", " ")
