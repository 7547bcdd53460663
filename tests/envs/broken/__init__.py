"""A small correct text environment, and broken ones, each with the name of the check that must catch it."""

from . import meeting, repeating, results
from .good import BROKEN, BareEnv, GoodEnv

__all__ = ["BROKEN", "BareEnv", "GoodEnv", "meeting", "repeating", "results"]
