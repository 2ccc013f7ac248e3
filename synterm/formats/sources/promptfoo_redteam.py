"""Red-team tests of promptfoo: ``redteam.yaml``, which it generates, and what an evaluation of them wrote.

The shape is that of promptfoo 0.123.0 (``src/redteam/commands/generate.ts``, ``src/redteam/index.ts``, the strategies'
metadata): tests with ``metadata.pluginId`` and ``metadata.strategyId``; outputs are JSON with ``results.results``, or
JSON lines with a result each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from synterm.errors import InputError
from synterm.formats.safe_yaml import load_yaml
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.json_lines import json_lines
from synterm.formats.sources.json_list import objects_of
from synterm.formats.sources.lines import text_of
from synterm.formats.sources.peek import Peek
from synterm.formats.sources.promptfoo_tests import Tests
from synterm.formats.sources.red_team import HIT, TAG, dialog, judged, place
from synterm.text import plural

_MOST_BYTES = 20_000_000
_REDTEAM = re.compile(r"^redteam:", re.MULTILINE)
_TESTS = re.compile(r"^tests:", re.MULTILINE)
_PLUGIN = re.compile(r"[\"']?pluginId[\"']?\s*:")
_TALKS = ("crescendo", "goat", "hydra", "mischievous-user", "simba", "custom")
"""Strategies that hold a conversation; the others send one message, however often they try."""
_ASKED = ("prompt", "__prompt", "query", "question", "message", "input")
"""What the value is called that an attack stands in, where there are several."""
_BESIDE = ("harmCategory", "sessionId")
"""Values that say something about a test and are none of the app's."""
_KEPT = ("pluginId", "strategyId", "severity", "goal", "language", "harmCategory", "policy")
_ANSWER = 4000


class PromptfooRedteam(Source):
    """promptfoo's red-team tests, each with its plugin as scenario; of an evaluation also what became of it."""

    name = "promptfoo-redteam"
    title = "red-team tests of promptfoo: redteam.yaml, or what an evaluation of them wrote"
    tells_expected = True

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        if peek.ending in (".yaml", ".yml"):
            return bool(_TESTS.search(peek.text) and (_REDTEAM.search(peek.text) or _PLUGIN.search(peek.text)))
        if not peek.is_json or not _PLUGIN.search(peek.text):
            return False
        if peek.has_lines_of_json and "results" not in peek.names:
            return "vars" in peek.first or "testCase" in peek.first
        return "results" in peek.names or {"tests", "redteam"} <= peek.names

    def rows(self, file: SourceFile) -> Rows:
        reader = _Reader(file)
        yield from reader.rows()
        reader.tell()


