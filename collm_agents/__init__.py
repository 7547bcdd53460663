"""Teams for the tasks of :mod:`collm_envs`: who answers the prompts, how well, and a command line to look at it all.

>>> from collm_agents.evaluate import evaluate
>>> from collm_agents.policies.scripted import ScriptedTeam
>>> results = evaluate("strbuild", ScriptedTeam("oracle"), split="test", episodes=2)
>>> [result.last_reward for result in results]
[2.0, 2.0]
"""
