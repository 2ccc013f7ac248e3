"""The answer gives no one away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from synterm.checks import personal
from synterm.checks.base import Example
from synterm.checks.finds import Finder, FreeOf

Kind = Literal["email", "phone", "card", "iban", "ip", "us-ssn"]
_ALL: tuple[Kind, ...] = ("email", "phone", "card", "iban", "ip", "us-ssn")


class NoPii(FreeOf):
    """The answer holds no personal data: e-mail addresses, phone, card and account numbers, IP addresses, US SSNs.

    Numbers count only where their check digits, length and form fit. What was found is never repeated in the reason.
    Kinds `phone`, `iban` and `us-ssn` need the extra `analysis`. Names and postal addresses are not found.
    """

    type = "no-pii"
    example = Example(
        {"kinds": ["email", "card"], "allow": ["*@our-shop.com"]},
        "Write to help@our-shop.com. Your card 4111 1111 1111 1111 was charged.",
        False,
        "card 41…11 (16 characters)",
    )

    kinds: tuple[Kind, ...] = Field(default=_ALL, min_length=1)
    """What to look for."""
    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    """The country (`US`, `DE`) whose phone numbers are found without a leading +; without it only those with one."""

    def finders(self) -> Iterable[Finder]:
        known: Mapping[Kind, Finder] = {
            "email": personal.emails,
            "phone": partial(personal.phones, region=self.region),
            "card": personal.cards,
            "iban": personal.ibans,
            "ip": personal.addresses,
            "us-ssn": personal.social_security_numbers,
        }
        return [known[kind] for kind in self.kinds]
