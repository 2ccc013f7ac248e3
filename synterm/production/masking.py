"""Personal data and keys out of what is kept: what the checks `no-pii` and `no-secrets` find becomes ``[e-mail]``,
``[card]``, ``[secret]``.

One pass over a text tells which kinds it may hold at all; most texts hold none and cost about a microsecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast, get_args

import re2

from synterm.checks import personal
from synterm.checks.finds import Finder
from synterm.checks.no_pii import Kind
from synterm.checks.no_secrets import PATTERNS, NoSecrets
from synterm.checks.patterns import Pattern, compile_pattern
from synterm.errors import InputError, ModelError, UsageError, did_you_mean
from synterm.text import storable

PERSONAL: tuple[Kind, ...] = get_args(Kind)
SECRETS = "secrets"
"""The word for all kinds of keys and tokens."""
_NAMES: Mapping[Kind, str] = {
    "email": "e-mail",
    "phone": "phone",
    "card": "card",
    "iban": "IBAN",
    "ip": "IP address",
    "us-ssn": "US social security number",
}
_PRIVATE_KEY = (
    PATTERNS["private-key"] + r"(?:[A-Za-z0-9+/=\s:,.()\-\\]*?-----END [A-Z0-9 ]{1,80}-----|[A-Za-z0-9+/=\s\\]*)"
)
"""All of a private key, not only the line that it begins with."""
_ROUNDS = 4
"""What stands around something that was masked may read as something else; after so many rounds all that looks so is
masked, without a closer look."""
_SMALLEST_NUMBER = 10**7
"""Smaller numbers are no one's."""
_FEW = 20
_DFA_MEMORY = 1 << 26
"""Bytes for reading all patterns at once: it never gives up in the middle of a text."""


@dataclass(frozen=True, slots=True)
class _Look:
    name: str
    """What it is called in the text: ``e-mail``."""
    finder: Finder
    source: str
    """What is found fits this pattern."""

    @property
    def pattern(self) -> Pattern:
        return compile_pattern(self.source)


