"""A person at a terminal as one agent."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from time import perf_counter

from collm_agents.commands.console import draw, heading, make_console, say
from collm_agents.policies import Team, Usage
from collm_envs.core.checks import one_of
from collm_envs.core.env import CollabEnv

END = "."
_LONGEST_LINE = 100


class InputEnded(Exception):
    """There is nobody left to ask: a pipe or file that answers were read from is at its end."""


class HumanTeam:
    """A person plays ``role``, ``partner`` plays the other agents."""

    def __init__(self, role: str, partner: Team) -> None:
        self.role = role
        self.partner = partner
        self.name = f"human as {role} with {partner.name}"
        self.seconds: dict[str, float] = {}
        self.usage: dict[str, Usage] = {}
        self.turn_seconds = 0.0
        self._console = make_console()

    def reset(self, env: CollabEnv, seed: int) -> None:
        one_of("role", self.role, env.possible_agents)
        self.partner.reset(env, seed)

    def act(self, env: CollabEnv, observations: Mapping[str, str]) -> dict[str, str]:
        """Show the prompt or, from turn 2 on, what came of the last turn; then read the person's answer.

        Raises:
            InputEnded: if the input ends before the answer begins.
        """
        turn = len(env.turns) + 1
        if turn == 1:
            heading(self._console, f"your prompt as {self.role}")
            say(self._console, observations[self.role], fold=True)
            if env.task.pictures:  # A text to write about is in the prompt already.
                heading(self._console, "picture")
                draw(self._console, env)
        else:
            self.show_outcome(env)
        heading(self._console, f"turn {turn} of {env.max_cycles}: your answer, ended by a line with a single {END!r} (or Ctrl-D)")
        start = perf_counter()
        answer = read_answer()
        taken = perf_counter() - start
        others = self.partner.act(env, {agent: text for agent, text in observations.items() if agent != self.role})
        self.seconds = {**self.partner.seconds, self.role: taken}
        self.usage = {**self.partner.usage, self.role: Usage()}
        self.turn_seconds = max(taken, self.partner.turn_seconds)
        return {agent: answer if agent == self.role else others[agent] for agent in observations}

    def show_outcome(self, env: CollabEnv) -> None:
        """The last turn: the picture with the score, what the next prompt says about it, and rejected lines it leaves out."""
        console, turn, number = self._console, env.turns[-1], env.possible_agents.index(self.role)
        if turn.lost:
            heading(console, f"turn {len(env.turns)} of {env.max_cycles} could not be scored: {turn.lost}")
            return
        heading(console, f"after turn {len(env.turns)} of {env.max_cycles}: reward {turn.score.total:.4f}")
        draw(console, env)
        feedback = "" if turn.terminated else env.task.reviews(env.instance, turn.actions, turn.score)[number]
        if feedback:
            console.print("\nfeedback in your next prompt:")
            say(console, feedback, fold=True)
        rejected = env.task.notes(turn.score).get("rejected")
        unsaid = [item for item in rejected[number] if item["reason"] not in feedback] if rejected else []
        if unsaid:
            console.print("\nyour lines that were rejected:")
            for item in unsaid:
                say(console, f"  {item['line'].strip()[:_LONGEST_LINE]}  <- {item['reason']}", fold=True)


def read_answer() -> str:
    """The lines up to one that holds a single dot, or up to Ctrl-D.

    Raises:
        InputEnded: if the input is no terminal and has no line left.
    """
    if sys.stdin is None:
        raise InputEnded
    asked = sys.stdin.isatty()
    if asked:
        # Gives input() arrow keys and a history; consoles on Windows have them anyway.
        with suppress(ImportError):
            import readline  # noqa: F401
    lines: list[str] = []
    while True:
        try:
            line = input("> " if asked else "")
        except EOFError:
            if asked:
                print()
            elif not lines:
                raise InputEnded from None
            break
        if line == END:
            break
        lines.append(line)
    return "\n".join(lines)
