"""# arXiv

    an abstract                writer_0 (background)               writer_1 (method)
    We study ...               Networks of sensors have ...        To this end, the paper ...

Two writers expand the same abstract into an introduction at once: one gives background and motivation, the other method
and implications. The reward looks at the pair: both of moderate length, the second somewhat longer, equally rich in
words, joined by connectives of many kinds, and on the same subject.

| | |
|---|---|
| Agents | `writer_0` (background and motivation), `writer_1` (method and implications) |
| Observation | the abstract, the role, the targets, `str` |
| Action | any `str`, scored as it is |
| Horizon | 1 turn |
| Reward | a gated sum of four terms, in {0} or [0.5, 2.98] |

Reward terms; each is added only while no gate before it has failed (c1, c2: the writers' texts):

| term | range | gate and worth |
|---|---|---|
| `structure` | 0.5 | both texts have 128 to 256 words, else the reward is 0 |
| `length` | [0, 1] | characters c2/c1: full in [1.3, 1.6], falling to 0 at 0.8 and 2.0, closed outside |
| `vocabulary` | [0, 0.5] | different words c2/c1, stop-words included: full in [0.7, 1.3], 0 at 0.5 and 1.7, closed outside |
| `style` | [0, 0.98] | 0.4 S + 0.6 min(J, 0.23)/0.23 |

S = 0.4 for connectives of one kind in c1 or c2 and 0.05 more for each further kind of the twelve (0.95 at most); J =
Jaccard similarity of the texts' different words without stop-words.

Infos: `turn`, `solved` (reward above 2.8); the terms; `length_ratio`, `vocabulary_ratio`, `transition_categories` (0 to
12), `jaccard`, measured whether gates are open or not; `score` = 100 reward / 3.

## Arguments

`max_cycles=1`, `split="train"`, `render_mode=None`, `length_window="released"` (the length band above; `"aaai26"`: full
in [1.0, 1.3], falling to 0 at 0.8 and 1.5, as in the released code before 2026 and its evaluation log),
`matching="word"` (a connective counts where its words stand in a row, one character between them; `"substring"`: where
its letters do, in both texts written one after the other), `show_targets=True` (prompts state the numbers above),
`feedback="score"` (heard only if `max_cycles` is above 1; `"none"`: nothing), `answer_last=False`.

Splits: `train`, `val`, `test` (written for this project, disjoint), `generated`, `generated:easy | medium | hard` (100
to 280 words), for toy models `generated:tiny` (11 to 17 words, from about 160 in all; the answers are as long as ever),
`hub:SPLIT` (the paper's data, `OpenMLRL/arXiv_abstract`, extra `data`; slices such as `hub:train[:1000]` too).
Injected: `options={"task": {"text": "..."}}`.

`PAPER` is the released setting: connectives by substring, targets not told, own answer last. Word lists are this
project's own with the same twelve kinds.

What makes it hard: 256 new tokens are about 190 words, so that the texts must hit a narrow window of lengths together,
unseen.

## Version history

- v0: as in arXiv:2601.21972 with the constants of the code released with it.
"""

from collm_envs.core.registration import constructors
from collm_envs.writing.arxiv import PAPER, ArXiv

parallel_env, env, raw_env = constructors(ArXiv)

__all__ = ["PAPER", "env", "parallel_env", "raw_env"]
