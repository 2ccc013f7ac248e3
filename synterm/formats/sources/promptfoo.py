"""Tests of promptfoo: in a config, in a file of tests, or in a table with ``__expected``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, cast

from synterm.errors import InputError
from synterm.formats.beside import file_beside
from synterm.formats.safe_yaml import load_yaml
from synterm.formats.sources.assertions import written
from synterm.formats.sources.base import Rows, Source, SourceFile
from synterm.formats.sources.json_lines import json_lines
from synterm.formats.sources.lines import text_of
from synterm.formats.sources.peek import Peek, peek
from synterm.formats.sources.promptfoo_tests import Tests
from synterm.formats.sources.table import records
from synterm.formats.strict_json import load_json

_MOST_BYTES = 20_000_000
_OF_A_CONFIG = re.compile(r"^(tests|providers|targets|prompts|defaultTest|scenarios):", re.MULTILINE)
_OF_A_TEST = re.compile(r"^- *(vars|assert|description):", re.MULTILINE)
_TESTS = (".yaml", ".yml", ".json", ".jsonl", ".ndjson", ".csv")
_EXPECTED = re.compile(r"__expected\d*")
_SETTING = re.compile(r"__config:(__expected\d*):(threshold|weight)")

Where = Callable[[tuple[str | int, ...]], str]


class Promptfoo(Source):
    """promptfoo's tests. Assertions that exist here become checks of the scenario."""

    name = "promptfoo"
    title = "promptfoo configs and tests: YAML, JSON, JSON lines, or CSV with __expected"
    tells_expected = True

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        if peek.ending in (".yaml", ".yml"):
            return bool(_OF_A_CONFIG.search(peek.text) or _OF_A_TEST.search(peek.text))
        if peek.is_json:
            is_config = "tests" in peek.names and bool(peek.names & {"prompts", "providers", "targets"})
            return is_config or (isinstance(peek.first.get("vars"), dict) and "messages" not in peek.first)
        return any(cell.strip().startswith("__") for cell in peek.columns)

    def rows(self, file: SourceFile) -> Rows:
        tests = Tests(file)
        lines = file.peek.has_lines_of_json and "tests" not in file.peek.names
        if file.peek.ending in (".yaml", ".yml") or (file.peek.is_json and not lines):
            data, where = _document(file)
            yield from _config(data, where, tests)
        else:
            yield from _listed(file, tests)
        tests.tell()


def _document(file: SourceFile) -> tuple[Any, Where]:
    text = text_of(file, _MOST_BYTES)
    if file.peek.is_json:
        try:
            return load_json(text), lambda path: f"{file.title} {'.'.join(map(str, path))}"
        except ValueError as error:
            raise InputError(str(error), where=file.title) from error
    document = load_yaml(text, name=file.title)
    return document.data, document.where


def _config(data: Any, where: Where, tests: Tests) -> Rows:
    if isinstance(data, list):
        yield from _several(cast("list[Any]", data), (), where, tests)
        return
    if not isinstance(data, dict):
        raise InputError("is no promptfoo config: it has no tests", where=tests.file.title)
    config = cast("dict[str, Any]", data)
    templates, defaults = config.get("assertionTemplates"), config.get("defaultTest")
    tests.templates = cast("dict[str, Any]", templates) if isinstance(templates, dict) else {}
    if isinstance(defaults, dict):
        tests.defaults = cast("dict[str, Any]", defaults)
    elif defaults is not None:
        tests.file.note("defaultTest is in a file: not read")
    found = config.get("tests")
    if isinstance(found, list):
        yield from _several(cast("list[Any]", found), ("tests",), where, tests)
    elif found is not None:
        yield from _test(found, where(("tests",)), tests)
    scenarios = config.get("scenarios")
    for number, scenario in enumerate(cast("list[Any]", scenarios) if isinstance(scenarios, list) else []):
        yield from _scenario(scenario, where(("scenarios", number)), tests)
    if found is None and not scenarios:
        raise InputError("has no tests", where=tests.file.title)


def _several(found: list[Any], path: tuple[str | int, ...], where: Where, tests: Tests) -> Rows:
    for number, test in enumerate(found):
        yield from _test(test, where((*path, number)), tests)


def _scenario(scenario: Any, where: str, tests: Tests) -> Rows:
    """Each of its configurations with each of its tests."""
    given = cast("dict[str, Any]", scenario) if isinstance(scenario, dict) else {}
    configs, inner = given.get("config"), given.get("tests")
    if not (isinstance(configs, list) and isinstance(inner, list)):
        yield InputError("a scenario needs config and tests, as lists", where=where)
        return
    for config in cast("list[Any]", configs):
        for test in cast("list[Any]", inner):
            if not (isinstance(config, dict) and isinstance(test, dict)):
                yield InputError("config and tests must be objects", where=where)
                continue
            first, second = cast("dict[str, Any]", config), cast("dict[str, Any]", test)
            merged = {**first, **second, "vars": _joined(first, second), "assert": _appended(first, second)}
            yield from tests.rows(merged, where)


