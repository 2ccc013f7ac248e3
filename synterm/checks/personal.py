"""Finding what tells of people: addresses, numbers of phones, cards, accounts, and machines.

A pattern proposes, in time proportional to the text; check digits and the libraries that know the numbers decide.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from functools import cache

from synterm.analysis.library import library
from synterm.checks.finds import Find, matches
from synterm.checks.patterns import Pattern, compile_pattern

_NEED = "telling phone numbers from other numbers"
_DIGITS_NEED = "checking numbers of accounts"
_EMAIL = r"(?i)\b[a-z0-9][a-z0-9._%+\-]{0,63}@(?:[a-z0-9\-]{1,63}\.)+[a-z]{2,24}\b"
_NO_ONES = ("example.com", "example.net", "example.org")
_RESERVED = (".example", ".test", ".invalid", ".localhost")
"""Domains that belong to no one (RFC 2606)."""
_PHONE = r"\+?[(\d][\d ().\-/]{5,28}\d"
_ABROAD = r"\+[(\d][\d ().\-/]{5,28}\d"
_GROUPS = r"\b\d{1,19}(?:[ \-]\d{1,19})*\b"
_CARD = r"\d(?:[ \-]?\d){12,}"
"""What every card number fits; tells those that are none faster than their groups do."""
_IBAN = r"\b[A-Z]{2}\d{2}(?:[ \-]?[A-Z0-9]{1,30}){1,12}\b"
_SSN = r"\b\d{3}[ \-]\d{2}[ \-]\d{4}\b"
_IP = r"\b\d{1,3}(?:\.\d{1,9}){3,}\b|[0-9A-Za-z]{0,9}(?::[0-9A-Za-z]{0,9}){2,20}"
"""With what would make it something else, a version's further numbers or names of a program, so that it is refused."""
_SHORTEST_IP = 7
_ISSUERS: dict[str, tuple[int, ...]] = {
    "4": (13, 16, 19),
    **dict.fromkeys("51 52 53 54 55 22 23 24 25 26 27 35".split(), (16,)),
    **dict.fromkeys("34 37".split(), (15,)),
    **dict.fromkeys("30 36 38".split(), (14,)),
    "6": (16, 17, 18, 19),
}
"""How the numbers of payment cards begin (ISO/IEC 7812), and how long they are: Visa; Mastercard, JCB; American
Express; Diners; Discover, Maestro, UnionPay."""


def candidates(region: str | None = None) -> dict[str, str]:
    """By kind of find, the pattern that what is found fits: a text that fits none holds nothing of that kind."""
    return {
        "e-mail": _EMAIL,
        "phone": _PHONE if region else _ABROAD,
        "card": _CARD,
        "IBAN": _IBAN,
        "US social security number": _SSN,
        "IP address": _IP,
    }


def emails(text: str) -> Iterator[Find]:
    """E-mail addresses, but those in domains that are reserved for examples."""
    for found in matches(_pattern(_EMAIL), text):
        domain = found.rpartition("@")[2].lower()
        if not (domain in _NO_ONES or domain.endswith(tuple(f".{name}" for name in _NO_ONES) + _RESERVED)):
            yield Find("e-mail", found, found.lower())


def phones(text: str, region: str | None) -> Iterator[Find]:
    """Phone numbers that can exist: with a leading + and the country, or as they are written in `region` (``US``).

    Raises ModelError where the library is missing.
    """
    phonenumbers = library("phonenumbers", need=_NEED)
    for candidate in matches(_pattern(_PHONE if region else _ABROAD), text):
        for match in phonenumbers.PhoneNumberMatcher(candidate, region, leniency=phonenumbers.Leniency.VALID):
            number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            yield Find("phone", match.raw_string, number)


def cards(text: str) -> Iterator[Find]:
    """Numbers of payment cards: 13 to 19 digits that begin as an issuer's do, and end with the check digit."""
    for run in matches(_pattern(_GROUPS), text):
        groups = run.replace("-", " ").split(" ")
        first = start = 0
        while first < len(groups):
            size = _card_at(groups, first)
            digits = "".join(groups[first : first + (size or 1)])
            end = start + len(digits) + (size or 1)
            if size:
                yield Find("card", digits, digits, run[start : end - 1])
            first, start = first + (size or 1), end


def ibans(text: str) -> Iterator[Find]:
    """International bank account numbers (ISO 13616): a country's length and form, and the check digits.

    Raises ModelError where the library is missing.
    """
    known = library("stdnum.iban", need=_DIGITS_NEED)
    for candidate in matches(_pattern(_IBAN), text):
        # The words that follow may look like further groups.
        groups = candidate.replace("-", " ").split(" ")
        for count in range(1, len(groups) + 1):
            compact = "".join(groups[:count])
            if 15 <= len(compact) <= 34 and known.is_valid(compact):
                yield Find("IBAN", compact, compact, candidate[: len(compact) + count - 1])
                break


def social_security_numbers(text: str) -> Iterator[Find]:
    """Social security numbers of the USA that can have been given out.

    Raises ModelError where the library is missing.
    """
    known = library("stdnum.us.ssn", need=_DIGITS_NEED)
    for found in matches(_pattern(_SSN), text):
        digits = found.replace("-", "").replace(" ", "")
        if known.is_valid(digits):
            yield Find("US social security number", found, digits)


def addresses(text: str) -> Iterator[Find]:
    """IP addresses of the public network; not those of a home, an office or this machine."""
    for found in matches(_pattern(_IP), text):
        if len(found) < _SHORTEST_IP:
            continue
        try:
            address = ipaddress.ip_address(found)
        except ValueError:
            continue
        if address.is_global:
            yield Find("IP address", found, address.compressed)


def _card_at(groups: list[str], first: int) -> int:
    """Of how many groups the card number consists that begins with this one; 0 for none."""
    lengths = _ISSUERS.get(groups[first][:2]) or _ISSUERS.get(groups[first][:1])
    if lengths is None:
        return 0
    length = 0
    for count, group in enumerate(groups[first : first + 5], start=1):
        length += len(group)
        # Cards are written in groups of four to six digits, so in five at most; only the last one may be shorter.
        if length > 19 or (count > 1 and len(groups[first + count - 2]) < 4):
            return 0
        if length in lengths and _luhn("".join(groups[first : first + count])):
            return count
    return 0


_DOUBLED = str.maketrans("0123456789", "0246813579")
"""Twice each digit, the digits of that added up."""


def _luhn(digits: str) -> bool:
    """Whether the check digit fits (ISO/IEC 7812-1, annex B): from the right, every second digit counts double."""
    doubled = digits[-2::-2].translate(_DOUBLED)
    return (sum(map(int, digits[-1::-2])) + sum(map(int, doubled))) % 10 == 0


@cache
def _pattern(source: str) -> Pattern:
    return compile_pattern(source)
