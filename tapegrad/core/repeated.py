"""Which stretches of records come again and again, and the straight-line code for them.

A stretch is known by the names of its last operations. When these have stood at the end of what is
left of a tape often enough, `straight_line` makes a function for what came before them this time:
one period, if the same names stand there again, else as much as there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tapegrad.core.straight_line import LONGEST, Straight, covered, straight

#: So many names make a key; so often it must be seen.
_NAMES, _OFTEN = 16, 24
#: Periods are joined until they have so many records.
_ENOUGH = 64
#: How many forms one key may have, and how many keys and sightings are kept.
_FORMS, _MOST = 4, 512

Key = tuple[str, ...]


class Form(NamedTuple):
    """Straight-line code, and for how many records it is."""

    length: int
    pull_back: Straight


_forms: dict[Key, list[Form]] = {}
_seen: dict[Key, int] = {}


def pull_repeated(
    records: Sequence[Any],
    enough: int,
    cotangents: dict[int, Any],
    latest: int,
    owned: set[int],
    add_up: Any,
) -> int:
    """Pull the last records back as far as there is straight-line code, up to about `enough`.

    Returns
    -------
    int
        How many records were pulled back.
    """
    end = len(records)
    while end and len(records) - end < enough:
        key = _key(records, end)
        forms = _forms.get(key)
        for length, pull_back in forms or ():
            if length <= end and pull_back(records[end - length : end], cotangents, latest, owned):
                end -= length
                break
        else:
            if _is_new(key, forms):
                last = records[max(0, end - 2 * LONGEST) : end]
                form = _form(last, key, cotangents, latest, add_up)
                if form is not None:
                    _forms.setdefault(key, []).append(form)
                    continue
            break
    return len(records) - end


def _key(records: Sequence[Any], end: int) -> Key:
    return tuple([r[0].name for r in records[max(0, end - _NAMES) : end]])


def _is_new(key: Key, forms: list[Form] | None) -> bool:
    """Count a sighting without code; true if it is time to make some."""
    seen = _seen[key] = _seen.get(key, 0) + 1
    if len(_seen) > 8 * _MOST:
        _seen.clear()
    if seen < _OFTEN or (forms is not None and len(forms) >= _FORMS):
        return False
    _seen[key] = -_OFTEN  # another form of the same names has to come more often
    if len(_forms) > _MOST:
        _forms.clear()
    return True


def _form(
    records: Sequence[Any], key: Key, cotangents: dict[int, Any], latest: int, add_up: Any
) -> Form | None:
    names = tuple([r[0].name for r in records])
    count = len(key)
    length = len(records)
    for period in range(1, length - count + 1):
        if names[length - period - count : length - period] == key:
            length = period * max(1, _ENOUGH // period)
            break
    length = min(length, covered(records, latest))
    if length < 2:
        return None
    return Form(length, straight(records[-length:], cotangents, add_up))
