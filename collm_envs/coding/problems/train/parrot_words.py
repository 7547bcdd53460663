import re


def aux(text: str) -> list[str]:
    """The words of the text, in order and in lower case, without apostrophes at their ends."""
    words = []
    for chunk in re.findall(r"[a-z']+", text.lower()):
        word = chunk.strip("'")
        if word:
            words.append(word)
    return words


def parrot_words(text: str) -> dict[str, int]:
    """Find the words that a parrot says at least twice in a row.

    A word is a run of letters a to z and apostrophes; apostrophes at its ends are taken off, and case does not matter.
    Whatever stands between two words is ignored. Map each repeated word, in lower case, to the length of its longest
    unbroken run.

    >>> parrot_words("Hello, hello! Who's there? Hello.")
    {'hello': 2}
    >>> parrot_words("nuts and nuts and nuts")
    {}
    """
    words = aux(text)
    longest: dict[str, int] = {}
    run = 0
    for index, word in enumerate(words):
        run = run + 1 if index and words[index - 1] == word else 1
        if run >= 2:
            longest[word] = max(run, longest.get(word, 0))
    return longest


def check(candidate):
    assert candidate("Hello, hello! Who's there? Hello.") == {"hello": 2}
    assert candidate("nuts and nuts and nuts") == {}
    assert candidate("") == {}
    assert candidate("Polly POLLY polly. Yes yes, polly polly") == {"polly": 3, "yes": 2}
    assert candidate("don't 'don't' ... dont") == {"don't": 2}
    assert candidate("go2go ' go") == {"go": 3}
    assert candidate("squawk") == {}
    assert candidate("a a b b b a a a a b b") == {"a": 4, "b": 3}
