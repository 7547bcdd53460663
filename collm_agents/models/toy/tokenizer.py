"""The tokenizer of a toy: byte-level, so that it spells any text, with whole phrases of a task's prompts as single tokens.

A pattern says where texts are cut; a piece between two cuts that is common enough in the corpus is one token, any other is
spelt in bytes. What an agent may choose (numbers, symbols, words) is cut off by the pattern, so that it is a token of its own;
what stands between such choices is fixed wording, and becomes one token however long it is. A prompt of 400 characters has some
20 tokens then, which is what decides how long training takes on a processor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

PAD, START, END = "<|pad|>", "<|im_start|>", "<|im_end|>"

TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

_SPECIAL = (PAD, START, END)
_RAREST = 2


def build_tokenizer(texts: Iterable[str], answers: Iterable[str], cuts: str, size: int) -> PreTrainedTokenizerFast:
    """A tokenizer for the texts of a task.

    Args:
        texts: what models read: prompts and histories.
        answers: what they write; the pieces of these come first when there is not room for all.
        cuts: regular expression; what it matches is a piece of its own, and so is what stands between two matches.
        size: most tokens in all.

    Raises:
        ValueError: if ``size`` leaves no room for the bytes and the special tokens.
    """
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    room = size - len(_SPECIAL) - len(letters)
    if room < 0:
        raise ValueError(f"a vocabulary of {size} is too small; bytes and special tokens alone are {size - room}")
    cut = cutter(cuts)
    written, read = _pieces(cut, answers), _pieces(cut, (rendered for text in texts for rendered in (text, f"user\n{text}")))
    frame = ["assistant\n", "\n"]
    ranked = [piece for text in frame for piece, _ in cut.pre_tokenize_str(text)] + _ranked(written) + _ranked(read)
    pieces = [piece for piece in dict.fromkeys(ranked) if len(piece) > 1][:room]
    vocabulary = {token: number for number, token in enumerate([*_SPECIAL, *letters, *pieces])}
    # No merges: a piece is a token as a whole or it is spelt out.
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], ignore_merges=True))
    tokenizer.pre_tokenizer = cut
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in _SPECIAL])
    wrapped = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token=PAD,
        eos_token=END,
        additional_special_tokens=[START],
        clean_up_tokenization_spaces=False,
        padding_side="left",
    )
    wrapped.chat_template = TEMPLATE
    return wrapped


@lru_cache(maxsize=16)
def cutter(cuts: str) -> pre_tokenizers.PreTokenizer:
    """What cuts a text into pieces."""
    split = pre_tokenizers.Split(Regex(cuts), behavior="isolated")
    return pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def _pieces(cut: pre_tokenizers.PreTokenizer, texts: Iterable[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for text, count in Counter(texts).items():
        for piece, _ in cut.pre_tokenize_str(text):
            found[piece] += count
    return found


def _ranked(pieces: Counter[str]) -> list[str]:
    """Pieces that occur more than once, first those that save most; equal ones by name, so that the order is always the same."""
    common = [piece for piece, count in pieces.items() if count >= _RAREST]
    return sorted(common, key=lambda piece: (-pieces[piece] * (len(piece) - 1), piece))


def prompts_as_read(tokenizer: PreTrainedTokenizerFast, prompts: Sequence[str]) -> list[list[int]]:
    """Token ids of prompts in the chat template, up to where the answer begins."""
    # The same prompt is met in many episodes.
    distinct = list(dict.fromkeys(prompts))
    rendered = [
        tokenizer.apply_chat_template([{"role": "user", "content": text}], tokenize=False, add_generation_prompt=True)
        for text in distinct
    ]
    ids = dict(zip(distinct, tokenizer(rendered, add_special_tokens=False)["input_ids"]))
    return [ids[text] for text in prompts]
