"""Text to tokens and back: what a model is asked, and what it answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import AutoTokenizer

from collm_agents.models.errors import PromptTooLong


class Rendering:
    """A model's tokenizer, its chat template and its limits.

    Attributes:
        context: how many tokens the model can read; None if it does not say.
        ends: all tokens that end an answer, those of the model's generation settings and the tokenizer's.

    Args:
        name: a folder or a name on the hub.
        model: the model, for its context and its end tokens.
        longest: longer prompts lose their beginnings; None keeps them whole.
        options: passed to ``AutoTokenizer.from_pretrained``.
    """

    def __init__(self, name: str, model: Any, longest: int | None, options: Mapping[str, Any]) -> None:
        self.name, self._longest = name, longest
        self.tokenizer: Any = AutoTokenizer.from_pretrained(name, **options)
        self.context: int | None = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        ends: set[int] = set()
        for source in (model.generation_config, self.tokenizer):
            named = getattr(source, "eos_token_id", None)
            ends.update(named if isinstance(named, list | tuple) else () if named is None else (named,))
        self.ends = tuple(sorted(ends))

    @property
    def end(self) -> int:
        """The end token of the tokenizer, or one of the model's; ValueError if there is none."""
        end: int | None = self.tokenizer.eos_token_id
        if end is None and not self.ends:
            raise ValueError(f"neither the tokenizer nor the model {self.name} names an end token (eos_token_id)")
        return end if end is not None else min(self.ends)

    def prompt(self, observation: str, room: int) -> NDArray[np.int64]:
        """The tokens of an observation as the model is asked, in its chat template if it has one. (P,), P >= 1.

        Args:
            observation: the user's message; every turn's is rendered alike.
            room: tokens of the context to leave free for the answer.

        Raises:
            PromptTooLong: if prompt and answer exceed the model's context.
        """
        if self.tokenizer.chat_template is not None:
            message = [{"role": "user", "content": observation}]
            text = self.tokenizer.apply_chat_template(message, add_generation_prompt=True, enable_thinking=False, tokenize=False)
            ids = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        else:
            ids = self.tokenizer(observation)["input_ids"]
        if not ids:
            start = self.tokenizer.bos_token_id
            ids = [self.end if start is None else start]
        if self._longest is not None:
            ids = ids[-self._longest :]
        if self.context is not None and len(ids) + room > self.context:
            raise PromptTooLong(
                f"a prompt of {len(ids)} tokens and {room} new ones exceed the context of {self.name}, {self.context} tokens:"
                " lower max_new_tokens, or let max_prompt_tokens cut the beginnings of prompts"
            )
        return np.asarray(ids, dtype=np.int64)

    def plain(self, text: str) -> list[int]:
        """The tokens of a text in which nothing is special."""
        ids: list[int] = self.tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        return ids

    def text(self, ids: Sequence[int], ended: bool) -> str:
        """The text of an answer without special tokens; ``ended`` leaves out its last token, special or not."""
        text: str = self.tokenizer.decode(ids[:-1] if ended else ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text
