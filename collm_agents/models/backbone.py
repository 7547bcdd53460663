"""A causal language model with its tokenizer, frozen, and the low-rank adapters on it that are trained."""

from __future__ import annotations

import copy
import math
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from peft.tuners.lora import LoraLayer
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, DynamicCache, GenerationConfig
from transformers.cache_utils import DynamicLayer
from transformers.modeling_layers import GradientCheckpointingLayer

from collm_agents.models.rendering import Rendering

Who = str | tuple[str, ...] | None
"""Whose weights a forward pass uses: one adapter, an adapter for each row of the batch, or the base alone."""

_SHARED_OPTIONS = ("revision", "trust_remote_code", "token", "cache_dir", "local_files_only")


@dataclass(frozen=True)
class Lora:
    """What adapters look like (LoRA, arXiv:2106.09685).

    Attributes:
        rank: >= 1.
        alpha: an adapter's output is scaled by alpha / rank; None for 2 * rank.
        targets: the linear maps that are adapted: ``all-linear`` for all but the head, or names as peft takes them.
    """

    rank: int = 32
    alpha: int | None = None
    targets: str | tuple[str, ...] = "all-linear"


@dataclass(frozen=True)
class Voice:
    """The part of a model that computes: hidden states of tokens, logits of hidden states."""

    decoder: Any
    head: Any
    softcap: float | None

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """(..., d) to float32 (..., V)."""
        logits: torch.Tensor = self.head(hidden).float()
        return logits if self.softcap is None else self.softcap * torch.tanh(logits / self.softcap)


@dataclass
class Options:
    """How a base is loaded; the meaning of each is at :meth:`.LocalTeam.from_pretrained`."""

    device: torch.device
    dtype: str | torch.dtype = "auto"
    checkpointing: bool = False
    max_prompt_tokens: int | None = None
    model: Mapping[str, Any] = field(default_factory=dict)


