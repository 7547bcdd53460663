"""A language model on this machine, as it is: a whole one, or an adapter on one; nothing is trained."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from peft import PeftConfig, PeftModel, get_peft_model_state_dict
from peft.utils import load_peft_weights

from collm_agents.models.backbone import Backbone, Options
from collm_agents.models.base import Sampling, uniforms
from collm_agents.models.batches import by_length
from collm_agents.models.generation import generate
from collm_agents.models.rendering import Rendering
from collm_agents.voices import Completion, adapter_base


class LocalVoice:
    """Asks a model of ``transformers`` in its chat template, without thinking where the template knows that switch.

    Prompts are answered and timed one after the other, as if each had the machine to itself, or in batches, each with the time
    of the whole. Prompt i of a call draws its numbers from the seed and i alone: an answer depends neither on the other prompts
    nor on the size of batches.

    Args:
        model: a folder or a name on the hub. A folder may hold an adapter as peft writes it, such as an agent of a run.
        temperature: 0 takes the likeliest always.
        max_tokens: longest answer, 1 and up.
        batch: prompts answered together, 1 and up.
        device: ``cpu``, ``cuda``...; None for a GPU where there is one.
        dtype: ``auto`` for as it was saved, or ``float32``, ``bfloat16``...
        clock: what tells the time, in seconds.

    Raises:
        ValueError, OSError: for a model that is not there or not supported.
    """

    def __init__(
        self,
        model: str,
        *,
        temperature: float = 0.7,
        max_tokens: int = 512,
        batch: int = 1,
        device: str | None = None,
        dtype: str = "auto",
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        if batch < 1:
            raise ValueError(f"batch must be 1 or more, got {batch}")
        folder = Path(model).expanduser()
        self.name = f"hf:{model}"
        self._sampling = Sampling(temperature=temperature or 1.0, max_new_tokens=max_tokens, greedy=temperature == 0)
        self._batch, self._clock = batch, clock
        options = Options(torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu")), dtype)
        base = adapter_base(folder)
        whole = base or (str(folder) if folder.is_dir() else model)
        self._backbone: Backbone | None = Backbone(whole, options, None, frozen=True)
        if base is not None:
            _adapt(self._backbone, folder)

    def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
        """An answer to each prompt.

        Raises:
            PromptTooLong: if a prompt with the longest answer exceeds the model's context.
            RuntimeError: if the voice is closed.
        """
        if self._backbone is None:
            raise RuntimeError(f"{self.name} is closed")
        limit, rendering = self._sampling.max_new_tokens, self._backbone.rendering
        read = [rendering.prompt(prompt, limit) for prompt in prompts]
        answers: dict[int, Completion] = {}
        for numbers in by_length([len(ids) for ids in read], self._batch):
            chance = np.stack([uniforms(seed, (number,), limit) for number in numbers])
            start = self._clock()
            done = generate(
                self._backbone.voice(None),
                self._backbone.config,
                [read[number] for number in numbers],
                range(len(numbers)),
                chance,
                self._sampling,
                rendering.ends,
                self._backbone.device,
            )
            seconds = self._clock() - start
            for number, each in zip(numbers, done):
                text = rendering.text(each.ids.tolist(), each.ended)
                answers[number] = Completion(text, len(each.ids), len(read[number]), seconds, not each.ended)
        return [answers[number] for number in range(len(prompts))]

    def close(self) -> None:
        """Let the model go."""
        self._backbone = None


def _adapt(backbone: Backbone, folder: Path) -> None:
    """Put the adapter of a folder on a base for good; ValueError where it does not fit.

    peft keeps adapters in float32, as they are trained; transformers, which can load such a folder by itself, rounds them to the
    type of the base.
    """
    if PeftConfig.from_pretrained(str(folder)).is_prompt_learning:
        raise ValueError(f"the adapter in {folder} changes prompts, not weights; such adapters are not supported")
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        # peft asks transformers by a name that is going out of use.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        try:
            adapted = PeftModel.from_pretrained(backbone.model, str(folder)).eval()
        except RuntimeError as error:
            raise ValueError(f"the adapter in {folder} does not fit {backbone.name}: {' '.join(str(error).split())}") from error
    # peft passes over weights of layers that the base does not have.
    if get_peft_model_state_dict(adapted).keys() != load_peft_weights(str(folder), device="cpu").keys():
        raise ValueError(f"the adapter in {folder} does not fit {backbone.name}: it was made for other layers")
    if (folder / "tokenizer_config.json").is_file():
        backbone.rendering = Rendering(str(folder), backbone.model, None, {})
