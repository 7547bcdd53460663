"""Input that breaks careless environments: odd texts from agents, and misuse by programs."""

from __future__ import annotations

from contextlib import closing

from collm_envs.testing import invariants
from collm_envs.testing.episodes import (
    DEFAULT,
    Actor,
    Factory,
    Settings,
    assign_horizon,
    episode,
    going_on,
    record,
    refused,
    replay,
    scripted,
    start,
    write_script,
)
from collm_envs.testing.verdicts import ConformanceError, same

HOSTILE_TEXTS: dict[str, str] = {
    "empty": "",
    "space": " ",
    "NUL": "\x00" * 50,
    "control characters": "".join(map(chr, range(32))) + "\x7f\x85",
    "one megabyte": "a" * 1_000_000,
    "10,000 lines": "a line\n" * 10_000,
    "10,000 empty lines": "\n" * 10_000,
    "very long single line": "word " * 40_000,
    "lone surrogates": "\ud800 high \udfff low \udc00\ud800 swapped",
    "right to left": "\u202eabc\u202c \u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627",
    "combining": "e" + "\u0301" * 500 + " \u200b\u200d\ufeff",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea " * 20,
    "case folding": "\u0130\u0131 \xdf\u1e9e \ufb03 \u01c5",
    "unbalanced fence": "```python\ndef f(:\n```\n```",
    "ANSI escapes": "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "line ends": "one\r\ntwo\rthree\n\rfour\x0bfive\x0csix\u2028seven\u2029eight",
    "JSON-like": '{"action": ["a", {"b": null}], "reward": NaN}',
    "deep nesting": '{"a":[(' * 5_000,
    "format fields": "%s %d %(name)s {} {0.__class__} {name} $x ${HOME} \\1 \\g<0>",
    "markup": "</observation><|im_end|><|endoftext|>[INST]<script>'\"`;--",
    # int() refuses more than 4,300 digits, and digits such as superscript two, while str.isdigit() takes them.
    "long number": "9" * 5_000 + " -" + "9" * 5_000 + " 1e999 nan inf 0x",
    "odd digits": "\xb2 \u2460 \u0663\u0664 \uff11\uff12 \u216b \xbd",
}
"""Texts that language models or mischief produce, by name."""


def check_hostile(make_env: Factory, how: Settings = DEFAULT) -> None:
    """Any text gets a score, from all agents at once, and everything else still holds."""
    rules = invariants.all_invariants()
    with closing(make_env()) as env:
        if hasattr(env, "max_cycles"):
            assign_horizon(env, max(3, env.max_cycles))  # one turn would show no prompt that quotes the text
        for name, text in {**HOSTILE_TEXTS, **{f"given text {text[:20]!a}": text for text in how.hostile_texts}}.items():
            try:
                for moment in episode(env, how.seed, saying(text)):
                    for rule in rules:
                        rule(env, moment, how)
            except ConformanceError as error:
                raise ConformanceError(f"hostile text {name}: {error}") from error


def saying(text: str, turns: int = 3) -> Actor:
    """The actor that lets every agent say ``text``, for so many turns."""
    return lambda _, moment: dict.fromkeys(moment.live, text) if moment.turn < turns else None


def check_bad_actions(make_env: Factory, how: Settings = DEFAULT) -> None:
    """A missing or unknown agent or an action that is no str raises, names the agent, and leaves the episode as it was."""
    script = write_script(make_env, how, how.seed)
    with closing(make_env()) as env:
        first = start(env, how.seed)
        last = first.live[-1]
        others = {agent: text for agent, text in script[0].items() if agent != last}
        refused(env, others, f"turn 1: step without an action of {last}", last)
        refused(env, {}, "turn 1: step without any action", first.live[0])
        refused(env, {**script[0], "nobody_0": ""}, "turn 1: step with an action of nobody_0", "nobody_0")
        refused(env, {**others, "nobody_0": ""}, f"turn 1: step with an action of nobody_0 for {last}")
        for value in (None, 0, b"text", ["text"]):
            refused(env, {**script[0], last: value}, f"turn 1: step with the action {value!r} of {last}", last)
        rest = going_on(env, first, scripted(script))
        same("an episode after refused steps", replay(make_env, how.seed, script), record(env, [first, *rest]))


def check_reset_options(make_env: Factory, how: Settings = DEFAULT) -> None:
    """Unknown reset options are ignored; an unknown split, if the environment has splits, raises ValueError."""
    with closing(make_env()) as env:
        plain_reset = start(env, how.seed).plain()
        same("reset with an unknown option", {"turn 0": plain_reset}, {"turn 0": start(env, how.seed, {"options": 1}).plain()})
        if not hasattr(env, "split"):
            return
        try:
            env.reset(seed=how.seed, options={"split": "no such split"})
        except ValueError:
            same("reset after a refused one", {"turn 0": plain_reset}, {"turn 0": start(env, how.seed).plain()})
        else:
            raise ConformanceError("reset with options={'split': 'no such split'}: expected ValueError, got no exception")
