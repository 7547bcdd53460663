"""What tests of language models share: one tiny model on the disk, which nobody changes, and one thread to compute it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a random model with a context of 256 tokens; read it, and write elsewhere."""
    from tests.agents.lm import make_model

    return make_model(tmp_path_factory.mktemp("base"))