class _Reader:
    """Makes cases of tests and of results."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._tests = Tests(file)
        self._talks = 0

    def rows(self) -> Rows:
        peek = self._file.peek
        if peek.ending in (".yaml", ".yml"):
            yield from self._config()
        elif "results" in peek.names:
            yield from self._listed(objects_of(self._file, "results", "results"))
        elif peek.has_lines_of_json and "tests" not in peek.names:
            yield from self._listed(json_lines(self._file))
        else:
            yield from self._listed(objects_of(self._file, "tests"))

    def tell(self) -> None:
        """Note what was not portable, at the end."""
        if self._talks:
            self._file.note(
                f"{plural(self._talks, 'test')} of strategies that talk: only how the talk begins stands in the file; "
                "synterm distill --attack crescendo holds one"
            )
        self._tests.tell()

    def _config(self) -> Rows:
        document = load_yaml(text_of(self._file, _MOST_BYTES), name=self._file.title)
        config = _named(document.data)
        if isinstance(defaults := config.get("defaultTest"), dict):
            # What the tests are about stands there as metadata, and belongs to none of them.
            given = cast("dict[str, Any]", defaults)
            self._tests.defaults = {name: value for name, value in given.items() if name != "metadata"}
        found = config.get("tests")
        if not isinstance(found, list):
            raise InputError("has no tests", where=self._file.title, hint="promptfoo redteam generate makes them")
        for number, test in enumerate(cast("list[Any]", found)):
            yield from self._test(test, document.where(("tests", number)), number + 1)

    def _listed(self, lines: Iterator[tuple[str, int, dict[str, Any] | InputError]]) -> Rows:
        for where, number, found in lines:
            if isinstance(found, InputError):
                yield found
            elif isinstance(found.get("testCase"), dict):
                yield from self._result(found, where, number)
            else:
                yield from self._test(found, where, number)

    def _result(self, result: dict[str, Any], where: str, number: int) -> Rows:
        """A test, and what became of it."""
        test = dict(_named(result["testCase"]))
        response, metadata = _named(result.get("response")), _named(result.get("metadata"))
        about = {**metadata, **_named(response.get("metadata"))}
        test["vars"] = {**_named(test.get("vars")), **_named(result.get("vars"))}
        test["metadata"] = {**metadata, **_named(test.get("metadata"))}
        grading = _named(result.get("gradingResult"))
        became = {
            "passed": result.get("success"),
            "reason": grading.get("reason") or result.get("error"),
            "answer": _short(response.get("output")),
        }
        hit = result.get("success") is False and not result.get("error")
        yield from self._test(test, where, number, became, about, hit=hit)

    def _test(
        self,
        test: Any,
        where: str,
        number: int,
        became: dict[str, Any] | None = None,
        about: dict[str, Any] | None = None,
        *,
        hit: bool = False,
    ) -> Rows:
        for row in self._tests.rows(test, where):
            if isinstance(row, InputError):
                yield row
                continue
            metadata = _named(_named(test).get("metadata"))
            yield self._case(replace(row, number=number), metadata, became or {}, about, hit=hit)

    def _case(
        self,
        row: SourceRow,
        metadata: dict[str, Any],
        became: dict[str, Any],
        about: dict[str, Any] | None,
        *,
        hit: bool,
    ) -> SourceRow | InputError:
        plugin = str(metadata.get("pluginId") or "other")
        strategy = str(metadata.get("strategyId") or "basic")
        category = row.fields.get("harmCategory")
        fields = {name: value for name, value in row.fields.items() if name not in _BESIDE}
        if not fields:
            return InputError("has no value that an attack stands in", where=row.where)
        fields = self._as_sent(fields, strategy, about)
        kept = {name: metadata[name] for name in _KEPT if metadata.get(name)}
        kept |= {"harmCategory": category} if category else {}
        kept |= {name: value for name, value in became.items() if value is not None}
        asserted = _named(row.detail.get("promptfoo")).get("assert")
        detail = {"promptfoo": kept | ({"assert": asserted} if asserted else {})}
        return replace(
            row,
            fields=fields,
            bare=len(fields) == 1 and "dialog" not in fields,
            path=place("Red team", "promptfoo", plugin),
            proposed=True,
            checks=row.checks or judged(self._file.judge),
            tags=(TAG, plugin, strategy, *((HIT,) if hit else ())),
            detail=detail,
        )

    def _as_sent(self, fields: dict[str, Any], strategy: str, about: dict[str, Any] | None) -> dict[str, Any]:
        """The values as the app got them: of a strategy that tries and tries its last message, of one that talks all
        that its user said."""
        talks = any(name in strategy for name in _TALKS)
        name = next((name for name in _ASKED if name in fields), next(iter(fields)))
        if about is None:
            self._talks += talks
            return fields
        if talks and len(lines := _lines(about)) > 1:
            rest = {key: value for key, value in fields.items() if key != name}
            spec = dialog(lines)
            spec["dialog"]["variable"] = name
            return {**rest, **spec}
        final = about.get("redteamFinalPrompt")
        return {**fields, name: final} if isinstance(final, str) and final.strip() else fields


def _lines(about: dict[str, Any]) -> list[str]:
    """What the user of a talk said, turn by turn."""
    found: list[Any] = []
    if isinstance(messages := about.get("messages"), list):
        turns = [_named(one) for one in cast("list[Any]", messages)]
        found = [one.get("content") for one in turns if one.get("role") == "user"]
    elif isinstance(history := about.get("redteamHistory"), list):
        found = [_named(one).get("prompt") for one in cast("list[Any]", history)]
    return [one for one in found if isinstance(one, str) and one.strip()]


def _short(answer: Any) -> Any:
    return answer[:_ANSWER] if isinstance(answer, str) else answer


def _named(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
