"""A team of language models on this machine: one frozen base, an adapter for each agent and each critic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from collm_agents.models.backbone import Backbone, Lora, Options, Voice
from collm_agents.models.base import Prompt, Response, Sampling, Scores, uniforms
from collm_agents.models.batches import by_length
from collm_agents.models.critic import LocalCritic
from collm_agents.models.generation import Completion, generate
from collm_agents.models.scoring import Passage, restored, score


@dataclass
class Tokens:
    """What a team has computed so far, in tokens, padding not counted.

    Attributes:
        generated: sampled, end tokens included.
        prefilled: of prompts, read before sampling; a prompt that many samples share counts once.
        trained: of responses, scored with gradients.
        valued: of histories, read by critics.
    """

    generated: int = 0
    prefilled: int = 0
    trained: int = 0
    valued: int = 0


@dataclass
class _Work:
    """What is sampled in one go: prompts of one base, and rows of (prompt, agent's adapter, where the answer goes, its numbers)."""

    prompts: list[NDArray[np.int64]] = field(default_factory=list)
    places: dict[tuple[str | None, str], int] = field(default_factory=dict)
    rows: list[_Row] = field(default_factory=list)


class _Row(NamedTuple):
    prompt: int
    adapter: str | None
    asked: int
    sample: int


class LocalTeam:
    """Policies as language models, computed here by ``transformers`` and ``peft``; made by :meth:`from_pretrained`.

    Each agent is a LoRA adapter on a frozen base that all agents of the same model share; with rank 0 it is a model of its own,
    all of which is trained. Sampling and scoring run in evaluation mode, in batches over agents, prompts and samples.

    Attributes:
        tokens: what has been computed so far.
    """

    def __init__(
        self,
        model: str | Mapping[str, str],
        agents: Sequence[str],
        options: Options,
        lora: Lora | None,
        *,
        generation_batch: int,
        critic_batch: int,
        mixed: bool,
        seed: int,
    ) -> None:
        self._agents = tuple(agents)
        names = dict.fromkeys(agents, model) if isinstance(model, str) else dict(model)
        if not agents or len(set(agents)) < len(agents):
            raise ValueError(f"agents must be one or more different names, got {list(agents)}")
        if set(names) != set(agents):
            raise ValueError(f"model must name a model for each of the agents {list(agents)}, got {sorted(names)}")
        for what, number in (("generation_batch", generation_batch), ("critic_batch", critic_batch)):
            if number < 1:
                raise ValueError(f"{what} must be 1 or more, got {number}")
        if mixed and lora is None:
            raise ValueError("mixed batches need adapters on one base; with lora_rank=0 each agent is a model of its own")
        self.tokens = Tokens()
        self._names, self._options, self._lora, self._seed = names, options, lora, seed
        self._generation_batch, self._critic_batch, self._mixed = generation_batch, critic_batch, mixed
        self._pristine: dict[str, Backbone] = {}
        self._critics = 0
        self._backbones: dict[str, Backbone] = {}
        self._adapters: dict[str, str | None] = {}
        shared: dict[str, Backbone] = {}
        for number, agent in enumerate(self._agents):
            name = names[agent]
            if lora is None:
                self._backbones[agent], self._adapters[agent] = Backbone(name, options, None), None
            else:
                if name not in shared:
                    shared[name] = Backbone(name, options, lora)
                # Numbered, for peft takes no dots in names.
                self._backbones[agent], self._adapters[agent] = shared[name], f"agent{number}"
                shared[name].add_adapter(f"agent{number}", (seed, 0, number))

    @classmethod
    def from_pretrained(
        cls,
        model: str | Path | Mapping[str, str | Path],
        agents: Sequence[str],
        *,
        lora_rank: int = 32,
        lora_alpha: int | None = None,
        lora_targets: str | Sequence[str] = "all-linear",
        dtype: str = "auto",
        device: str | None = None,
        gradient_checkpointing: bool = False,
        generation_batch: int = 64,
        critic_batch: int = 64,
        mixed: bool = False,
        max_prompt_tokens: int | None = None,
        model_options: Mapping[str, Any] | None = None,
        seed: int = 0,
    ) -> LocalTeam:
        """Load a team.

        Args:
            model: a folder or a name on the hub, or one for each agent; agents with the same share one base.
            agents: names, in order.
            lora_rank: of the adapters; 0 trains a float32 copy of the whole model for each agent and each critic instead.
            lora_alpha: an adapter's output is scaled by lora_alpha / lora_rank; None for twice the rank.
            lora_targets: the linear maps that are adapted, ``all-linear`` for all but the head.
            dtype: of the frozen base: ``auto`` for as it was saved, or ``float32``, ``bfloat16``... Adapters are float32 always.
            device: ``cpu``, ``cuda``, ``cuda:1``...; None for a GPU where there is one.
            gradient_checkpointing: compute activations again in the backward pass instead of keeping them.
            generation_batch: rows sampled or scored together, 1 and up.
            critic_batch: histories read together, 1 and up.
            mixed: sample all agents of a base in one batch instead of one after the other. Pays with many agents of few rows.
            max_prompt_tokens: longer prompts lose their beginnings; None raises where one exceeds the context.
            model_options: passed to ``AutoModelForCausalLM.from_pretrained``.
            seed: of the adapters' initial weights.

        Raises:
            ValueError: for agents or models that do not fit together, numbers out of range, a model with dropout or not supported.
        """
        if isinstance(agents, str):
            raise TypeError(f"agents are a list of names, got the text {agents!r}")
        if lora_rank < 0:
            raise ValueError(f"lora_rank must be 0 or more, got {lora_rank}")
        if max_prompt_tokens is not None and max_prompt_tokens < 1:
            raise ValueError(f"max_prompt_tokens must be 1 or more, got {max_prompt_tokens}")
        options = Options(
            device=torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu")),
            # bfloat16 drops the small steps of fine-tuning: whole models are trained in float32.
            dtype="float32" if lora_rank == 0 else dtype,
            checkpointing=gradient_checkpointing,
            max_prompt_tokens=max_prompt_tokens,
            model=dict(model_options or {}),
        )
        targets = lora_targets if isinstance(lora_targets, str) else tuple(lora_targets)
        return cls(
            {agent: str(name) for agent, name in model.items()} if isinstance(model, Mapping) else str(model),
            agents,
            options,
            Lora(lora_rank, lora_alpha, targets) if lora_rank else None,
            generation_batch=generation_batch,
            critic_batch=critic_batch,
            mixed=mixed,
            seed=seed,
        )

    @property
    def agents(self) -> tuple[str, ...]:
        return self._agents

    def sample(self, prompts: Sequence[Prompt], samples: int, sampling: Sampling, seed: int) -> list[list[Response]]:
        """``samples`` completions of each prompt, any agents' prompts in one batch. No gradients.

        Args:
            prompts: of this team's agents. Equal ones are read once.
            samples: 1 and up.
            sampling: how.
            seed: the numbers of sample k of a prompt follow from this and ``(*prompt.key, k)`` alone.

        Raises:
            ValueError: for an unknown agent.
            PromptTooLong: if a prompt with the longest completion exceeds the model's context.
        """
        if samples < 1:
            raise ValueError(f"samples must be 1 or more, got {samples}")
        self._check(prompt.agent for prompt in prompts)
        works: dict[tuple[int, str | None], _Work] = {}
        for asked, prompt in enumerate(prompts):
            backbone, adapter = self._backbones[prompt.agent], self._adapters[prompt.agent]
            work = works.setdefault((id(backbone), None if self._mixed else adapter), _Work())
            if (adapter, prompt.text) not in work.places:
                work.places[adapter, prompt.text] = len(work.prompts)
                work.prompts.append(backbone.rendering.prompt(prompt.text, sampling.max_new_tokens))
            place = work.places[adapter, prompt.text]
            work.rows.extend(_Row(place, adapter, asked, sample) for sample in range(samples))
        answers: dict[tuple[int, int], Response] = {}
        for work in works.values():
            backbone = self._backbones[prompts[work.rows[0].asked].agent]
            voice = self._fast(backbone, work.rows[0].adapter)
            for batch in by_length([len(work.prompts[row.prompt]) for row in work.rows], self._generation_batch):
                rows = [work.rows[number] for number in batch]
                numbers = [uniforms(seed, (*prompts[row.asked].key, row.sample), sampling.max_new_tokens) for row in rows]
                for row, done in zip(rows, self._generate(backbone, voice, work.prompts, rows, np.stack(numbers), sampling)):
                    text = backbone.rendering.text(done.ids.tolist(), done.ended)
                    agent, ids = prompts[row.asked].agent, work.prompts[row.prompt]
                    answers[row.asked, row.sample] = Response(agent, ids, done.ids, done.log_probs, text, done.ended)
        return [[answers[asked, sample] for sample in range(samples)] for asked in range(len(prompts))]

    def _fast(self, backbone: Backbone, adapter: str | None) -> Voice:
        """The model of one agent for many passes without gradients."""
        fused = None if self._mixed or adapter is None else backbone.fused(adapter)
        return fused or backbone.voice(adapter)

    def _generate(
        self,
        backbone: Backbone,
        voice: Voice,
        known: Sequence[NDArray[np.int64]],
        rows: Sequence[_Row],
        numbers: NDArray[np.float64],
        sampling: Sampling,
    ) -> list[Completion]:
        """One batch: rows of one base, and unless mixed of one adapter."""
        places = {number: place for place, number in enumerate(dict.fromkeys(row.prompt for row in rows))}
        adapters = {places[row.prompt]: str(row.adapter) for row in rows}
        distinct = [known[number] for number in places]
        completions = generate(
            voice,
            backbone.config,
            distinct,
            [places[row.prompt] for row in rows],
            numbers,
            sampling,
            backbone.rendering.ends,
            backbone.device,
            (lambda prompts: backbone.use(tuple(adapters[prompt] for prompt in prompts))) if self._mixed else None,
        )
        self.tokens.prefilled += sum(map(len, distinct))
        self.tokens.generated += sum(len(completion.ids) for completion in completions)
        return completions

    def score(self, responses: Sequence[Response], temperature: float, entropy: bool = False) -> Scores:
        """The responses under the agents' present policies, with gradients to their parameters and to nothing else.

        Args:
            responses: at least one, of this team's agents.
            temperature: > 0, the one they were sampled at.
            entropy: whether entropies are computed.

        Raises:
            ValueError: for an unknown agent, no responses, or a temperature out of range.
        """
        if torch.is_grad_enabled():
            self.tokens.trained += sum(len(response.ids) for response in responses)
        return self._score(responses, temperature, entropy, self._backbones, True)

    def reference(self, responses: Sequence[Response], temperature: float) -> Scores:
        """The responses under what all agents were before training: the base without adapters. No gradients.

        Arguments and errors are those of :meth:`score`. Where whole models are trained, the first call loads the base again.
        """
        self._check(response.agent for response in responses)
        if self._lora is not None:
            backbones = self._backbones
        else:
            for agent in {response.agent for response in responses}:
                name = self._names[agent]
                if name not in self._pristine:
                    self._pristine[name] = Backbone(name, self._options, None, frozen=True)
            backbones = {agent: self._pristine[name] for agent, name in self._names.items() if name in self._pristine}
        with torch.no_grad():
            return self._score(responses, temperature, False, backbones, False)

    def _score(
        self,
        responses: Sequence[Response],
        temperature: float,
        entropy: bool,
        backbones: Mapping[str, Backbone],
        adapted: bool,
    ) -> Scores:
        if not responses:
            raise ValueError("there must be at least one response to score")
        if not 0 < temperature < float("inf"):
            raise ValueError(f"temperature must be above 0, got {temperature}")
        self._check(response.agent for response in responses)
        groups: dict[tuple[int, str | None], list[int]] = {}
        for number, response in enumerate(responses):
            # Without adapters the same batches are computed as with them, so that equal weights give equal numbers.
            group = id(self._backbones[response.agent]), None if self._mixed else self._adapters[response.agent]
            groups.setdefault(group, []).append(number)
        order: list[int] = []
        log_probs: list[torch.Tensor] = []
        entropies: list[torch.Tensor] = []
        for members in groups.values():
            backbone = backbones[responses[members[0]].agent]
            for batch in by_length([len(responses[n].prompt_ids) + len(responses[n].ids) for n in members], self._generation_batch):
                numbers = [members[place] for place in batch]
                passages = [Passage(responses[n].prompt_ids, responses[n].ids, self._adapters[responses[n].agent]) for n in numbers]
                rows = adapted and self._mixed
                with backbone.checkpointing():
                    scored = score(
                        backbone.voice(passages[0].adapter if adapted else None),
                        backbone.config,
                        passages,
                        temperature,
                        entropy,
                        backbone.device,
                        backbone.recompute,
                        share=not self._options.checkpointing,
                        assign=(lambda names, base=backbone: base.use(tuple(map(str, names)))) if rows else None,  # type: ignore[misc]
                    )
                order += numbers
                log_probs.append(scored[0])
                entropies += [] if scored[1] is None else [scored[1]]
        home = log_probs[0].device
        lengths = [len(response.ids) for response in responses]
        index = torch.as_tensor(restored(order, lengths), device=home)
        return Scores(
            torch.cat([part.to(home) for part in log_probs]).index_select(0, index),
            torch.cat([part.to(home) for part in entropies]).index_select(0, index) if entropy else None,
            torch.as_tensor(np.repeat(np.arange(len(lengths)), lengths), device=home),
        )

    def parameters(self, agent: str) -> list[torch.nn.Parameter]:
        """All that is trained of one agent, in float32."""
        return self._backbone(agent).parameters(self._adapters[agent])

    def make_critic(self, name: str) -> LocalCritic:
        """A new critic on the base of an agent, or for ``team`` on that of the first; its values are 0.

        Raises:
            ValueError: if ``name`` is neither an agent nor ``team``.
        """
        if name != "team":
            self._check([name])
        agent = name if name in self._agents else self._agents[0]
        number, self._critics = self._critics, self._critics + 1
        adapter = None
        if self._lora is None:
            backbone = Backbone(self._names[agent], self._options, None)
        else:
            backbone, adapter = self._backbones[agent], f"critic{number}"
            backbone.add_adapter(adapter, (self._seed, 1, number))
        return LocalCritic(backbone, adapter, self._critic_batch, self._count_valued)

    def _count_valued(self, tokens: int) -> None:
        self.tokens.valued += tokens

    def state(self, agent: str) -> dict[str, torch.Tensor]:
        """Copies on the CPU of all that is trained of one agent, by name; :meth:`load_state` takes it back."""
        return self._backbone(agent).state(self._adapters[agent])

    def load_state(self, agent: str, state: Mapping[str, torch.Tensor]) -> None:
        """Take back a :meth:`state`; ValueError where names or shapes differ."""
        self._backbone(agent).load_state(self._adapters[agent], state)

    def save(self, agent: str, folder: Path) -> None:
        """Write one agent as a folder that runs alone: its adapter as peft loads it, or the whole model, and the tokenizer."""
        self._backbone(agent).save(self._adapters[agent], folder)

    def load_agent(self, agent: str, folder: Path) -> None:
        """Take back what :meth:`save` wrote; ValueError where rank, names or shapes differ."""
        self._backbone(agent).load(self._adapters[agent], folder)

    def _backbone(self, agent: str) -> Backbone:
        self._check([agent])
        return self._backbones[agent]

    def _check(self, named: Any) -> None:
        unknown = sorted(set(named) - set(self._agents))
        if unknown:
            raise ValueError(f"unknown agents {unknown}; this team has {list(self._agents)}")
