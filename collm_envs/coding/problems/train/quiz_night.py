def aux(key: str, answers: str) -> list[int]:
    """For each question how many right answers in a row end there, 0 where the answer is not right."""
    streaks: list[int] = []
    streak = 0
    for index, right in enumerate(key):
        given = answers[index] if index < len(answers) else ""
        streak = streak + 1 if given == right else 0
        streaks.append(streak)
    return streaks


def quiz_night(key: str, answers: str) -> int:
    """Mark a team's answer sheet at the pub quiz.

    Character i of `key` is the right answer to question i and character i of `answers` the team's; "-" or nothing at
    all means that they left it blank, and answers beyond the last question are ignored. A right answer gives two points,
    and one more from the third right answer in a row on; a wrong one takes one point and a blank none, and both end the
    row. A total below zero becomes zero.

    >>> quiz_night("abcd", "abcd")
    10
    >>> quiz_night("abcd", "ab-b")
    3
    """
    streaks = aux(key, answers)
    score = 0
    for index, streak in enumerate(streaks):
        if streak > 0:
            score += 3 if streak >= 3 else 2
        elif answers[index : index + 1] not in ("", "-"):
            score -= 1
    return max(score, 0)


def check(candidate):
    assert candidate("abcd", "abcd") == 10
    assert candidate("abcd", "ab-b") == 3
    assert candidate("", "abc") == 0
    assert candidate("aaaa", "bbbb") == 0
    assert candidate("abcabc", "abcxbc") == 10
    assert candidate("abcde", "a") == 2
    assert candidate("aa", "aaaaaa") == 4
    assert candidate("bbbbbbb", "bb-bbbb") == 14
    assert candidate("dcd", "xxd") == 0
