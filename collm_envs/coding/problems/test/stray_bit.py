def aux(block: list[str]) -> tuple[list[int], list[int]]:
    """The rows and the columns with an odd number of ones."""
    rows = [index for index, row in enumerate(block) if row.count("1") % 2]
    columns: list[int] = []
    for index in range(len(block[0]) if block else 0):
        ones = sum(row[index] == "1" for row in block)
        if ones % 2:
            columns.append(index)
    return rows, columns


def stray_bit(block: list[str]) -> list[str]:
    """Repair a block of bits that came over a noisy line.

    The block has rows of equal length with the characters 0 and 1, and as it was sent each row and each column had an
    even number of ones. If all rows and columns are still even, return the block as it is. If exactly one row and exactly
    one column are odd, the bit where they meet is wrong: return the block with that bit changed. In all other cases it
    cannot be repaired: return a block of the same size in which each row with an odd number of ones is replaced by "?"
    characters and all other rows are as they came.

    >>> stray_bit(["110", "011", "111"])
    ['110', '011', '101']
    >>> stray_bit(["10", "01", "11"])
    ['??', '??', '11']
    """
    rows, columns = aux(block)
    repaired = list(block)
    if len(rows) == 1 and len(columns) == 1:
        row, column = rows[0], columns[0]
        flipped = "0" if block[row][column] == "1" else "1"
        repaired[row] = block[row][:column] + flipped + block[row][column + 1 :]
    else:
        for row in rows:
            repaired[row] = "?" * len(block[row])
    return repaired


def check(candidate):
    assert candidate(["110", "011", "111"]) == ["110", "011", "101"]
    assert candidate(["11", "11"]) == ["11", "11"]
    assert candidate([]) == []
    assert candidate(["1"]) == ["0"]
    assert candidate(["10", "01", "11"]) == ["??", "??", "11"]
    assert candidate(["0000", "0100"]) == ["0000", "0000"]
    assert candidate(["1100", "0000"]) == ["1100", "0000"]
    assert candidate(["101", "111", "000"]) == ["101", "101", "000"]
    assert candidate(["100", "010", "001"]) == ["???", "???", "???"]
    assert candidate(["111", "000"]) == ["???", "000"]
