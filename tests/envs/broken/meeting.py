"""Hostile input and pictures, broken in one thing each."""

from __future__ import annotations

import numpy as np

from .good import GoodEnv, caught_by

# -- hostile input --------------------------------------------------------------------------------------------------


@caught_by("hostile")
class ChokesOnNUL(GoodEnv):
    """A NUL in an action raises."""

    def terms(self, left, right):
        open(left[:0] + "/dev/null" + "\x00" * left.count("\x00")).close()
        return super().terms(left, right)


@caught_by("hostile")
class ChokesOnSurrogates(GoodEnv):
    """Lone surrogates in an action raise."""

    def terms(self, left, right):
        return super().terms(left.encode().decode(), right)


@caught_by("hostile")
class ChokesOnDigits(GoodEnv):
    """Digits that are no decimal digits raise."""

    def terms(self, left, right):
        return super().terms(left, right) if sum(int(mark) for mark in left if mark.isdigit()) >= 0 else {}


@caught_by("hostile")
class LeaksSurrogates(GoodEnv):
    """Lone surrogates in an action come back in the prompt, which no tokenizer takes."""

    def quote(self, text):
        return text[:500]


@caught_by("hostile")
class QuotesAll(GoodEnv):
    """A long action makes a prompt outside its space."""

    def quote(self, text):
        return text.encode("utf-8", "replace").decode()


@caught_by("bad_actions")
class AcceptsSilence(GoodEnv):
    """An agent without an action is taken to have said nothing."""

    def step(self, actions):
        return super().step(dict.fromkeys(self.agents, "") | actions)


@caught_by("bad_actions")
class AcceptsStrangers(GoodEnv):
    """Actions of unknown agents are ignored."""

    def step(self, actions):
        return super().step({agent: text for agent, text in actions.items() if agent in self.possible_agents})


@caught_by("bad_actions")
class AcceptsAnything(GoodEnv):
    """Actions that are no texts are turned into texts."""

    def step(self, actions):
        return super().step({agent: str(text) for agent, text in actions.items()})


@caught_by("bad_actions")
class HalfAStep(GoodEnv):
    """A refused step counts as a turn."""

    def check(self, actions):
        try:
            super().check(actions)
        except ValueError:
            self.transcript.append({"said": []})
            raise


@caught_by("reset_options")
class StrictOptions(GoodEnv):
    """Unknown reset options raise."""

    def reset(self, seed=None, options=None):
        if set(options or {}) - {"split"}:
            raise ValueError("unknown option")
        return super().reset(seed, options)


@caught_by("reset_options")
class AnySplit(GoodEnv):
    """An unknown split is taken for the default one."""

    def reset(self, seed=None, options=None):
        return super().reset(seed)


# -- pictures -------------------------------------------------------------------------------------------------------


@caught_by("render_ansi")
class NoAnsi(GoodEnv):
    """The mode ansi prints, and returns nothing."""

    def render(self):
        return None if self.render_mode == "ansi" else super().render()


@caught_by("render_ansi")
class RawAnsi(GoodEnv):
    """Escape sequences written by an agent reach the reader's terminal."""

    def render(self):
        return " / ".join(map(self.quote, self.said)) if self.render_mode == "ansi" else super().render()


@caught_by("render_ansi")
class DrawingCounts(GoodEnv):
    """Drawing moves the generator."""

    def render(self):
        self.word = self.draw()
        return super().render()


@caught_by("render_rgb_array")
class FloatPicture(GoodEnv):
    """Pictures are floats from 0 to 1."""

    def render(self):
        return np.zeros((8, 8, 3)) if self.render_mode == "rgb_array" else super().render()


@caught_by("render_rgb_array")
class GrowingPicture(GoodEnv):
    """Pictures grow with the episode, which no video writer takes."""

    def render(self):
        return np.zeros((8 + len(self.transcript), 8, 3), np.uint8) if self.render_mode == "rgb_array" else super().render()
