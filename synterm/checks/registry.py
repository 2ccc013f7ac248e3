"""From the checks that a project names to checks that judge."""

from __future__ import annotations

from typing import Any

from synterm.checks.base import Check
from synterm.checks.negated import NOT, negated
from synterm.checks.withheld import withheld_check
from synterm.core.check_types import BUILT_IN as BUILT_IN
from synterm.plugins import Registry, is_withheld


class _Checks(Registry[Check]):
    """``not-`` before a type turns it around. What a restricted project names of plugins is not loaded."""

    def find(self, name: str) -> type[Check]:
        return withheld_check(name) if is_withheld(name.removeprefix(NOT)) else super().find(name)

    def _class(self, name: str) -> type[Check]:
        inner = name.removeprefix(NOT)
        if inner == name or inner.startswith(NOT) or name in self:
            return super()._class(name)
        return negated(self.find(inner))


CHECKS = _Checks("check", Check, BUILT_IN)


def load_check(config: dict[str, Any]) -> Check:
    """The check of a configuration such as ``{"type": "label", "labels": […]}``; ``not-`` before a type negates it.

    Raises InvalidError, with each problem and its field, when it can't be made.
    """
    return CHECKS.make(config)
