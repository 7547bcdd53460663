"""A Docker engine with the sandbox's image for the tests that need one.

They skip, and say why, where there is none; with COLLM_REQUIRE_DOCKER=1 in the environment, as in CI, they fail instead.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import tempfile
from pathlib import Path

import pytest

from collm_envs.coding.sandbox.docker import IMAGE, DockerBackend
from collm_envs.coding.sandbox.verdicts import SandboxError

ROOT = Path(__file__).parent.parent
BASES = (os.environ.get("BASE", ""), "collm-envs/base", "python:3.12-slim")
HOW_TO_GET_A_BASE = "python3 docker/base/build.py | docker import - collm-envs/base"


def require_docker() -> None:
    """Skip or fail the calling test unless the Docker sandbox can be used; builds its image if only that is missing."""
    reason = _missing()
    if reason and os.environ.get("COLLM_REQUIRE_DOCKER", "0") != "0":
        pytest.fail(f"COLLM_REQUIRE_DOCKER is set, but {reason}", pytrace=False)
    if reason:
        pytest.skip(reason)


@functools.cache
def _missing() -> str:
    """Why the Docker sandbox cannot be used; "" if it can."""
    with (Path(tempfile.gettempdir()) / f"collm-sandbox-image-{os.getuid()}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes start at once
        try:
            DockerBackend().close()
        except SandboxError as error:
            return _build() if IMAGE in str(error) else str(error)
    return ""


def _build() -> str:
    import docker

    with contextlib.closing(docker.from_env()) as client:
        here = {tag for image in client.images.list() for tag in image.tags}
        base = next((base for base in BASES if base in here or f"{base}:latest" in here), None)
        if base is None:
            return f"there is no image {IMAGE}, and no base to build it on ({HOW_TO_GET_A_BASE}, or docker compose build sandbox)"
        try:
            client.images.build(
                path=str(ROOT), dockerfile="docker/sandbox/Dockerfile", tag=IMAGE, buildargs={"BASE": base}, rm=True
            )
        except docker.errors.DockerException as error:
            return f"docker/sandbox/Dockerfile could not be built: {error}"
    return ""
