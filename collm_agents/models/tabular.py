"""Policies as tables and critics as linear functions: the learners' own code on problems small enough to be solved by hand.

A response is one action of a short list; its one token is the action's number, its prompt's one token the number of the state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from collm_agents.checkpoint import agent_folder
from collm_agents.models.base import History, Prompt, Response, Sampling, Scores, uniforms
from collm_envs.core.checks import one_of

_REMEMBERED = 4096
_TABLE = "table.json"


class TabularTeam:
    """A team of softmax tables, in float32 and all equal at the start.

    Args:
        agents: names, in order.
        actions: the completions there are.
        states: how many states there are.
        state_of: the state of an agent's observation, 0 to states - 1.
        features_of: what a linear critic sees of a history, an array of fixed shape (width,); the last entry of the history is the
            turn to be valued.
    """

    def __init__(
        self,
        agents: Sequence[str],
        actions: Sequence[str],
        states: int,
        state_of: Callable[[str], int],
        features_of: Callable[[History], NDArray[np.float64]],
    ) -> None:
        self.agents = tuple(agents)
        self.actions = tuple(actions)
        self.state_of = state_of
        self.features_of = features_of
        self.logits = {agent: torch.nn.Parameter(torch.zeros(states, len(actions))) for agent in self.agents}

    def sample(self, prompts: Sequence[Prompt], samples: int, sampling: Sampling, seed: int) -> list[list[Response]]:
        with torch.no_grad():
            tables = {agent: (logits / sampling.temperature).log_softmax(1).numpy() for agent, logits in self.logits.items()}
        found = []
        for prompt in prompts:
            state = self.state_of(prompt.text)
            logs = tables[one_of("agent", prompt.agent, self.agents)][state]
            edges = np.cumsum(np.exp(logs, dtype=np.float64))
            draws = [uniforms(seed, (*prompt.key, number), 1)[0] * edges[-1] for number in range(samples)]
            picks = [int(logs.argmax() if sampling.greedy else np.searchsorted(edges, draw, side="right")) for draw in draws]
            found.append([self._response(prompt.agent, state, min(pick, len(logs) - 1), logs) for pick in picks])
        return found

    def _response(self, agent: str, state: int, action: int, logs: NDArray[np.float32]) -> Response:
        ids = np.array([action])
        return Response(agent, np.array([state]), ids, logs[ids], self.actions[action], True)

    def score(self, responses: Sequence[Response], temperature: float, entropy: bool = False) -> Scores:
        return self._scores(self.logits, responses, temperature, entropy)

    def reference(self, responses: Sequence[Response], temperature: float) -> Scores:
        start = {agent: torch.zeros_like(logits) for agent, logits in self.logits.items()}
        return self._scores(start, responses, temperature, False)

    def _scores(
        self, tables: Mapping[str, torch.Tensor], responses: Sequence[Response], temperature: float, entropy: bool
    ) -> Scores:
        numbers = {agent: number for number, agent in enumerate(self.agents)}
        places = [[numbers[each.agent], int(each.prompt_ids[0]), int(each.ids[0])] for each in responses]
        agent, state, action = torch.tensor(places).T
        logs = (torch.stack([tables[name] for name in self.agents])[agent, state] / temperature).log_softmax(1)
        entropies = -(logs.exp() * logs).sum(1) if entropy else None
        return Scores(logs.gather(1, action[:, None])[:, 0], entropies, torch.arange(len(responses)))

    def parameters(self, agent: str) -> list[torch.nn.Parameter]:
        return [self.logits[agent]]

    def make_critic(self, name: str) -> LinearCritic:
        return LinearCritic(self.features_of)

    def state(self, agent: str) -> dict[str, torch.Tensor]:
        return {"logits": self.logits[agent].detach().clone()}

    def load_state(self, agent: str, state: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            self.logits[agent].copy_(state["logits"])

    def save(self, agent: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        table = {"actions": self.actions, "logits": self.logits[agent].tolist()}
        (folder / _TABLE).write_text(json.dumps(table), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Take back all agents of a run, or of one of its checkpoints: a folder in whose ``agents`` each was saved.

        Raises:
            ValueError: if one is missing, or its actions or states differ; the team is then as it was.
        """
        tables = {agent: self._read(agent, agent_folder(folder, agent)) for agent in self.agents}
        for agent, logits in tables.items():
            self.load_state(agent, {"logits": logits})

    def load_agent(self, agent: str, folder: Path) -> None:
        """Take back what :meth:`save` wrote; ValueError where it is missing or does not fit."""
        self.load_state(agent, {"logits": self._read(agent, folder)})

    def _read(self, agent: str, folder: Path) -> torch.Tensor:
        file = folder / _TABLE
        if not file.is_file():
            raise ValueError(f"there is no table of {agent}: {file} is missing")
        table = json.loads(file.read_text(encoding="utf-8"))
        logits, mine = torch.tensor(table["logits"]), self.logits[agent]
        if tuple(table["actions"]) != self.actions or logits.shape != mine.shape:
            raise ValueError(
                f"{file} does not fit: it has {len(logits)} states and the actions {', '.join(table['actions'])}, this team"
                f" {len(mine)} and {', '.join(self.actions)}"
            )
        return logits


class LinearCritic:
    """A linear function of a history's features, 0 at the start."""

    def __init__(self, features_of: Callable[[History], NDArray[np.float64]]) -> None:
        self.features_of = features_of
        # The width is known with the first history; the parameter must be there before, for the optimiser.
        self.weights = torch.nn.Parameter(torch.zeros(len(features_of(("",)))))
        self._rows = lru_cache(_REMEMBERED)(self._features)

    def values(self, histories: Sequence[History], window: int | None) -> list[torch.Tensor]:
        # A replay shows the same histories again and again.
        rows = torch.cat([self._rows(seen, window) for seen in histories])
        return list(torch.split(rows @ self.weights, [len(seen) for seen in histories]))

    def length(self, history: History, window: int | None) -> int:
        return len(history)

    def _features(self, history: History, window: int | None) -> torch.Tensor:
        """What is seen at each turn: (turns, width)."""
        starts = [0 if window is None else max(0, turn + 1 - window) for turn in range(len(history))]
        rows = [self.features_of(history[start : turn + 1]) for turn, start in enumerate(starts)]
        return torch.as_tensor(np.stack(rows), dtype=torch.float32)

    def parameters(self) -> list[torch.nn.Parameter]:
        return [self.weights]

    def state(self) -> dict[str, torch.Tensor]:
        return {"weights": self.weights.detach().clone()}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            self.weights.copy_(state["weights"])

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "weights.json").write_text(json.dumps(self.weights.tolist()), encoding="utf-8")
