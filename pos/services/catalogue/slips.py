"""What may have been meant by a word that no product has: one letter wrong, too many or missing.

All spellings one slip away are asked of the index at once: a few hundred
lookups in one query cost less than a frame, and need no index of their own.
"""

from __future__ import annotations

SHORTEST, LONGEST = 4, 24
_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "אבגדהוזחטיכלמנסעפצקרשתךםןףץ",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
)


def spellings(word: str) -> list[str]:
    """Return the words one slip away: a letter left out, added, exchanged, or two swapped.

    None for a short word, where too much is near, and for one with digits: a
    code or a size that is nearly right is another one.
    """
    word = word.casefold()
    if not (SHORTEST <= len(word) <= LONGEST and word.isalpha()):
        return []
    letters = next((each for each in _ALPHABETS if word[0] in each or word[1] in each), "")
    near: dict[str, None] = {}
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        near[head + tail[1:]] = None
        near[head + tail[1:2] + tail[:1] + tail[2:]] = None
        for letter in letters:
            near[head + letter + tail[1:]] = None
            near[head + letter + tail] = None
    near.pop(word)
    return [*near]
