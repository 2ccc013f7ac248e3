"""What stands in for a plugin's check while the project that names it is restricted."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from pydantic import ConfigDict

from synterm.checks.base import Answer, Check
from synterm.core.evaluation import CheckResult

_WHY = "restricted: it is a plugin's check, and the project is not trusted to run it (synterm trust PROJECT)"


class Withheld(Check):
    """Takes any fields and judges nothing: no code of the plugin is loaded."""

    model_config = ConfigDict(frozen=True, extra="allow")
    title: ClassVar[str] = _WHY
    """What lists say of it: what the plugin says is not known either."""

    def judge(self, answer: Answer) -> CheckResult:
        return CheckResult.abstain(self.type, _WHY)


@cache
def withheld_check(name: str) -> type[Check]:
    """What stands in for the check of that name."""
    return type("Withheld", (Withheld,), {"type": name, "__doc__": Withheld.__doc__, "__module__": __name__})
