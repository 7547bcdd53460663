"""Word tables of the writing tasks: stop-words, and connectives in twelve categories.

The tables are this project's own. Everything is lower case. A connective may stand in several categories; the score counts
categories, not entries. Short everyday entries are here on purpose: where matching is by substring (`PAPER`) they decide most of
the count.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_STOPWORDS = """
    a an the this that these those
    i me my myself you your yourself he him his himself she her hers herself it its itself
    we us our ours they them their theirs themselves who whom whose which what when where why how
    am is are was were be been being do does did have has had having can could may might must shall should will would
    and or but nor so if than then because as while until
    of at by for with about against between into through before after to from up down in out on off over under
    here there all any both each few more most other some such no not only same too very just
"""

STOPWORDS: frozenset[str] = frozenset(_STOPWORDS.split())

# fmt: off
CONNECTIVES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "elaboration": (
            "also", "moreover", "furthermore", "in addition", "additionally", "besides", "what is more", "on top of that",
            "as well as", "not only", "further to this", "beyond that", "apart from this", "along with", "together with",
            "equally important", "more precisely", "in other words", "that is to say", "to elaborate", "to put it another way",
        ),
        "examples": (
            "for example", "for instance", "such as", "including", "namely", "to illustrate", "as an illustration",
            "as an example", "in particular", "particularly", "specifically", "to name a few", "a case in point",
            "to give an example", "by way of example", "among others", "one example", "consider the case", "as shown by",
            "take the case of",
        ),
        "explanation": (
            "that is", "indeed", "in other words", "this means", "which means", "the reason", "to explain", "to clarify",
            "to be precise", "put simply", "simply put", "put differently", "to put it another way", "since", "given that",
            "in that", "seeing that", "owing to", "due to", "namely", "what this implies",
        ),
        "cause_effect": (
            "so", "then", "thus", "hence", "ergo", "therefore", "because", "consequently", "accordingly", "as a result",
            "as a consequence", "for this reason", "for that reason", "that is why", "due to", "owing to", "thanks to",
            "on account of", "leads to", "led to", "results in", "resulting in", "it follows that", "thereby", "since",
        ),
        "contrast": (
            "but", "yet", "still", "however", "while", "whereas", "although", "though", "even though", "instead", "rather than",
            "unlike", "on the other hand", "on the contrary", "in contrast", "by contrast", "conversely", "nevertheless",
            "nonetheless", "despite", "in spite of", "otherwise", "contrary to", "as opposed to", "differs from",
        ),
        "sequence": (
            "first", "second", "third", "fourth", "next", "then", "later", "last", "lastly", "finally", "afterwards",
            "subsequently", "to begin with", "to start with", "at first", "initially", "in the beginning", "before", "after",
            "after that", "following this", "previously", "in turn", "step by step", "at the end", "ultimately", "in the end",
            "eventually", "meanwhile", "in summary", "in conclusion",
        ),
        "emphasis": (
            "indeed", "in fact", "above all", "of course", "certainly", "clearly", "obviously", "undoubtedly", "without doubt",
            "especially", "particularly", "in particular", "importantly", "most of all", "notably", "significantly", "surely",
            "truly", "definitely", "even more", "as a matter of fact", "needless to say",
        ),
        "summary": (
            "in summary", "to summarize", "to summarise", "in conclusion", "to conclude", "to sum up", "in short", "in brief",
            "briefly", "overall", "all in all", "on the whole", "in general", "altogether", "in a word", "in a nutshell",
            "in the final analysis", "taken together", "all things considered", "by and large",
        ),
        "comparison": (
            "similarly", "likewise", "in the same way", "in a similar way", "by the same token", "in like manner", "just as",
            "equally", "compared to", "compared with", "in comparison", "by comparison", "correspondingly", "similar to",
            "on a par with", "much like", "same as",
        ),
        "concession": (
            "yet", "still", "however", "although", "though", "even though", "even if", "despite", "in spite of", "nevertheless",
            "nonetheless", "notwithstanding", "regardless", "admittedly", "granted", "be that as it may", "all the same",
            "that said", "even so", "while",
        ),
        "condition": (
            "if", "unless", "provided that", "providing", "as long as", "so long as", "on condition that", "in case",
            "in the event", "assuming", "supposing", "suppose that", "only if", "even if", "whether or not", "had", "were",
            "given that", "otherwise",
        ),
        "time": (
            "as", "when", "after", "before", "since", "until", "while", "once", "whenever", "meanwhile", "in the meantime",
            "at the same time", "as soon as", "by the time", "during", "immediately", "at once", "soon", "recently", "at present",
            "nowadays", "simultaneously", "earlier", "afterwards", "so far", "up to now",
        ),
    }
)
# fmt: on
