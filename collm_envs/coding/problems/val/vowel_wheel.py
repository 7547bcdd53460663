def aux(text: str) -> list[int]:
    """For each character how many vowels stand before it in its sentence."""
    turns: list[int] = []
    vowels = 0
    for char in text:
        turns.append(vowels)
        if char == ".":
            vowels = 0
        elif char.lower() in "aeiou":
            vowels += 1
    return turns


def vowel_wheel(text: str) -> str:
    """Encipher a text with a wheel that each vowel turns by one.

    Sentences end with "." only. A letter a to z moves forward in the alphabet by the number of vowels (a, e, i, o, u in
    either case) that stand before it in its sentence of the plain text, from z on to a, and keeps its case; a digit moves
    by the same number, from 9 on to 0. All other characters stay, except that spaces are left out and that a
    sentence's "." becomes the number of vowels in that sentence and a ".".

    >>> vowel_wheel("Sea sz")
    'Sebub'
    >>> vowel_wheel("aa9. b")
    'ab12.b'
    """
    secret = ""
    for char, turn in zip(text, aux(text)):
        if char == ".":
            secret += f"{turn}."
        elif char in "0123456789":
            secret += str((int(char) + turn) % 10)
        elif "a" <= char.lower() <= "z":
            first = ord("a" if char.islower() else "A")
            secret += chr(first + (ord(char) - first + turn) % 26)
        elif char != " ":
            secret += char
    return secret


def check(candidate):
    assert candidate("Sea sz") == "Sebub"
    assert candidate("aa9. b") == "ab12.b"
    assert candidate("") == ""
    assert candidate("...") == "0.0.0."
    assert candidate("Owl, owl!") == "Oxm,pyn!"
    assert candidate("UZ 99. UZ") == "UA001.UA"
    assert candidate("rhythm 07") == "rhythm07"
    assert candidate("aeiou-aeiou xyz") == "afkry-fkpwdhij"
