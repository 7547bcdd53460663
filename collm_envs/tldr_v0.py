"""# TLDR

    a post                     writer_0 (concise)                  writer_1 (detailed)
    My flatmate and I ...      They argue about the rent.          However, the two of them had first agreed ...

Two writers summarise the same post at once, one in short and one in full. The reward looks at the pair: the detailed
text should be about two to three times as long, with twice as many different words, flow with connectives of many
kinds, and still speak of the same things.

| | |
|---|---|
| Agents | `writer_0` (concise summary), `writer_1` (detailed summary) |
| Observation | the post, the role, the targets, `str` |
| Action | any `str`, scored as it is |
| Horizon | 1 turn |
| Reward | a gated sum of four terms, in {0} or [0.5, 2.98] |

Reward terms; each is added only while no gate before it has failed (c1, c2: the writers' texts):

| term | range | gate and worth |
|---|---|---|
| `structure` | 0.5 | both texts have 8 to 256 words, else the reward is 0 |
| `length` | [0, 1] | characters c2/c1: full in [1.6, 3.2], falling to 0 at 1.1 and 5.0, closed outside |
| `vocabulary` | [0, 0.5] | different words c2/c1, stop-words included: full from 2.0, 0 at 1.3, closed below |
| `style` | [0, 0.98] | 0.4 S + 0.6 min(J, 0.03)/0.03 |

S = 0.4 for connectives of one kind in c2 and 0.05 more for each further kind of the twelve (0.95 at most); J = Jaccard
similarity of the texts' different words without stop-words.

Infos: `turn`, `solved` (reward above 2.8); the terms; `length_ratio`, `vocabulary_ratio`, `transition_categories` (0 to
12), `jaccard`, measured whether gates are open or not; `score` = 100 reward / 3.

## Arguments

`max_cycles=1`, `split="train"`, `render_mode=None`, `matching="word"` (a connective counts where its words stand in a
row, one character between them; `"substring"`: where its letters do, so that *so* is in *also*), `show_targets=True`
(prompts state the numbers above), `feedback="score"` (heard only if `max_cycles` is above 1; `"none"`: nothing),
`answer_last=False`.

Splits: `train`, `val`, `test` (written for this project, disjoint), `generated`, `generated:easy | medium | hard` (60
to 320 words), for toy models `generated:tiny` (18 to 23 words, from about 125 in all), `hub:SPLIT` (the paper's data,
`trl-lib/tldr`, extra `data`; slices such as `hub:train[:1000]` too). Injected: `options={"task": {"text": "..."}}`.

`PAPER` is the released setting: connectives by substring, targets not told, own answer last. Word lists are this
project's own with the same twelve kinds.

What makes it hard: the gates are about the pair, and no writer sees the other's text.

## Version history

- v0: as in arXiv:2601.21972 with the constants of the code released with it.
"""

from collm_envs.core.registration import constructors
from collm_envs.writing.tldr import PAPER, TLDR

parallel_env, env, raw_env = constructors(TLDR)

__all__ = ["PAPER", "env", "parallel_env", "raw_env"]