class Masker:
    """Masks texts. `kinds` are those of `no-pii` and `no-secrets`, or ``secrets`` for all of the latter; all of both
    where nothing is said. `region` is the country whose phone numbers are known without a leading +.

    Raises UsageError for a kind that does not exist. Kinds whose libraries are not installed are left out, and named
    in `missing`.
    """

    def __init__(self, kinds: Iterable[str] = (*PERSONAL, SECRETS), region: str | None = None) -> None:
        self._looks: list[_Look] = []
        missing: list[str] = []
        for look in _looks(tuple(kinds), region):
            try:
                next(look.finder(""), None)
                self._looks.append(look)
            except ModelError:
                missing.append(look.name)
        self.missing = tuple(missing)
        """What can't be looked for without the extra ``analysis``."""
        self.kinds = tuple(dict.fromkeys(look.name for look in self._looks))
        """What is looked for, as it is called in the text."""
        self._gate = _gate([look.source for look in self._looks]) if self._looks else None

    def text(self, text: str, counts: dict[str, int]) -> str:
        """`text` with what is found masked; `counts` is told how many of each kind. No half characters are left."""
        text = storable(text)
        for _ in range(_ROUNDS):
            hit = self._hit(text)
            if not hit or (masked := _masked(text, hit, counts)) == text:
                return text
            text = masked
        for look in self._hit(text):
            text = _all_masked(look, text, counts)
        return text

    def value(self, value: Any, counts: dict[str, int]) -> Any:
        """A JSON value with all texts in it masked, names of objects and long numbers, too."""
        match value:
            case str():
                return self.text(value, counts)
            case bool() | None:
                return value
            case int() | float():
                if abs(value) < _SMALLEST_NUMBER:
                    return value
                said = str(value)
                return value if (masked := self.text(said, counts)) == said else masked
            case list():
                return [self.value(one, counts) for one in cast("list[Any]", value)]
            case dict():
                return self._object(cast("dict[str, Any]", value), counts)
            case _:
                return value

    def is_clean(self, *values: Any) -> bool:
        """Whether nothing in some JSON values can be anything that is looked for: one look at all of them."""
        texts: list[str] = []
        for value in values:
            _gather(value, texts)
        return not self._hit(storable("\n".join(texts)))

    def _object(self, value: dict[str, Any], counts: dict[str, int]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, one in value.items():
            masked = plain = self.text(name, counts)
            number = 1
            while masked in made:
                number += 1
                masked = f"{plain} {number}"
            made[masked] = self.value(one, counts)
        return made

    def _hit(self, text: str) -> list[_Look]:
        """What `text` may hold, in the order in which it is looked for."""
        if self._gate is None or not text:
            return []
        found: list[int] = self._gate.Match(text.encode())
        return [self._looks[place] for place in sorted(found)] if found else []


def _gather(value: Any, texts: list[str]) -> None:
    """All texts in a value, and numbers that are long enough to be someone's."""
    match value:
        case str():
            texts.append(value)
        case bool() | None:
            pass
        case int() | float():
            if abs(value) >= _SMALLEST_NUMBER:
                texts.append(str(value))
        case list():
            for one in cast("list[Any]", value):
                _gather(one, texts)
        case dict():
            for name, one in cast("dict[str, Any]", value).items():
                texts.append(name)
                _gather(one, texts)
        case _:
            pass


def kinds_named(text: str) -> tuple[str, ...]:
    """``email,card,secrets`` as kinds. Raises UsageError."""
    kinds = tuple(kind.strip() for kind in text.split(",") if kind.strip())
    known = (*PERSONAL, SECRETS, *PATTERNS)
    for kind in kinds:
        if kind not in known:
            raise UsageError(f"{kind!r} is nothing that can be masked", hint=did_you_mean(kind, known))
    return kinds


def _looks(kinds: tuple[str, ...], region: str | None) -> list[_Look]:
    kinds = kinds_named(",".join(kinds))
    secrets = [kind for kind in PATTERNS if kind in kinds or SECRETS in kinds]
    finders = NoSecrets(kinds=tuple(secrets)).finders() if secrets else ()
    looks = [_Look("secret", finder, PATTERNS[kind]) for kind, finder in zip(secrets, finders, strict=True)]
    fits = personal.candidates(region)
    known: Mapping[Kind, Finder] = {
        "email": personal.emails,
        # Before phone numbers: what is an account's or a card's is called so.
        "iban": personal.ibans,
        "card": personal.cards,
        "us-ssn": personal.social_security_numbers,
        "ip": personal.addresses,
        "phone": partial(personal.phones, region=region),
    }
    return looks + [_Look(_NAMES[kind], finder, fits[_NAMES[kind]]) for kind, finder in known.items() if kind in kinds]


def _gate(sources: list[str]) -> Any:
    """All patterns in one: which of them match anywhere in a text."""
    library: Any = re2
    options = library.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _DFA_MEMORY
    gate = library.Set.SearchSet(options)
    for source in sources:
        gate.Add(source)
    gate.Compile()
    return gate


def _masked(text: str, hit: list[_Look], counts: dict[str, int]) -> str:
    found: dict[str, str] = {}
    for look in hit:
        if look.source == PATTERNS["private-key"]:
            text = _replaced(_PRIVATE_KEY, look.name, text, counts)
            continue
        try:
            for find in look.finder(text):
                found.setdefault(find.written or find.text, look.name)
        except InputError:  # at too many places for a closer look
            text = _all_masked(look, text, counts)
    if len(found) > _FEW:
        return _many_masked(text, found, counts)
    for written in sorted(found, key=len, reverse=True):
        if times := text.count(written):
            counts[found[written]] = counts.get(found[written], 0) + times
            text = text.replace(written, f"[{found[written]}]")
    return text


def _many_masked(text: str, found: dict[str, str], counts: dict[str, int]) -> str:
    library: Any = re2
    pattern: Any = compile_pattern("|".join(library.escape(one) for one in sorted(found, key=len, reverse=True)))

    def label(match: Any) -> str:
        name = found[match.group()]
        counts[name] = counts.get(name, 0) + 1
        return f"[{name}]"

    return pattern.sub(label, text)


def _all_masked(look: _Look, text: str, counts: dict[str, int]) -> str:
    """`text` with all that looks like it masked."""
    return _replaced(look.source, look.name, text, counts)


def _replaced(source: str, name: str, text: str, counts: dict[str, int]) -> str:
    pattern: Any = compile_pattern(source)
    masked, times = pattern.subn(f"[{name}]", text)
    if times:
        counts[name] = counts.get(name, 0) + times
    return masked
