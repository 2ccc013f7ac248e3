"""What a guard takes out of a project file: the checks of its behaviors, made ready to judge single answers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from synterm.checks.base import Check, Fact
from synterm.checks.registry import load_check
from synterm.core.guarding import GuardCheck
from synterm.core.ids import canonical_json, content_id
from synterm.core.model import ModelSpec
from synterm.core.tree import CheckConfig, Node, Tree
from synterm.errors import InputError, NotFoundError, RestrictedError, did_you_mean
from synterm.evaluate.scenarios import fits
from synterm.production.guard_pace import Paced, paced
from synterm.storage.foreign import read_only
from synterm.storage.trust import VARIABLE
from synterm.text import one_line

_MOST_KEPT = 1000
"""So many choices of behaviors are kept ready; callers name them, so it must end somewhere."""
_LONGEST_NAME = 500
_LONGEST_HINTED, _MOST_HINTED = 80, 200

_LACKS: dict[Fact, str] = {
    "input": "needs the input",
    "expected": "needs an expected result",
    "context": "needs what was retrieved for the answer",
    "cost": "needs to know what the answer cost",
    "latency": "needs to know how long the answer took",
    "finish reason": "needs to know why the answer ended",
    "tools": "needs the tools that were offered",
    "dialog": "judges whole dialogs",
}
_ASKS = "asks a model, and judges are off"


@dataclass(frozen=True, slots=True)
class Forms:
    """The checks that judge an answer of which certain things are known, and those that are left out."""

    checks: tuple[Paced, ...]
    skipped: tuple[GuardCheck, ...]


@dataclass(slots=True)
class Behavior:
    """The checks that hold for one choice of behaviors."""

    path: str
    checks: tuple[Check, ...]
    checks_id: str
    _pace: Callable[[Check], Paced]
    _forms: dict[tuple[frozenset[Fact], bool], Forms] = field(default_factory=dict[tuple[frozenset[Fact], bool], Forms])

    def forms(self, known: frozenset[Fact], *, judges: bool) -> Forms:
        """The checks in the forms that judge where so much is known; `judges`: also those that ask a model."""
        found = self._forms.get((known, judges))
        if found is None:
            # Two threads may make the same at once: either will do.
            found = self._forms[known, judges] = _forms(self.checks, known, self._pace, judges=judges)
        return found


@dataclass(frozen=True, slots=True)
class ReadTrust:
    """Whether the project was restricted when it was read."""

    restricted: bool = False
    how: str = ""
    """What to do about it."""
    plugins: tuple[str, ...] = ()
    """The types of its checks that come of plugins."""

    def refuse(self, *, judges: bool) -> None:
        """Raise RestrictedError where it is restricted, and models or plugins would be asked."""
        if self.restricted and (judges or self.plugins):
            what = "its judges" if judges else f"the check {self.plugins[0]} of a plugin"
            hint = f"{self.how}; where nobody sits, set {VARIABLE} to the digest that it says"
            raise RestrictedError(f"restricted: the project is not trusted with {what}", hint=hint)


_FREE = ReadTrust()


class GuardedProject:
    """The checks of a project file, as they were when it was read. Nothing of the file is open any more."""

    def __init__(self, name: str, tree: Tree, models: Iterable[ModelSpec], trust: ReadTrust = _FREE) -> None:
        self.name = name
        self.trust = trust
        self.tree = tree
        self.models = {spec.name: spec for spec in models}
        self._paths = {node.id: tree.path(node.id) for node in tree.walk()}
        self._places = {path: [node] for node, path in self._paths.items()}
        self._loaded: dict[bytes, Check] = {}
        self._paced: dict[int, Paced] = {}
        """By the check's place in memory, which it keeps while it is here."""
        self._behaviors: dict[tuple[str, ...], Behavior] = {}

    @classmethod
    def read(cls, path: Path) -> GuardedProject:
        """Those of the file at `path`, which is not written to. Raises ProjectError."""
        with read_only(path, whole=True) as project:
            trust = project.trust
            read = ReadTrust(trust.restricted, trust.how, trust.capabilities.plugins)
            return cls(project.name, project.nodes.tree(), project.models.all(), read)

    @property
    def said(self) -> bytes:
        """All that decides a verdict: equal for files whose checks and models are the same."""
        models = [spec.model_dump(mode="json") for spec in self.models.values()]
        return canonical_json([self.name, self._tree_said, models])

    @property
    def _tree_said(self) -> list[object]:
        return [[self.tree.path(node.id), node.level, node.checks] for node in self.tree.walk()]

    def behavior(self, names: Sequence[str], within: Sequence[str] = ()) -> Behavior:
        """The checks of what the names or globs say, all of them together; without names those of the whole project,
        where all of it is judged by the same.

        `within`: only what these say may be named. Raises NotFoundError for what is not there, InputError for checks
        that can't be made, or where several behaviors have checks of their own.
        """
        key = (*names, "\n", *within)
        found = self._behaviors.get(key)
        if found is None:
            # Two threads may make the same at once: either will do.
            found = self._make(names, within)
            if len(self._behaviors) < _MOST_KEPT:
                self._behaviors[key] = found
        return found

    def make_all(self) -> None:
        """Make all checks now, rather than when the first call names their behavior."""
        for scenario in self.tree.scenarios():
            with contextlib.suppress(InputError):  # whoever names its behavior is told
                for check in self._all(self.tree.checks(scenario.id)):
                    self._pace(check)

    def _make(self, names: Sequence[str], within: Sequence[str]) -> Behavior:
        named = self._scenarios(names)
        if within and not set(named) <= set(self._scenarios(within)):
            raise NotFoundError(
                f"{one_line(', '.join(names), 200)!r} is not what this guard judges",
                hint=f"it judges {one_line(', '.join(within), 200)}",
            )
        ids = named if names else [node.id for node in self.tree.scenarios()]
        if not ids:
            where = one_line(", ".join(names), 200) or "the project"
            raise InputError(f"no scenario in {where}, so there are no checks", hint="synterm ls PROJECT tree")
        sets = {canonical_json(self.tree.checks(scenario)) for scenario in ids}
        if not names and len(sets) > 1:
            raise InputError(
                "its behaviors have different checks",
                hint=f"name one, or several: {_some(self._behaviors_of(ids))}; '*' for the checks of all",
            )
        return self._ready(ids, same=len(sets) == 1)

    def _scenarios(self, names: Sequence[str]) -> list[str]:
        """The ids of all scenarios at or below what the names or globs say. Raises NotFoundError."""
        found: dict[str, None] = {}
        for name in names:
            matched = self._places.get(name) or self._matching(name)
            if not matched:
                # Callers name them: a word is not held against all of a large tree.
                near = did_you_mean(name[:_LONGEST_HINTED], [*self._paths.values()][:_MOST_HINTED])
                raise NotFoundError(f"nothing in the tree matches {one_line(name, 200)!r}", hint=near)
            found.update((scenario.id, None) for node_id in matched for scenario in self.tree.scenarios(node_id))
        return list(found)

    def _matching(self, glob: str) -> list[str]:
        if len(glob) > _LONGEST_NAME:
            return []
        return [node for node, path in self._paths.items() if fits(path, glob) or fits(self.tree[node].name, glob)]

    def _ready(self, scenarios: Sequence[str], *, same: bool) -> Behavior:
        path = _some(self._tops(scenarios))
        configs = self.tree.checks(scenarios[0])
        if not same:
            united = {canonical_json(one): one for scenario in scenarios for one in self.tree.checks(scenario)}
            configs = tuple(united.values())
        if not configs:
            raise InputError(f"{path} has no checks", hint="synterm edit PROJECT behavior --help")
        try:
            checks = self._all(configs)
        except InputError as error:
            raise InputError(error.message, hint=error.hint, where=f"checks of {path}") from error
        return Behavior(path, checks, content_id("checks", configs)[:16], self._pace)

    def _all(self, configs: Iterable[CheckConfig]) -> tuple[Check, ...]:
        return tuple(map(self._check, configs))

    def _check(self, config: CheckConfig) -> Check:
        key = canonical_json(config)
        if key not in self._loaded:
            check = load_check(config)
            # Here, once, rather than with the first answer.
            check.warm()
            self._loaded[key] = check
        return self._loaded[key]

    def _pace(self, check: Check) -> Paced:
        """The check with what is known of its pace, which all behaviors share that have it."""
        found = self._paced.get(id(check))
        if found is None:
            found = self._paced[id(check)] = paced(check)
        return found

    def _behaviors_of(self, scenarios: Iterable[str]) -> list[str]:
        lines = (self.tree.lineage(scenario) for scenario in scenarios)
        return list(dict.fromkeys(self.tree.path(_behavior(line).id) for line in lines))

    def _tops(self, scenarios: Sequence[str]) -> list[str]:
        """The paths of as few nodes as hold these scenarios and no others."""
        wanted = set(scenarios)
        tops: list[str] = []

        def look(parent: str | None) -> None:
            for node in self.tree.children(parent):
                below = {scenario.id for scenario in self.tree.scenarios(node.id)}
                if below and below <= wanted:
                    tops.append(self.tree.path(node.id))
                elif below & wanted:
                    look(node.id)

        look(None)
        return tops


