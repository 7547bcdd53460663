def aux(rows: list[str]) -> set[tuple[int, int]]:
    """The peaks of the map as (row, column)."""
    peaks: set[tuple[int, int]] = set()
    for row, line in enumerate(rows):
        for column, height in enumerate(line):
            sides = [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
            around = [rows[r][c] for r, c in sides if 0 <= r < len(rows) and 0 <= c < len(line)]
            if all(other < height for other in around):
                peaks.add((row, column))
    return peaks


def sighted_peaks(rows: list[str]) -> int:
    """Count the pairs of peaks on a map that can signal to each other.

    The map has rows of equal length, and each character is the height of a cell, a digit. A peak is a cell higher than
    each of its up to four neighbours above, below, left and right. Two peaks can signal if they are in the same row or in
    the same column and every cell between them is lower than both.

    >>> sighted_peaks(["15253"])
    1
    >>> sighted_peaks(["909", "000", "910"])
    2
    """
    peaks = aux(rows)
    pairs = 0
    for row, column in peaks:
        height = int(rows[row][column])
        for down, right in ((0, 1), (1, 0)):
            tallest = -1
            r, c = row + down, column + right
            while r < len(rows) and c < len(rows[0]) and tallest < height:
                other = int(rows[r][c])
                if (r, c) in peaks and tallest < other:
                    pairs += 1
                tallest = max(tallest, other)
                r, c = r + down, c + right
    return pairs


def check(candidate):
    assert candidate(["15253"]) == 1
    assert candidate(["909", "000", "910"]) == 2
    assert candidate([]) == 0
    assert candidate(["7"]) == 0
    assert candidate(["5555", "5555"]) == 0
    assert candidate(["90109"]) == 3
    assert candidate(["90809070"]) == 4
    assert candidate(["3", "1", "4", "0", "2", "1", "9"]) == 4
    assert candidate(["808", "070", "808"]) == 4
    assert candidate(["3202", "0000", "1012"]) == 2
    assert candidate(["3", "1"]) == 0
    assert candidate(["30", "02"]) == 0
