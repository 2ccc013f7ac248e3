"""Data sets of pydantic-evals: YAML or JSON with cases, and evaluators for all of them or for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from synterm.checks.registry import load_check
from synterm.core.tree import CheckConfig
from synterm.errors import InputError
from synterm.formats.safe_yaml import load_yaml
from synterm.formats.sources.base import Rows, Source, SourceFile, text_row
from synterm.formats.sources.lines import text_of
from synterm.formats.sources.peek import Peek

_MOST_BYTES = 20_000_000


class PydanticEvals(Source):
    """A data set; evaluators that exist here become checks of the scenario."""

    name = "pydantic-evals"
    title = "data sets of pydantic-evals: YAML or JSON with cases"
    tells_expected = True

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        if peek.ending in (".yaml", ".yml"):
            return "\ncases:" in f"\n{peek.text}" and "inputs:" in peek.text
        return peek.is_json and "cases" in peek.names and '"inputs"' in peek.text

    def rows(self, file: SourceFile) -> Rows:
        # JSON is YAML, but for tabs before what stands on a line.
        document = load_yaml(text_of(file, _MOST_BYTES).replace("\t", "  "), name=file.title)
        data: Any = document.data
        cases: Any = cast("dict[str, Any]", data).get("cases") if isinstance(data, dict) else None
        if not isinstance(cases, list):
            raise InputError("has no list of cases", where=file.title)
        common = _list(cast("dict[str, Any]", data).get("evaluators"))
        left = Counter[str]()
        for place, case in enumerate(cast("list[Any]", cases)):
            where = document.where(("cases", place))
            if not isinstance(case, dict) or "inputs" not in case:
                yield InputError("must be a case with inputs", where=where)
                continue
            given = cast("dict[str, Any]", case)
            checks, kept = _checks([*common, *_list(given.get("evaluators"))], file.judge, left)
            detail = {name: given[name] for name in ("name", "metadata") if given.get(name)}
            if kept:
                detail["evaluators"] = kept
            yield text_row(
                where,
                place + 1,
                given["inputs"],
                expected=given.get("expected_output"),
                checks=tuple(checks),
                detail={"pydantic_evals": detail} if detail else {},
            )
        if left:
            told = "; ".join(f"{reason} ({count:,})" for reason, count in left.most_common(12))
            file.note(f"evaluators that are not portable are kept in the cases' origin: {told}")


def _checks(evaluators: list[Any], judge: str | None, left: Counter[str]) -> tuple[list[CheckConfig], list[Any]]:
    """The checks, and the evaluators that are none here."""
    checks: list[CheckConfig] = []
    kept: list[Any] = []
    for one in evaluators:
        name, given = _named(one)
        check = _check(name, given, judge)
        if check is not None:
            try:
                load_check(check)
            except InputError:
                check = None
        if check is None:
            kept.append(one)
            left[f"{name} asks a model: --judge MODEL says which" if name == "LLMJudge" and not judge else name] += 1
        else:
            checks.append(check)
    return checks, kept


def _named(evaluator: Any) -> tuple[str, Any]:
    given = cast("dict[str, Any]", evaluator) if isinstance(evaluator, dict) else {str(evaluator): None}
    return next(iter(given.items())) if len(given) == 1 else (", ".join(given), None)


def _check(name: str, given: Any, judge: str | None) -> CheckConfig | None:
    fields: Mapping[str, Any] = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    match name:
        case "EqualsExpected":
            return {"type": "equals"}
        case "Equals":
            return {"type": "equals", "value": fields.get("value", given)}
        case "Contains" if "as_strings" not in fields:
            kind = "contains" if fields.get("case_sensitive", True) else "icontains"
            return {"type": kind, "value": fields.get("value", given)}
        case "LLMJudge" if judge and not fields.keys() - {
            "rubric",
            "include_input",
            "include_expected_output",
            "model",
        }:
            check = {"type": "llm-rubric", "value": fields.get("rubric", given), "model": judge}
            return check | ({"reference": True} if fields.get("include_expected_output") else {})
        case _:
            return None


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
