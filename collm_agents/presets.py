"""Settings that go together: ``default``, the paper's released ones, and those for toys and tables. Data, and no code of learners.

A preset gives values to the sections of a run's settings (:mod:`collm_agents.settings`); what it leaves out has its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collm_agents.methods import Method
from collm_agents.models.toy.recipes import RECIPES, solo_recipe
from collm_agents.settings import Sections
from collm_envs.core.checks import one_of

PRESETS = {
    "default": "what was found to work",
    "paper": "the released setting of arXiv:2601.21972, as far as it can be had",
    "toy": "for --model toy",
    "table": "for --model table",
}
"""By name, with a line on each."""

# -- default ------------------------------------------------------------------------------------------------------------

_DEEPEST_TREE = 4


def _trees(turns: int) -> dict[str, Any]:
    """What K samples of a node are, by the number of turns: a tree grows by the factor K with each."""
    if turns == 1:
        return {"samples": 4, "joint": "aligned", "episodes": 4}
    if turns <= _DEEPEST_TREE:
        return {"samples": 2, "joint": "aligned", "episodes": 2}
    return {"samples": 4, "joint": "trajectory", "episodes": 4}


# -- paper --------------------------------------------------------------------------------------------------------------

PAPER_REMARKS = (
    "the paper samples with top_p below 1 and scores without; training here always samples all of the distribution",
    "the paper's learning rates are for models trained in bfloat16, where most small steps are lost: here they go further",
)

_PAPER_COMMON: dict[str, Any] = {"gamma": 0.9, "kl_coef": 0.0, "entropy_coef": 0.0}
_PAPER_CRITIC: dict[str, Any] = {
    "gae_lambda": 0.0,
    "target_lambda": 0.0,
    "normalise_advantages": "turn",
    "history": "current",
    "replay": 1,
    "critic_batch": 0,
    "critic_warmup": 0,
    "normalise_returns": False,
    "grad_clip": 0.5,
}
# The Monte Carlo learners of the paper's version clip no gradients.
_PAPER_GROUP: dict[str, Any] = {"joint": "aligned", "normalise_advantages": "none", "grad_clip": 1e9}

_WRITER = {"temperature": 0.7, "max_new_tokens": 256}
_BUILDER = {"temperature": 0.6, "max_new_tokens": 512, "stop_above": -0.1}
_CODER = {"temperature": 0.6, "max_new_tokens": 256}

_PAPER_TASK: Mapping[str, Mapping[str, Any]] = {
    "tldr": _WRITER,
    "arxiv": _WRITER,
    "coophe": _CODER,
    "strbuild": {**_BUILDER, "reward_shift": -2.0},
    "housebuild": {**_BUILDER, "reward_shift": -1.0},
}


def _rates(actor: float, critic: float | None, episodes: int, iterations: int, **more: Any) -> dict[str, Any]:
    rates = {"actor_lr": actor} if critic is None else {"actor_lr": actor, "critic_lr": critic}
    return {**rates, "episodes": episodes, "iterations": iterations, **more}


# By (task, kind of method). Iterations are the paper's epochs times its training items, over the episodes of an update: 1000 items
# of writing, 66 of coding, 8 builds. Where the paper trained no single agent, the team's values stand in.
_PAPER_RUNS: Mapping[tuple[str, str], dict[str, Any]] = {
    ("tldr", "team critic"): _rates(5e-6, 5e-6, 4, 5000),
    ("tldr", "team group"): _rates(5e-6, None, 1, 2000, samples=4),
    ("tldr", "solo critic"): _rates(5e-6, 5e-6, 4, 1000),
    ("tldr", "solo group"): _rates(5e-6, None, 2, 500, samples=4),
    ("arxiv", "team critic"): _rates(5e-6, 5e-6, 4, 5000),
    ("arxiv", "team group"): _rates(5e-6, None, 1, 2000, samples=4),
    ("arxiv", "solo critic"): _rates(5e-6, 5e-6, 4, 1000, max_new_tokens=512),
    ("arxiv", "solo group"): _rates(5e-6, None, 2, 500, samples=4, max_new_tokens=512),
    ("coophe", "team critic"): _rates(5e-6, 5e-6, 4, 1320),
    ("coophe", "team group"): _rates(2e-5, None, 1, 528, samples=4),
    ("coophe", "solo critic"): _rates(5e-6, 5e-6, 4, 1320, reward_shift=-4.0, stop_above=-0.2),
    ("coophe", "solo group"): _rates(2e-5, None, 1, 1320, samples=4, temperature=0.8, reward_shift=-2.1, stop_above=-0.1),
    ("strbuild", "team critic"): _rates(2.5e-6, 2.5e-6, 1, 1200),
    ("strbuild", "team group"): _rates(5e-6, None, 1, 160, samples=2),
    ("housebuild", "team critic"): _rates(5e-6, 5e-6, 1, 1200, stop_above=0.0),
    ("housebuild", "team group"): _rates(1e-5, None, 1, 160, samples=2),
}

# Whole models are trained. Which one plays CoopHE is not known for sure.
_PAPER_MODEL: Mapping[str, dict[str, Any]] = {
    "tldr": {"name": "Qwen/Qwen3-1.7B"},
    "arxiv": {"name": "Qwen/Qwen3-1.7B"},
    "strbuild": {"name": "Qwen/Qwen3-4B-Instruct-2507"},
    "housebuild": {"name": "Qwen/Qwen3-4B-Instruct-2507"},
}

# -- toys and tables ----------------------------------------------------------------------------------------------------

# Models this small gain nothing by a second thread, and lose much where another process wants it.
_SMALL = {"threads": 1}

# Rates are for whole models of a hundred thousand weights: adapters on so small a base learn little.
_TOY_COMMON: dict[str, Any] = {"entropy_coef": 0.002, "actor_lr": 5e-4}
_TOY_CRITIC: dict[str, Any] = {
    "critic_lr": 1e-3,
    # What is told in a turn says enough; a small model finds it in a longer text only after long training.
    "history": "current",
    "replay": 16,
    "critic_steps": 2,
    "critic_batch": 32,
    "critic_warmup": 2,
    "warmup_steps": 20,
    "episodes": 32,
    "iterations": 80,
}
_TOY_GROUP: dict[str, Any] = {"samples": 4, "joint": "trajectory", "episodes": 8, "iterations": 80}
# Without a baseline, or against the best, advantages are all of one sign: they make everything likelier, or nothing.
_TOY_ONE_SIDED = {"ma-reinforce": {"normalise_advantages": "batch"}, "remax": {"normalise_advantages": "batch"}}
# An answer of 300 tokens, all for one reward: larger steps unlearn more than they learn.
_TOY_SOLO = {"arxiv": {"actor_lr": 1e-4}}
# Its episodes are four times as long as the others'.
_TOY_RELAY: dict[str, dict[str, Any]] = {
    "critic": {"replay": 32, "critic_batch": 16, "critic_warmup": 4, "episodes": 8, "iterations": 150},
    "group": {"episodes": 2, "iterations": 150},
}

# A solved episode ends at once. Where every turn pays, that would cost a team the rest; with the most that can be had as the zero
# point, each further turn costs instead. Not in HouseBuild, where a game lost to the spiders is a short one, too: it would pay to
# let them win.
_TOY_SHIFT = {"strbuild": -2.0, "coophe": -4.0}

_TABLE_COMMON: dict[str, Any] = {"actor_lr": 0.1, "max_new_tokens": 1, "episodes": 16}
_TABLE_CRITIC: dict[str, Any] = {"critic_lr": 0.05}


def env_preset(name: str, task: str, paper: Mapping[str, Any]) -> dict[str, Any]:
    """Options of the environment.

    Args:
        name: of the preset.
        task: of the run.
        paper: the task's ``PAPER``.

    Raises:
        ValueError: for an unknown preset, or one that the task has none of; the message names the choices.
    """
    one_of("preset", name, PRESETS)
    if name == "paper":
        if task not in _PAPER_TASK:
            raise ValueError(
                f"the paper has no task {task}; choose another preset: {', '.join(each for each in PRESETS if each != name)}"
            )
        return dict(paper)
    if name == "toy":
        return {"split": RECIPES[task].split, **RECIPES[task].options}
    return {}


def preset(name: str, task: str, method: Method, turns: int, agents: int) -> Sections:
    """Values of the sections ``learner``, ``model`` and ``run``.

    Args:
        name: of the preset.
        task: of the run.
        method: of the run.
        turns: the environment's horizon.
        agents: how many there are.
    """
    if name == "paper":
        return _paper(task, method, agents)
    learner = {} if method.critic else _trees(turns)
    if name == "toy":
        tokens = solo_recipe(task).longest(agents) if method.solo else RECIPES[task].answer_tokens
        learner |= {**_TOY_COMMON, **(_TOY_CRITIC if method.critic else _TOY_GROUP), "max_new_tokens": tokens}
        learner |= _TOY_ONE_SIDED.get(method.name, {}) | (_TOY_SOLO.get(task, {}) if method.solo else {})
        learner["reward_shift"] = _TOY_SHIFT.get(task, 0.0)
        if task == "relay":
            learner |= _TOY_RELAY["critic" if method.critic else "group"]
        # A toy is no match for the instances of val.
        run = {} if task == "relay" else {"eval_split": "generated:tiny"}
        return {"learner": learner, "model": {"lora_rank": 0}, "run": {**run, **_SMALL}}
    if name == "table":
        learner |= {**_TABLE_COMMON, **(_TABLE_CRITIC if method.critic else {})}
    return {"learner": learner, "model": {}, "run": dict(_SMALL) if name == "table" else {}}


def _paper(task: str, method: Method, agents: int) -> Sections:
    kind = "critic" if method.critic else "group"
    run = _PAPER_RUNS.get((task, f"{'solo' if method.solo else 'team'} {kind}")) or _PAPER_RUNS[task, f"team {kind}"]
    learner = {**_PAPER_COMMON, **(_PAPER_CRITIC if method.critic else _PAPER_GROUP), **_PAPER_TASK[task], **run}
    if method.critic:
        # The one critic of a team is stepped once for every agent, on the same data.
        learner["critic_steps"] = agents if method.name == "collm-cc" else 1
    return {"learner": learner, "model": {"lora_rank": 0, **_PAPER_MODEL.get(task, {})}, "run": {}}
