"""Names for things: content hashes for what never changes, ULIDs for what does."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from typing import TypeAlias

import orjson

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""A JSON value as Python holds it."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _CROCKFORD for second in _CROCKFORD]
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A ULID (github.com/ulid/spec): 26 characters that sort by time, also within one millisecond."""
    global _last
    now = (time.time_ns() // 1_000_000) << 80
    with _lock:
        _last = _last + 1 if _last >= now else now | int.from_bytes(os.urandom(10), "big") >> 1
        value = _last
    return _written(value)


def ulid_of(milliseconds: int, rest: bytes) -> str:
    """The ULID of a time, in milliseconds since 1970, and of ten bytes that need not be random."""
    return _written((milliseconds & ((1 << 48) - 1)) << 80 | int.from_bytes(rest[:10], "big"))


def _written(value: int) -> str:
    return "".join([_PAIRS[(value >> shift) & 1023] for shift in range(120, -10, -10)])


def canonical_json(value: object) -> bytes:
    """`value` as compact UTF-8 JSON with sorted keys: equal values give equal bytes.

    Raises TypeError for what JSON can't hold (also lone surrogates).
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def content_id(kind: str, body: object) -> str:
    """The name of an immutable thing: the SHA-256, in hex, of its kind and its canonical JSON."""
    return hashlib.sha256(kind.encode() + b"\0" + canonical_json(body)).hexdigest()
