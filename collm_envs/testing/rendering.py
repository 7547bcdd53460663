"""What ``render()`` gives in the modes that return something."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy as np

from collm_envs.testing.episodes import DEFAULT, Env, Factory, Moment, Settings, episode, record, replay, scripted, write_script
from collm_envs.testing.hostile import saying
from collm_envs.testing.verdicts import ConformanceError, NotApplicable, Words, demand, same

Look = Callable[[str, Any], None]

_HOSTILE = "\x1b]0;title\x07 \ud800 \x00"


def check_render_ansi(make_env: Factory, how: Settings = DEFAULT) -> None:
    """The mode ``ansi`` gives text that can be printed, whatever agents wrote, and looking changes nothing."""
    _check_mode(make_env, how, "ansi", _printable)


def check_render_rgb_array(make_env: Factory, how: Settings = DEFAULT) -> None:
    """The mode ``rgb_array`` gives uint8 arrays (height, width, 3), of one shape all episode; looking changes nothing."""
    shapes: list[tuple[int, ...]] = []

    def look(where: str, picture: Any) -> None:
        fine = isinstance(picture, np.ndarray) and picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3
        got = f"{picture.dtype} {picture.shape}" if isinstance(picture, np.ndarray) else type(picture).__name__
        demand(fine, where, "the rgb_array", Words("uint8 (height, width, 3)"), Words(got))
        if where.startswith("turn 0"):
            shapes[:] = [picture.shape]
        demand(picture.shape == shapes[0], where, "the shape of the rgb_array", shapes[0], picture.shape)

    _check_mode(make_env, how, "rgb_array", look)


def _printable(where: str, text: Any) -> None:
    demand(isinstance(text, str), where, "type of the ansi text", str, type(text))
    demand(
        text.isascii() or not any("\ud800" <= mark <= "\udfff" for mark in text),
        where,
        "the ansi text in UTF-8",
        Words("no lone surrogate"),
        Words("one"),
    )
    # Colours are the environment's own; other escapes that an agent wrote would command the reader's terminal.
    demand("\x1b]0;title" not in text, where, "the ansi text", Words("no escape sequence written by an agent"), Words("one"))


def _check_mode(make_env: Factory, how: Settings, mode: str, look: Look) -> None:
    with closing(_made(make_env, mode)) as env:
        script = write_script(make_env, how, how.seed)
        moments = []
        for moment in episode(env, how.seed, scripted(script)):
            look(f"turn {moment.turn}", _drawn(env, moment))
            moments.append(moment)
        same(f"an episode drawn as {mode}", replay(make_env, how.seed, script), record(env, moments))
        for moment in episode(env, how.seed, saying(_HOSTILE, turns=1)):
            look(f"turn {moment.turn} (after hostile text)", _drawn(env, moment))


def _drawn(env: Env, moment: Moment) -> Any:
    try:
        return env.render()
    except Exception as error:
        raise ConformanceError(f"turn {moment.turn}: render(): expected no exception, got {error!r}") from error


def _made(make_env: Factory, mode: str) -> Env:
    with closing(make_env()) as env:
        modes = list(env.metadata.get("render_modes", []))
    if mode not in modes:
        raise NotApplicable(f"render_modes of the environment are {modes}")
    try:
        inspect.signature(make_env).bind(render_mode=mode)
    except TypeError:
        raise NotApplicable("make_env takes no render_mode") from None
    except ValueError:
        pass  # a callable without a signature: the call will tell
    try:
        return make_env(render_mode=mode)
    except ImportError as error:
        raise NotApplicable(f"the mode needs what is not installed: {error}") from error
