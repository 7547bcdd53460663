import re


def aux(text: str) -> list[list[str]]:
    """The sentences of the text as lists of words in lower case, with their letters only."""
    sentences: list[list[str]] = []
    for sentence in re.split(r"[.!?]", text.lower()):
        words = [re.sub(r"[^a-z]", "", chunk) for chunk in sentence.split()]
        kept = [word for word in words if word]
        if kept:
            sentences.append(kept)
    return sentences


def squeezed_words(text: str) -> list[str]:
    """Collect the words that are squeezed between two longer ones.

    Sentences end with ".", "!" or "?", and spaces or line breaks separate words. Case and everything in a word that is
    not a letter a to z are dropped ("Well-known," is wellknown), and a word without letters does not exist. A word is
    squeezed if the words right before and after it in its sentence are both longer. Return the squeezed words in lower
    case, each once, in the order in which they first come up squeezed.

    >>> squeezed_words("Never put words down quickly.")
    ['put', 'down']
    >>> squeezed_words("Small. A giant")
    []
    """
    squeezed: list[str] = []
    for words in aux(text):
        for before, word, after in zip(words, words[1:], words[2:]):
            longer = min(len(before), len(after)) > len(word)
            if longer and word not in squeezed:
                squeezed.append(word)
    return squeezed


def check(candidate):
    assert candidate("Never put words down quickly.") == ["put", "down"]
    assert candidate("Small. A giant") == []
    assert candidate("") == []
    assert candidate("Cats a dog! Dogs A cat? Birds do sing") == ["a", "do"]
    assert candidate("one - two 3 it four") == ["it"]
    assert candidate("It's a well-known oak, truly; A OAK alone.") == ["a", "oak"]
    assert candidate("ab cd ef") == []
    assert candidate("green to\nblue so very is\tlong") == ["to", "so", "is"]
    assert candidate("plain old a") == []
