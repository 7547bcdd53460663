"""What is installed, as far as results depend on it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import collm_envs

DISTRIBUTION = "collm-envs"


def versions() -> dict[str, str]:
    """Versions of Python, this package and its dependencies."""
    found = {"python": platform.python_version(), DISTRIBUTION: collm_envs.__version__}
    return found | {package: version_of(package) or "missing" for package in ("pettingzoo", "gymnasium", "numpy")}


def version_of(package: str) -> str | None:
    """The installed version of a distribution, None if there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
