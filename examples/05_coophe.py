"""Two coders write one program: hand-written answers for two turns of CoopHE, with rewards, tests and feedback.

Programs run in a sandbox that starts by itself. python examples/05_coophe.py
"""

from collm_envs import coophe_v0

PROBLEM = {
    "prompt": '''def busiest(visits: list[tuple[int, int]]) -> int:
    """The largest number of visitors at any moment; a visit (start, end) is over at its end.

    >>> busiest([(9, 12), (10, 11), (11, 13)])
    2
    """
''',
    "entry_point": "busiest",
    "test": """def check(candidate):
    assert candidate([(9, 12), (10, 11), (11, 13)]) == 2
    assert candidate([]) == 0
    assert candidate([(1, 2), (2, 3), (3, 4)]) == 1
    assert candidate([(1, 9), (2, 8), (3, 7)]) == 3
""",
}

# coder_0 offers arrivals and departures in order; what coder_1 expects of aux in the first turn is the visitors of each moment.
AUX = """def aux(visits):
    return sorted([(start, 1) for start, _ in visits] + [(end, -1) for _, end in visits])
"""
MAIN = """def busiest(visits):
    return max(aux(visits), default=0)
"""
BETTER_MAIN = """def busiest(visits):
    now = most = 0
    for _, change in aux(visits):
        now += change
        most = max(most, now)
    return most
"""

env = coophe_v0.parallel_env(shown_tests=2)
observations, _ = env.reset(seed=0, options={"task": PROBLEM})
print(observations["coder_1"])

for main in (MAIN, BETTER_MAIN):
    observations, rewards, terminations, truncations, infos = env.step({"coder_0": AUX, "coder_1": main})
    record = env.transcript[-1]
    print(f"\n--- turn {record['turn']}: reward {rewards['coder_1']:.2f} of {env.reward_range[1]:g} ---")
    print(", ".join(f"{name} {value:g}" for name, value in record["terms"].items() if value))
    for test in record["tests"]["coder_1"]:
        print(f"{test['outcome']}: {test['test']}" + (f"   ({test['call']})" if test["call"] else ""))
    if env.agents:
        print("\ncoder_1 reads next:\n", observations["coder_1"][observations["coder_1"].index("The previous turn") :])
env.close()
