"""How well a few typed letters fit a text."""

_START, _WORD, _RUN, _LATE = 12.0, 8.0, 10.0, 0.05


def fit(typed: str, text: str) -> float | None:
    """Return how well letters fit a text, more is better; None where they do not occur in this order.

    Letters at the start of words, and next to each other, count more; spaces in what is typed count nothing.
    """
    letters, place, score, last = typed.casefold().replace(" ", ""), 0, 0.0, -2
    low = text.casefold()
    for letter in letters:
        found = _best_place(letter, low, place, last)
        if found < 0:
            return None
        if found == 0:
            score += _START
        elif not low[found - 1].isalnum():
            score += _WORD
        if found == last + 1:
            score += _RUN
        score -= _LATE * (found - place)
        last, place = found, found + 1
    return score - _LATE * len(text)


def _best_place(letter: str, text: str, start: int, last: int) -> int:
    """The next place of a letter: right after the one before, else at the start of a word, else anywhere."""
    if last >= 0 and start < len(text) and text[start] == letter:
        return start
    for place in range(start, len(text)):
        if text[place] == letter and (place == 0 or not text[place - 1].isalnum()):
            return place
    return text.find(letter, start)
