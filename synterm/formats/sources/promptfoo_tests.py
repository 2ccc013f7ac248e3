"""Tests of promptfoo as rows: one test is one case, or one for each combination of its lists of values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any, cast

from synterm.errors import InputError
from synterm.formats.beside import file_beside
from synterm.formats.sources.assertions import map_assertions
from synterm.formats.sources.base import SourceFile, SourceRow

_MOST_COMBINATIONS = 10_000
_MOST_TEXT = 1_000_000
_KEPT = ("description", "metadata", "threshold", "provider", "providers", "prompts", "options", "providerOutput")


@dataclass(slots=True)
class Tests:
    """Makes rows of tests, and remembers what was not portable."""

    file: SourceFile
    defaults: dict[str, Any] = field(default_factory=dict[str, Any])
    """What holds for every test: ``defaultTest``."""
    templates: dict[str, Any] = field(default_factory=dict[str, Any])
    """Assertions by name: ``assertionTemplates``."""
    left: Counter[str] = field(default_factory=Counter[str])
    """How often which assertion could not be a check, by the reason."""
    count: int = 0

    def rows(self, test: Any, where: str) -> Iterator[SourceRow | InputError]:
        """The rows of one test."""
        if not isinstance(test, dict):
            yield InputError("must be a test: vars and assert", where=where)
            return
        try:
            merged = self._merged(cast("dict[str, Any]", test))
            for values in _combinations(merged, self.file):
                self.count += 1
                yield self._row(merged, values, where)
        except InputError as error:
            yield InputError(error.message, where=where, hint=error.hint)

    def tell(self) -> None:
        """Note what was not portable, at the end."""
        if self.left:
            told = "; ".join(f"{reason} ({count:,})" for reason, count in self.left.most_common(12))
            total = self.left.total()
            noun = "assertion is" if total == 1 else "assertions are"
            self.file.note(f"{total:,} {noun} not portable, kept in the cases' origin: {told}")

    def _merged(self, test: dict[str, Any]) -> dict[str, Any]:
        merged = {**self.defaults, **test}
        for name in ("vars", "metadata", "options"):
            merged[name] = {**_named(self.defaults.get(name), name), **_named(test.get(name), name)}
        own = _list(test.get("assert"))
        skips = merged["options"].get("disableDefaultAsserts")
        merged["assert"] = [*([] if skips else _list(self.defaults.get("assert"))), *own]
        return merged

    def _row(self, test: dict[str, Any], values: dict[str, Any], where: str) -> SourceRow:
        assertions = [self._resolved(one) for one in test["assert"]]
        transform = next((name for name in ("transform", "postprocess") if test["options"].get(name)), None)
        threshold = test.get("threshold")
        number = float(threshold) if isinstance(threshold, int | float) and not isinstance(threshold, bool) else None
        scored = transform or ("assertScoringFunction" if test.get("assertScoringFunction") else None)
        mapped = map_assertions([] if scored else assertions, values, self.file.judge, number)
        for assertion in assertions if scored else ():
            mapped.leave(assertion, f"stands in a test with {scored}")
        self.left.update(mapped.reasons)
        kept = {name: test[name] for name in _KEPT if test.get(name)}
        if mapped.left:
            kept["assert"] = mapped.left
        return SourceRow(
            where,
            self.count,
            values,
            whole=True,
            expected=mapped.expected,
            checks=tuple(mapped.checks),
            detail={"promptfoo": kept} if kept else {},
        )

    def _resolved(self, assertion: Any) -> Any:
        if not isinstance(assertion, dict):
            return assertion
        given = cast("dict[str, Any]", assertion)
        name = str(given.get("$ref", "")).rpartition("/")[2]
        template = self.templates.get(name) if "$ref" in given else None
        rest = {key: value for key, value in given.items() if key != "$ref"}
        return {**cast("dict[str, Any]", template), **rest} if isinstance(template, dict) else given


def _combinations(test: Mapping[str, Any], file: SourceFile) -> Iterator[dict[str, Any]]:
    """Its values; a list of values stands for one test each."""
    values = {name: _loaded(value, name, file) for name, value in test["vars"].items()}
    if not values:
        raise InputError("has no vars: nothing fills the prompt")
    if test["options"].get("disableVarExpansion"):
        yield values
        return
    lists = [cast("list[Any]", value) if isinstance(value, list) else [value] for value in values.values()]
    total = 1
    for one in lists:
        total *= len(one)
    if total > _MOST_COMBINATIONS:
        raise InputError(f"its lists of values make over {_MOST_COMBINATIONS:,} combinations")
    for chosen in islice(product(*lists), _MOST_COMBINATIONS):
        yield dict(zip(values, chosen, strict=True))


def _loaded(value: Any, name: str, file: SourceFile) -> Any:
    """The value, or the text of the file beside the config that it names."""
    if not (isinstance(value, str) and value.startswith("file://")):
        return value
    if file.folder is None:
        raise InputError(f"vars.{name}: names a file, and stdin has no folder")
    path = file_beside(file.folder, value.removeprefix("file://").removeprefix("./"))
    if path.suffix.lower() not in (".txt", ".md", ".json", ".yaml", ".yml", ".html", ".xml"):
        raise InputError(f"vars.{name}: {path.name} is not read: only texts are")
    with path.open("rb") as source:
        data = source.read(_MOST_TEXT + 1)
    if len(data) > _MOST_TEXT:
        raise InputError(f"vars.{name}: {path.name} is over {_MOST_TEXT:,} bytes")
    try:
        return data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InputError(f"vars.{name}: {path.name} is not UTF-8") from error


def _named(value: Any, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(f"{name} must be named values")
    return cast("dict[str, Any]", value)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError("assert must be a list")
    return cast("list[Any]", value)
