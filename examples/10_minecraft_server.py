"""StrBuild on a Minecraft server: each builder is a bot, and what stands on the server is what is scored.

python examples/10_minecraft_server.py                     an embedded server, started for this and ended after it
python examples/10_minecraft_server.py HOST[:PORT]         a server of yours, say of `docker compose up minecraft`

Once before: pip install collm-envs[minecraft], then collm minecraft install.
"""

import sys
from random import Random

from collm_envs import strbuild_v0
from collm_envs.minecraft.server import ServerError

where = {}
if len(sys.argv) > 1:
    host, _, port = sys.argv[1].partition(":")
    where = {"host": host, "port": int(port or 25565)}

env = strbuild_v0.parallel_env(backend="server", render_mode="ansi", **where)
try:
    env.reset(seed=0, options={"task": {"text": "HI"}})
except ServerError as error:
    # Whatever is missing, the message says how to get it.
    sys.exit(str(error))

for policy in ("random", "greedy", "oracle"):
    play = env.task.policies[policy]
    actions = {name: play(env.task, env.instance, agent, Random(agent)) for agent, name in enumerate(env.agents)}
    _, rewards, terminations, truncations, infos = env.step(actions)
    outcome = env.turns[-1].score.evidence.outcome
    print(f"\n{policy}: reward {rewards['builder_0']:.3f} after {1000 * outcome.seconds:.0f} ms on the server")
    print(env.render())

env.close()
