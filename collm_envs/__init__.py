"""Cooperative text tasks for teams of language models, as PettingZoo parallel environments.

>>> from collm_envs import strbuild_v0
>>> env = strbuild_v0.parallel_env()
>>> observations, infos = env.reset(seed=0)
"""

from collm_envs.core.registration import register_all as _register_all

__version__ = "0.1.0"

_register_all()