def _joined(first: dict[str, Any], second: dict[str, Any]) -> Any:
    """The values of both; what is no values is for the reader of tests to refuse."""
    parts: list[Any] = [one["vars"] for one in (first, second) if one.get("vars")]
    return {name: value for part in parts for name, value in part.items()} if _all(parts, dict) else parts


def _appended(first: dict[str, Any], second: dict[str, Any]) -> Any:
    parts: list[Any] = [one["assert"] for one in (first, second) if one.get("assert")]
    return [one for part in parts for one in part] if _all(parts, list) else {}


def _all(parts: list[Any], kind: type) -> bool:
    return all(isinstance(part, kind) for part in parts)


def _test(test: Any, where: str, tests: Tests) -> Rows:
    if not isinstance(test, str):
        yield from tests.rows(test, where)
        return
    try:
        yield from _beside(test, tests)
    except (InputError, OSError) as error:
        said = error.message if isinstance(error, InputError) else str(error)
        yield InputError(said, where=where if not isinstance(error, InputError) or not error.where else error.where)


def _beside(name: str, tests: Tests) -> Iterator[Any]:
    """The tests in a file beside the config."""
    folder = tests.file.folder
    bare = name.removeprefix("file://").removeprefix("./")
    if "://" in bare or not bare.lower().endswith(_TESTS) or "*" in bare:
        raise InputError(f"{name!r} is not read: tests are read from {', '.join(_TESTS)} beside the config")
    if folder is None:
        raise InputError(f"{name!r} can't be found: stdin has no folder")
    path = file_beside(folder, bare)
    part = SourceFile(path, bare, peek(path, path.name), judge=tests.file.judge, folder=path.parent)
    inner = Tests(part, tests.defaults, tests.templates, tests.left)
    if path.suffix.lower() in (".yaml", ".yml", ".json") and not part.peek.has_lines_of_json:
        data, where = _document(part)
        if not isinstance(data, list):
            raise InputError("must be a list of tests", where=bare)
        found = cast("list[Any]", data)
        for number, test in enumerate(found):
            yield from inner.rows(test, where((number,)))
    else:
        yield from _listed(part, inner)
    for note in part.notes:
        tests.file.note(note)


def _listed(file: SourceFile, tests: Tests) -> Rows:
    """The tests of a table, or of JSON lines."""
    if file.peek.is_json:
        for where, _, found in json_lines(file):
            if isinstance(found, InputError):
                yield found
            else:
                yield from tests.rows(found, where)
        return
    for line, found in records(file):
        if isinstance(found, InputError):
            yield found
        else:
            yield from tests.rows(_of_table(found), file.at(line))


def _of_table(cells: dict[str, str]) -> dict[str, Any]:
    """The test that a row of a table says."""
    test: dict[str, Any] = {"vars": {}, "metadata": {}, "options": {}}
    asserts: dict[str, Any] = {}
    for name, cell in cells.items():
        if not name.startswith("__"):
            test["vars"][name] = cell
        elif not cell.strip():
            continue
        elif _EXPECTED.fullmatch(name):
            asserts[name] = written(cell)
        elif name in ("__description", "__provider"):
            test[name[2:]] = cell
        elif name == "__threshold":
            test["threshold"] = _number(cell)
        elif name in ("__prefix", "__suffix"):
            test["options"][name[2:]] = cell
        elif name.startswith("__metadata:"):
            key = name.removeprefix("__metadata:")
            listed = key.endswith("[]")
            test["metadata"][key.removesuffix("[]")] = _parts(cell) if listed else cell
        elif name == "__metric":
            test["metadata"]["metric"] = cell
    for name, cell in cells.items():
        if (match := _SETTING.fullmatch(name)) and cell.strip() and match[1] in asserts:
            asserts[match[1]][match[2]] = _number(cell)
    metric = test["metadata"].pop("metric", None)
    test["assert"] = [{**one, "metric": metric} if metric else one for one in asserts.values()]
    # A cell is one value, also where it looks like a list.
    test["options"]["disableVarExpansion"] = True
    return test


def _parts(cell: str) -> list[str]:
    return [part.replace("\0", ",").strip() for part in cell.replace("\\,", "\0").split(",")]


def _number(cell: str) -> Any:
    try:
        return float(cell)
    except ValueError as error:
        raise InputError(f"{cell!r} is no number") from error
