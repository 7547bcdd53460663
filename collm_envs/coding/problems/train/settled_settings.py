import re


def aux(lines: list[str]) -> dict[str, str]:
    """The settings as they are written: without comments, the last line for a name wins."""
    written: dict[str, str] = {}
    for line in lines:
        name, sign, value = line.split("#")[0].partition("=")
        name = name.strip()
        if sign and re.fullmatch(r"[A-Za-z0-9_]+", name):
            written[name] = value.strip()
    return written


def settled_settings(lines: list[str]) -> dict[str, str]:
    """Work out a list of settings that refer to each other.

    A line "name = value" is a setting: the name is of letters, digits and underscores, "#" starts a comment, spaces at
    the ends of name and value are dropped, the last line for a name wins and all other lines are ignored. In a value,
    {name} stands for the final value of that setting, wherever its line is, and stays as written if there is no such
    setting. The final value of a setting that needs itself, directly or through others, is "!".

    >>> settled_settings(["home = /srv", "logs = {home}/logs # big", "oops"])
    {'home': '/srv', 'logs': '/srv/logs'}
    >>> settled_settings(["a = {b}", "b = {a}", "c = <{a}>"])
    {'a': '!', 'b': '!', 'c': '<!>'}
    """
    written = aux(lines)
    reference = re.compile(r"\{([A-Za-z0-9_]+)\}")
    needs = {name: set(reference.findall(value)) & set(written) for name, value in written.items()}
    for middle in written:
        for name in written:
            if middle in needs[name]:
                needs[name] |= needs[middle]
    final = {name: "!" for name in written if name in needs[name]}
    for name in sorted(written, key=lambda name: len(needs[name])):
        if name not in final:
            final[name] = reference.sub(lambda found: final.get(found[1], found[0]), written[name])
    return final


def check(candidate):
    assert candidate(["home = /srv", "logs = {home}/logs # big", "oops"]) == {"home": "/srv", "logs": "/srv/logs"}
    assert candidate(["a = {b}", "b = {a}", "c = <{a}>"]) == {"a": "!", "b": "!", "c": "<!>"}
    assert candidate([]) == {}
    assert candidate(["x={y}{y}", "y={z}-", "z=1"]) == {"x": "1-1-", "y": "1-", "z": "1"}
    assert candidate(["a=1", "b={a}", "a = 2", "# a = 3", "my name = 4"]) == {"a": "2", "b": "2"}
    assert candidate(["a = {a}", "b = {nothing} {} {a b}", "c ="]) == {"a": "!", "b": "{nothing} {} {a b}", "c": ""}
    assert candidate(["eq = 1=1", "= 5", "t = {eq}#{eq}"]) == {"eq": "1=1", "t": "1=1"}
    assert candidate(["p={q}", "q={r}", "r={q}x", "s={p}{k}", "k=v"]) == {"p": "!", "q": "!", "r": "!", "s": "!v", "k": "v"}
