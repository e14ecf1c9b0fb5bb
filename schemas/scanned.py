"""What a scanner sends, or a person copies from a label, as the plain characters of a code.

Small letters become capitals on purpose: none of our codes knows small letters, so nothing is
lost and a forgotten Caps Lock does no harm.
"""

import re

_SPACES = re.compile(r"[ \t\r\n]+")


def packed_code(entered: str, name: str) -> str:
    """Take out spaces, make capitals, and refuse what no label carries.

    Raises:
        ValueError: says which character of the code called `name` cannot be.
    """
    packed = _SPACES.sub("", entered)
    for place, character in enumerate(packed, start=1):
        if not character.isascii() or not character.isprintable():
            raise ValueError(
                f"character {place} of the {name} is {character!a}; only plain letters A to Z "
                "and digits 0 to 9 occur in it"
            )
    return packed.upper()


def letters_or_digits(part: str, length: int, words: str, *, starts_at: int = 1) -> str:
    """Check the length and the letters of one part of a code, counted from `starts_at`.

    Raises:
        ValueError: says which character or which length is wrong, and in `words` what is right.
    """
    if len(part) != length:
        raise ValueError(f"{part!r} has {len(part)} characters; {words} would be right")
    for place, character in enumerate(part, start=starts_at):
        if not (character.isascii() and character.isalnum() and not character.islower()):
            raise ValueError(f"character {place} is {character!r}; {words} would be right")
    return part
