"""What was built, drawn from the instance and the actions that a run's file has of an episode."""

from __future__ import annotations

import base64
import io
from typing import Any, NamedTuple

from numpy.typing import NDArray

from collm_agents.report.data import Group
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import TASKS, version_module

_COLOURS = 128


class Drawn(NamedTuple):
    """An episode's pictures.

    Attributes:
        pictures: a PNG file as a data URI for each turn, the same object as the turn before where nothing changed.
        remark: why there are none, or what to know of them; "" if nothing.
    """

    pictures: list[str]
    remark: str


def has_pictures(group: Group) -> bool:
    """Whether the group's task draws itself."""
    return _task_name(group) in TASKS and bool(_module(group).parallel_env().task.pictures)


def _task_name(group: Group) -> str:
    return str(group.episodes[0].record["task"])


def _module(group: Group) -> Any:
    return version_module(_task_name(group))


def draw(group: Group, record: dict[str, Any]) -> Drawn:
    """Play an episode's actions again, in this process also where a server was built on, and draw every turn.

    A run of another version of the task, or with options that ``run.json`` cannot hold, is not drawn: the remark says so.
    """
    if record["env"] != (present := _module(group).parallel_env().metadata["name"]):
        return Drawn([], f"no pictures: the run is of {record['env']}, and this is {present}")
    try:
        env = _env(group)
        env.reset(seed=record["seed"], options={"task": record["instance"]})
    except (ValueError, TypeError, LookupError, ImportError) as error:
        return Drawn([], f"no pictures: {error}")
    pictures: list[str] = []
    before, differs = b"", False
    for turn in record["transcript"]:
        if not env.agents:
            break
        env.step(turn["actions"])
        score = env.turns[-1].score
        differs |= turn.get("reward") is not None and abs(score.total - turn["reward"]) > 1e-9
        array = env.task.picture(env.instance, score)
        # Whoever repeats an answer repeats its picture, and to pack one takes longer than to draw it.
        pictures.append(pictures[-1] if pictures and array.tobytes() == before else data_uri(array))
        before = array.tobytes()
    told = "drawn from a replay in process, whose rewards differ from those of the run" if differs else ""
    return Drawn(pictures, told)


def _env(group: Group) -> CollabEnv:
    options = {key: value for key, value in group.options.items() if key not in ("backend", "host", "port", "bridge", "plot")}
    env: CollabEnv = _module(group).parallel_env(**options)
    env.task.check_pictures()
    return env


def data_uri(array: NDArray[Any]) -> str:
    """An RGB array as a PNG with few colours: flat drawings do with a third of the size."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(array).quantize(_COLOURS).save(file, format="PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
