"""# Relay

    turn                1       2       3       ...             relay_0 in turn 3: Your colour: blue. ...
    relay_0             red     green   red                     press C
    relay_1             green   green   red

Two agents each see a colour and press a symbol. Which symbol is right depends on the agent, the turn and the colour, by
a secret code that nobody is told: a team finds it out by playing. Every expected value is known exactly, so that anyone
can check a learner in minutes. The paper has no such task.

| | |
|---|---|
| Agents | `relay_0`, `relay_1` |
| Observation | the prompt of the turn, `str`, under 400 characters: symbols, own colour, gauge, turn; own previous answer |
| Action | any `str`; its last line that reads `press X` counts |
| Horizon | 8 turns, all of which are played |
| Reward | right answers / all answers, in [0, 1] |

T turns, C colours, S symbols. Reward term: `right`, in [0, 1]. With `reward="sparse"` it is 0 before the last turn, and
in the last one the share of right answers of the whole episode; with `"dense"` each turn pays its right answers / (2 T),
1 / T at most, and the sum is the same. Nobody is told whether an answer was right, except by the gauge; pictures and the
transcript tell it to those who look on.

Answers: `press` and one letter, in any case, alone on a line but for marks such as quotes, stops or bullets. Of several
such lines the last one counts. Anything else is wrong.

| team | expected return | default |
|---|---|---|
| `silent` | 0 | 0 |
| `random`, uniform play | 1/S | 0.25 |
| `greedy`, which knows the code for the first colour and guesses at the others | 1/C + (1 - 1/C)/S | 0.625 |
| `oracle` | 1 | 1 |

A team that does not look at its colour earns 1/C at best where C <= S. `collm_envs.diagnostic.exact` has the code as a
table, and the exact return and values of any tabular policy.

Infos: `turn`, `solved` (a whole episode without a mistake, paid in one turn: with dense rewards and more than one turn
it stays False, and `accuracy` tells); of the team, over the episode so far, `accuracy` = `right` / `answers`; of each
agent `own_right`, so far, and `valid`: whether this turn's answer could be read.

## Arguments

`max_cycles=8`, `split="train"`, `render_mode=None`, `colours=2` (2 to 6), `symbols=4` (2 to 8, the first of A to H),
`code=0` (which secret code: 0 to 2^31 - 1), `shared_code=False` (True: one mapping for all turns), `reward="sparse"`,
`gauge="partner"`, `feedback="gauge"`, `answer_last=False`.

Gauges, told in each turn, the first included: right answers so far of the `partner`, of one's `own`, of `both` apart, or
`none`; with `first` relay_0 is told both and relay_1 none. With the partner's, only both histories together tell how the
team is doing; with `first` one agent's history tells it and the other's nothing. Feedback modes: `gauge` alone, which
is just that.

An instance is the colours of 64 turns, after which they begin anew; the code is the same for all instances and splits,
and for any number of turns. Splits: `train` (256), `val` (64), `test` (128), all random and disjoint as a whole, with
no colour likelier than another; `generated`, `generated:tiny | easy | medium | hard`, which are all alike: how hard the
game is, its options say. Injected: `options={"task": {"colours": [[0, 1, 1], [5, 0, 2]]}}`, 1 to 64 numbers in 0..59
for each agent, a colour each by the remainder of its division by C.

`PAPER` is empty: there is no setting to reproduce.

What makes it hard: with sparse rewards one number at the end must be shared out among 2 T answers, and no agent is told
which of its own were right.

## Version history

- v0: this project's own.
"""

from collm_envs.core.registration import constructors
from collm_envs.diagnostic.relay import PAPER, Relay

parallel_env, env, raw_env = constructors(Relay)

__all__ = ["PAPER", "env", "parallel_env", "raw_env"]
