"""The answer links only to where it may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from synterm.checks.base import Answer, Check, Example
from synterm.checks.fields import Texts, bounded
from synterm.checks.words import quoted
from synterm.core.evaluation import CheckResult

_LINK = re.compile(r"""(?:https?://|www\.)[^\s<>"'`\]{}|]+""", re.IGNORECASE)
_AFTER = ".,;:!?*_"
"""What ends a sentence, or marks it, and no address."""
_NAME = re.compile(r"(?:[a-z0-9-]+\.)+[a-z0-9-]+")


class LinksTo(Check):
    """The answer links to no host but those that it may: models make up addresses that look right.

    A link is what begins with ``http://``, ``https://`` or ``www.``, by itself or in Markdown; mail addresses are none.
    The score is the share of the links that lead where they may, and all have to. An answer without links passes,
    unless `least` asks for some.
    """

    type = "links-to"
    example: ClassVar[Example | None] = Example(
        {"hosts": ["shop.example"]},
        "Send it back at https://help.shop.example/returns, or see www.shop-returns.example.",
        False,
        'leads to "www.shop-returns.example"',
        score=0.5,
    )

    hosts: Texts
    """The hosts that it may link to, without ``https://``: one, or a list of them."""
    subdomains: bool = True
    """Whether hosts below those are fine, too: ``help.shop.example`` below ``shop.example``."""
    least: int = Field(default=0, ge=0)
    """So many links it must have."""

    @field_validator("hosts")
    @classmethod
    def _bare(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not _NAME.fullmatch(host.lower()):
                raise ValueError(f"{host!r} is no host: write shop.example")
        return tuple(host.lower() for host in hosts)

    def judge(self, answer: Answer) -> CheckResult:
        """Raises InputError for an answer that is too long to be read: the check then gives no verdict."""
        found = [*hosts_in(bounded(answer.text))]
        strange = [host for host in found if not self._allowed(host)]
        if strange:
            score = 1 - len(strange) / len(found)
            return self.verdict(False, f"leads to {quoted(dict.fromkeys(strange))}", score=score)
        links = f"{len(found)} link{'' if len(found) == 1 else 's'}"
        if len(found) < self.least:
            return self.verdict(False, f"{links}, and {self.least} are the fewest", score=len(found) / self.least)
        return self.verdict(True, f"{links}, to where they may lead" if found else "no links")

    def _allowed(self, host: str) -> bool:
        return any(host == one or (self.subdomains and host.endswith(f".{one}")) for one in self.hosts)


def hosts_in(text: str) -> Iterator[str]:
    """The host of each link in a text, in lower case; of one that can't be read, all of it."""
    for match in _LINK.finditer(text):
        link = match.group()
        while link.endswith((*_AFTER, ")")) and not (link.endswith(")") and link.count("(") >= link.count(")")):
            link = link[:-1]
        # As browsers read it: what stands before an @ is no host, and \ is as good as /.
        address = link.replace("\\", "/")
        try:
            host = urlsplit(address if "://" in address else f"https://{address}").hostname
        except ValueError:
            host = None
        yield (host or link).lower().rstrip(".")