class Backbone:
    """A model and its tokenizer. It stays in evaluation mode; nothing of it is trained but adapters, or, without, all of it.

    Args:
        name: a folder or a name on the hub.
        options: how it is loaded.
        lora: what adapters on it look like; None where its own weights are trained.
        frozen: for a model without adapters that is never trained.

    Raises:
        OSError: for a model that is not there.
        ValueError: for a model with dropout, with a cache that is not of keys and values, or whose logits are not head(hidden).
    """

    def __init__(self, name: str, options: Options, lora: Lora | None, frozen: bool = False) -> None:
        self.name, self.options, self.lora = name, options, lora
        shared = {key: options.model[key] for key in _SHARED_OPTIONS if key in options.model}
        # Loading may draw initial weights, all of which are then overwritten: the caller's random numbers stay untouched.
        with torch.random.fork_rng(devices=[]):
            loader: Any = AutoModelForCausalLM
            try:
                self.model: Any = loader.from_pretrained(name, dtype=options.dtype, **options.model)
            except OSError as error:
                # Of a hub that cannot be reached it is not said for which model.
                raise OSError(f"the model {name} cannot be loaded: {error}") from error
        if "device_map" not in options.model:
            self.model.to(options.device)
        self.model.eval().requires_grad_(lora is None and not frozen)
        _refuse_dropout(name, self.model)
        self.config = self.model.config.get_text_config()
        self.device: torch.device = self.model.device
        self.rendering = Rendering(name, self.model, options.max_prompt_tokens, shared)
        self.model.generation_config = _plain(self.model.generation_config, self.rendering.ends)
        self.softcap: float | None = getattr(self.config, "final_logit_softcapping", None)
        if not all(isinstance(layer, DynamicLayer) for layer in DynamicCache(config=self.config).layers):
            raise ValueError(
                f"{name} remembers more than keys and values ({self.config.model_type}); such models are not supported"
            )
        self._check_head()
        # A second model that shares all weights but those that adapters change: see fused().
        fuses = lora is not None and self.model.dtype == torch.float32
        self._twin: Any = copy.deepcopy(self.model, {id(p): p for p in self.model.parameters()}) if fuses else None
        self._checkpointed: list[Any] = []
        if options.checkpointing:
            # transformers 5.20 or so renamed it.
            enable = getattr(self.model, "activation_checkpointing_enable", self.model.gradient_checkpointing_enable)
            enable({"use_reentrant": False, "context_fn": self.recompute})
            self._checkpointed = [part for part in self.model.modules() if isinstance(part, GradientCheckpointingLayer)]
        self._peft: PeftModel | None = None
        self._layers: list[tuple[str, Any]] = []
        self._who: Who = None

    # Adapters

    def add_adapter(self, adapter: str, seed: Sequence[int]) -> None:
        """A new adapter that changes nothing yet: A uniform as peft draws it, from ``seed`` alone, B zero; float32.

        Args:
            adapter: a name without dots, new to this base.
            seed: the entropy of its own random numbers.

        Raises:
            ValueError: if what is to be adapted is no linear map.
        """
        assert self.lora is not None
        targets = self.lora.targets
        config = LoraConfig(
            r=self.lora.rank,
            lora_alpha=2 * self.lora.rank if self.lora.alpha is None else self.lora.alpha,
            target_modules=targets if isinstance(targets, str) else list(targets),
            lora_dropout=0.0,
            bias="none",
            task_type="CAUSAL_LM",
            base_model_name_or_path=self.name,
        )
        with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
            # peft asks transformers by a name that is going out of use.
            warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
            if self._peft is None:
                self._peft = get_peft_model(self.model, config, adapter_name=adapter)
                self._layers = [(name, part) for name, part in self.model.named_modules() if isinstance(part, LoraLayer)]
                for _, layer in self._layers:
                    layer.register_forward_pre_hook(self._tell_rows, with_kwargs=True)
            else:
                self._peft.add_adapter(adapter, config)
        other = [name for name, layer in self._layers if adapter not in layer.lora_A]
        if other:
            raise ValueError(f"lora_targets must be linear maps, got {other[0]}")
        self.model.eval()
        numbers = torch.Generator().manual_seed(int(np.random.SeedSequence(list(seed)).generate_state(1, np.uint64)[0] >> 1))
        with torch.no_grad():
            for name, weight in self._named(adapter).items():
                if "lora_A" in name:
                    drawn = torch.empty(weight.shape)
                    torch.nn.init.kaiming_uniform_(drawn, a=math.sqrt(5), generator=numbers)
                    weight.copy_(drawn)
        self._who = adapter
        self.use(None)

    def use(self, who: Who) -> None:
        """Whose weights count from now on."""
        if who == self._who or self._peft is None:
            return
        changes = who is None or self._who is None or isinstance(who, str)
        self._who = who
        if not changes:
            return
        for _, layer in self._layers:
            if isinstance(who, str):
                layer.set_adapter([who])
            layer.enable_adapters(who is not None)
            # peft freezes what is not active. A gradient that reaches a weight later, of a forward pass before the switch,
            # would be dropped without a word.
            for weight in _weights(layer):
                weight.requires_grad_(True)

    def recompute(self) -> tuple[Any, Any]:
        """Contexts for a checkpointed forward pass and its repetition in the backward pass, when others may be active."""
        return nullcontext(), self._as(self._who)

    @contextmanager
    def _as(self, who: Who) -> Iterator[None]:
        before = self._who
        self.use(who)
        try:
            yield
        finally:
            self.use(before)

    def _tell_rows(
        self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
        return (args, {**kwargs, "adapter_names": self._who}) if isinstance(self._who, tuple) else None

    def _named(self, adapter: str | None) -> dict[str, torch.nn.Parameter]:
        """All that is trained, by a name that does not tell which adapter it is."""
        if adapter is None:
            return dict(self.model.named_parameters())
        mark = f".{adapter}."
        return {name.replace(mark, "."): weight for name, weight in self.model.named_parameters() if mark in name}

    def parameters(self, adapter: str | None) -> list[torch.nn.Parameter]:
        """All that is trained: of an adapter, or of the model where there are none. Float32."""
        return list(self._named(adapter).values())

    def state(self, adapter: str | None) -> dict[str, torch.Tensor]:
        """Copies on the CPU of all that is trained."""
        return {name: weight.detach().to("cpu", copy=True) for name, weight in self._named(adapter).items()}

    def load_state(self, adapter: str | None, state: Mapping[str, torch.Tensor]) -> None:
        """Take back a :meth:`state`; ValueError where names or shapes differ."""
        restore(self._named(adapter), state)

    def save(self, adapter: str | None, folder: Path) -> None:
        """Write an adapter as peft does, or the model as transformers does, and the tokenizer."""
        folder.mkdir(parents=True, exist_ok=True)
        if adapter is None:
            self.model.save_pretrained(folder)
        else:
            assert self._peft is not None
            weights = get_peft_model_state_dict(self._peft, adapter_name=adapter, save_embedding_layers=False)
            save_file(
                {name: weight.detach().cpu().contiguous() for name, weight in weights.items()},
                folder / "adapter_model.safetensors",
                {"format": "pt"},
            )
            config: Any = copy.copy(self._peft.peft_config[adapter])
            config.inference_mode = True
            if os.path.isdir(self.name):  # found from wherever the adapter is loaded
                config.base_model_name_or_path = os.path.abspath(self.name)
            # peft keeps them as a set, whose order differs from process to process: the same run would leave other files.
            if isinstance(config.target_modules, set):
                config.target_modules = sorted(config.target_modules)
            config.save_pretrained(str(folder))
            self.model.generation_config.save_pretrained(folder)
        self.rendering.tokenizer.save_pretrained(folder)

    def load(self, adapter: str | None, folder: Path) -> None:
        """Take back what :meth:`save` wrote; ValueError where it does not fit."""
        if adapter is None:
            saved = Backbone(str(folder), self.options, None, frozen=True)
            self.load_state(None, dict(saved.model.named_parameters()))
            return
        assert self._peft is not None
        config: Any = LoraConfig.from_pretrained(str(folder))
        mine: Any = self._peft.peft_config[adapter]
        if (config.r, config.lora_alpha) != (mine.r, mine.lora_alpha):
            raise ValueError(
                f"{folder} has rank {config.r} and alpha {config.lora_alpha}, this team {mine.r} and {mine.lora_alpha};"
                " pass them as lora_rank and lora_alpha"
            )
        prefix = "base_model.model."
        self.load_state(
            adapter, {name.removeprefix(prefix): w for name, w in load_file(folder / "adapter_model.safetensors").items()}
        )

    # Computation

    def voice(self, who: Who) -> Voice:
        """The model with an adapter. Only one is active at a time: compute before the next call."""
        self.use(who)
        return Voice(self.model.get_decoder(), self.model.get_output_embeddings(), self.softcap)

    def fused(self, adapter: str) -> Voice | None:
        """The model with an adapter multiplied out, which takes a third of the calls per token; None unless it is in float32.

        In a coarser type small changes would be rounded off, and what is sampled would not be what is scored. The model itself
        is left as it is: the products are written to a second set of the adapted weights, anew for every call.
        """
        if self._twin is None:
            return None
        parts = dict(self._twin.named_modules())
        with torch.no_grad():
            for name, layer in self._layers:
                target = parts[name]
                weight = layer.get_base_layer().weight
                if target.weight is weight:
                    target.weight = torch.nn.Parameter(torch.empty_like(weight), requires_grad=False)
                torch.add(weight, layer.get_delta_weight(adapter), out=target.weight.data)
        return Voice(self._twin.get_decoder(), self._twin.get_output_embeddings(), self.softcap)

    @contextmanager
    def checkpointing(self) -> Iterator[None]:
        """Inside this context activations are recomputed in the backward pass, if so asked for at loading."""
        # transformers recomputes in training mode only, which the layers' parts never enter.
        for layer in self._checkpointed:
            layer.training = torch.is_grad_enabled()
        try:
            yield
        finally:
            for layer in self._checkpointed:
                layer.training = False

    def _check_head(self) -> None:
        """Some families scale their logits; a head that we do not know must not pass unnoticed."""
        ids = torch.arange(1, 5, device=self.device)[None] % self.config.vocab_size
        voice = Voice(self.model.get_decoder(), self.model.get_output_embeddings(), self.softcap)
        with torch.no_grad():
            ours, theirs = voice.logits(voice.decoder(input_ids=ids).last_hidden_state), self.model(input_ids=ids).logits.float()
        if not torch.allclose(ours, theirs, rtol=1e-2, atol=1e-2 * float(theirs.abs().max())):
            raise ValueError(
                f"the logits of {self.name} are not its head's output of its hidden states; such models are not supported"
            )


def restore(weights: Mapping[str, torch.nn.Parameter], state: Mapping[str, torch.Tensor]) -> None:
    """Copy a state into weights; ValueError where names or shapes differ."""
    if weights.keys() != state.keys():
        missing, extra = sorted(weights.keys() - state.keys()), sorted(state.keys() - weights.keys())
        raise ValueError(
            f"the state does not fit: {len(missing)} names are missing {missing[:3]}, {len(extra)} unknown {extra[:3]}"
        )
    for name, weight in weights.items():
        if weight.shape != state[name].shape:
            raise ValueError(f"{name} has shape {tuple(weight.shape)}, the state {tuple(state[name].shape)}")
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(state[name])


def _plain(settings: Any, ends: Sequence[int]) -> Any:
    """Settings of a base for generation without its penalties and cuts, which sampling here has not: whoever runs elsewhere what
    was trained here, by the settings that are saved with it, samples the same."""
    made: Any = GenerationConfig
    # Spelt out, for what settings leave open transformers fills in from those of the base.
    open_ended = {"do_sample": True, "temperature": 1.0, "top_k": 0, "top_p": 1.0, "repetition_penalty": 1.0}
    kept = {name: getattr(settings, name, None) for name in ("bos_token_id", "pad_token_id")}
    return made(**open_ended, **kept, eos_token_id=list(ends) or None)


def _weights(layer: Any) -> Iterator[torch.nn.Parameter]:
    for kind in layer.adapter_layer_names:
        yield from getattr(layer, kind).parameters()


def _refuse_dropout(name: str, model: Any) -> None:
    """A pass with dropout and one without give one answer two probabilities."""
    settings = {key: value for key, value in model.config.get_text_config().to_dict().items() if "drop" in key}
    wrong = {key: value for key, value in settings.items() if isinstance(value, float) and value}
    if wrong:
        remedy = ", ".join(f"'{key}': 0.0" for key in wrong)
        raise ValueError(f"{name} has dropout, {wrong}; turn it off with model_options={{{remedy}}}")
