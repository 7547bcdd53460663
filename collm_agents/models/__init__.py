"""What answers and what judges: a team's policies and critics, as language models (:mod:`.local`) or as tables (:mod:`.tabular`).

Learners know only the protocols of :mod:`.base`, so that the same lines train both.
"""
