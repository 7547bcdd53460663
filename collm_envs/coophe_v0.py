'''# CoopHE

    the problem                      coder_0 writes aux                coder_1 writes the entry point
    def shares(total, people):       def aux(total, people):           def shares(total, people):
        """Split total cents             return divmod(total, people)      each, left = aux(total, people)
        as evenly as you can ..."""                                        more = [each + 1] * left
                                                                           return more + [each] * (people - left)

Two coders write one program at once: a helper function `aux`, and the function that the problem asks for, which should
make something of the helper. Neither sees the other's code, and no one tells the second what parameters `aux` takes.
The program runs in a sandbox against the problem's tests.

| | |
|---|---|
| Agents | `coder_0` (writes the helper `aux`), `coder_1` (writes the main function, the entry point) |
| Observation | role, problem, rules, what is rewarded, skeleton, `str`; in turn 2 own previous answer and feedback |
| Action | any `str`: code, in fences or not, with sentences around it or not, broken or cut off |
| Horizon | 2 turns; ends early when the reward is above 3.8 |
| Reward | four levels, each counted only past the one before, in [0, 4] |

Reward terms:

| level | term | worth | for |
|---|---|---|---|
| 1 | `aux_defined` | 0.4 | a helper with a return statement |
| 1 | `main_defined` | 0.6 | an entry point with a return statement; without one the reward ends here |
| 2 | `syntax` | 0.5 | both functions parse; else the reward ends here |
| 3 | `tests` | [0, 1] | share of tests passed |
| 4 | `aux_used` | 0.5 | the entry point calls `aux`, in any branch; needs a passed test and some `aux` |
| 4 | `not_wrapper` | 1 | and is more than a wrapper, see below |
| 4 | `ignored_call` | -0.5 | but nothing that `aux` returns is looked at |

So 2.1 is the most without a helper, 2.5 with one that is not called, 3 with a main function that only wraps it.

A wrapper is, by its form and whatever it does, a main function that consists of one `return` in which `aux` is called
anywhere (`return sorted(aux(x)) + [0]` is one), or of `v = aux(...)` and `return v`. Docstrings, other constants on a
line of their own and `pass` do not count as statements; any further statement, an `if` or a second assignment, makes it
more.

Infos: `turn`, `solved`; the terms; `tests_passed`, `tests_total`, `pass_rate` = passed / total, `all_passed`;
`aux_matters` = some passed test fails when `aux` returns None instead; `timeouts` = tests that ran out of time. The
transcript adds the `code` taken from each answer, its `faults`, and under `coder_1` the `load_error` and the `tests`
with what became of each.

How completions are read. If a text does not parse as it is, the contents of its fences count if there are any (all else
if the function is not in them), and of broken code every piece from one line at the left margin to the next stands
alone. The first function of the name at the left margin counts; one that does not parse does so for level 1 if the word
`return` is in it. `async def`, methods and nested functions do not count. `support="keep"`: imports, assignments,
classes and further functions beside it are kept too, as well as decorators, but for bindings of `aux` and the entry
point, and for assignments that call these (examples of use); `support="drop"`: the function alone, as in the reference.
Everything after that is read by syntax tree: a call in a comment is none, nor is a call of another `aux` that the
function itself binds.

How programs run. The program is, in this order, what the prompt gives (with `keep` its imports, constants and helper
functions, with `drop` its imports), the helper with what stands beside it, the entry point with what stands beside it,
in one namespace where `math` is there without an import. It runs in the sandbox of `collm_envs.coding.sandbox`, which
lists the modules that can be imported and says what is enforced; there are no files, no network and no threads, and
`sandbox="docker"` puts containers around it. A test is one statement of `check(candidate)` that asserts something about
the candidate: an `assert` of any length, a loop or `try` around some; what comes before it is run first. A test passes
if it ran to its end and called the program. If the sandbox itself fails, the episode is truncated and no reward is made
up.

## Arguments

`max_cycles=2`, `split="train"`, `render_mode=None`, `feedback="level"`, `answer_last=False`, `shown_tests=1` (tests
that feedback speaks of: the first N, the last N if negative, all if 0; the reward counts all),
`ignored_call_penalty=True`, `support="keep"`, `show_targets=True` (prompts state the rewards above), `call_limit=3.0`
(seconds for loading the program and for each call), `time_limit=10.0` (seconds for the program with all tests; after
three timeouts or crashes the rest is not run), `sandbox="auto"` (or `"process"`, `"docker"`, `"weak"`, or an open
sandbox that environments share), `expert=None`.

Feedback modes:

- `level`: what was found of either function, syntax with line and column, the shown tests with what went wrong and what
  the last call returned; for `coder_1` also how `aux` is used.
- `level_passed`: a line for each of these, without details.
- `passed`: one line: whether there is a program that passes all shown tests.
- `plain`: nothing but the request to revise.
- `expert`: a hint for each coder from `expert(problem, aux_code, main_code, score)`, a function that you pass and that
  returns two texts; its exceptions are yours.

No mode shows a coder any code of the other.

Splits: `train`, `val`, `test` (written for this project, disjoint, each with a pair of functions that earns 4),
`generated`, `generated:easy | medium | hard`, for toy models `generated:tiny` (eight problems of two or three lines),
`hub:SPLIT` (the paper's 82 problems, `OpenMLRL/CoopHumanEval`, extra `data`; the paper evaluates on the first 16:
`hub:test[:16]`, trains on `hub:test[16:]`). Injected, in the format of HumanEval: `options={"task": {"prompt": str,
"entry_point": str, "test": str}}`, optionally `aux` and `main` (a pair for the oracle) and `task_id`.

`PAPER` is the released setting: calls for show are free (the penalty's pattern never matches there), support code
dropped, rewards not told, 10 seconds a call and 30 a program. Not reproduced: tests of more than one line are lost
there, programs run inside the trainer, feedback calls every used helper unused, and is wrapped into the task's own frame.

What makes it hard: `aux` has no agreed signature. One coder has to guess what the other will offer, or offer what is
guessed.

## Version history

- v0: as in arXiv:2601.21972 with the constants of the code released with it.
'''

from collm_envs.coding.coophe import PAPER, CoopHE
from collm_envs.core.registration import constructors

parallel_env, env, raw_env = constructors(CoopHE)

__all__ = ["PAPER", "env", "parallel_env", "raw_env"]
