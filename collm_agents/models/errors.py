"""What a model cannot do with what it is given, for those who catch it without loading any model."""

from __future__ import annotations


class PromptTooLong(ValueError):
    """A prompt that with the longest completion exceeds a model's context. Its text names both sizes and what to do."""