def left_out(check: Check, known: Collection[Fact], *, judges: bool) -> str | None:
    """Why a check is not asked where so much is known; None where it is."""
    if check.asks and not judges:
        return _ASKS
    return next((_LACKS[fact] for fact in check.relies_on if fact not in known), None)


def _forms(checks: Iterable[Check], known: frozenset[Fact], pace: Callable[[Check], Paced], *, judges: bool) -> Forms:
    kept: list[Check] = []
    skipped: list[GuardCheck] = []

    def fits(part: Check) -> bool:
        return left_out(part, known, judges=judges) is None

    for check in checks:
        able = check if "expected" in known else check.unexpecting()
        form = None if able is None else able.fitting(fits)
        if form is not None:
            kept.append(form)
        if form is not check:
            skipped += _told(check, form, known, judges=judges)
    return Forms(tuple(map(pace, kept)), tuple(skipped))


def _told(check: Check, form: Check | None, known: frozenset[Fact], *, judges: bool) -> list[GuardCheck]:
    """What of a check is left out, and why."""
    told: list[GuardCheck] = []
    for part in check.parts():
        able = part if "expected" in known else part.unexpecting()
        why = _LACKS["expected"] if able is None else left_out(able, known, judges=judges)
        if why is not None and (form is not None or len(told) == 0):
            place = "" if form is None else f"in {check.type}: "
            name = check.type if form is None else part.type
            told.append(GuardCheck(type=name, passed=None, skipped=f"{place}{why}"))
    if form is None and not told:
        told.append(GuardCheck(type=check.type, passed=None, skipped=_LACKS["expected"]))
    return told


def _behavior(line: Sequence[Node]) -> Node:
    return line[min(1, len(line) - 1)]


def _some(paths: Sequence[str]) -> str:
    return one_line(", ".join(paths), 200)
