"""Cases as YAML for a person's own editor: one document each, read back under the ids that they had."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from pydantic import ValidationError

from synterm.core.case import Case, Status
from synterm.core.problems import problems_of
from synterm.errors import InputError, did_you_mean
from synterm.formats.case_text import CaseText
from synterm.formats.findings import Findings
from synterm.formats.safe_yaml import load_yaml
from synterm.text import one_line

MOST_CASES = 200
"""As many as a person can look through in an editor."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z ]*[A-Za-z]|[A-Za-z]")
_WORDS_OF_YAML = frozenset("null true false yes no on off y n nan inf".split())
_BETWEEN = re.compile(r"---\s*")


class _Document(CaseText):
    id: str
    status: Status = "accepted"
    scenario: str


class _Dumper(yaml.SafeDumper):
    """Texts that YAML could read as something else stand in quotes; long ones as they are, line by line."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _WORDS_OF_YAML
    style = None if plain else "|" if "\n" in text.strip("\n") else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def write_documents(cases: Sequence[Case], paths: Mapping[str, str], names: Sequence[str]) -> str:
    """The cases as YAML; `paths`: of their scenarios, by id; `names`: what the screens call each case."""
    return "---\n".join(
        f"# {name}, {case.origin.kind}: {one_line(case.title, 60)}\n{_document(case, paths)}"
        for case, name in zip(cases, names, strict=True)
    )


def read_documents(text: str, cases: Sequence[Case], paths: Mapping[str, str]) -> list[Case]:
    """The cases as they were edited; one whose document is gone stays as it is, and is left out.

    Raises InputError with all problems, each with its line.
    """
    before = {case.id: case for case in cases}
    found: dict[str, Case] = {}
    problems: list[str] = []
    for part in _parts(text):
        try:
            case = _case(part, before, paths)
        except InputError as error:
            problems.append(f"{error}; {error.hint}" if error.hint else str(error))
            continue
        if case is not None and case.id in found:
            problems.append(f"the case {case.id} stands twice")
        elif case is not None:
            found[case.id] = case
    if problems:
        raise InputError("\n".join(problems))
    return list(found.values())


def _document(case: Case, paths: Mapping[str, str]) -> str:
    body: dict[str, Any] = {
        "id": case.id,
        "input": case.input,
        "expected": case.expected,
        "tags": list(case.tags),
        "split": case.split,
        "status": case.status,
        "scenario": paths[case.scenario_id],
    }
    return yaml.dump(body, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)


def _parts(text: str) -> Iterator[str]:
    """The documents; each begins with as many empty lines as stand before it, so that its lines are those of all."""
    lines: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if _BETWEEN.fullmatch(line):
            yield "\n".join(lines)
            lines = [""] * (number + 1)
        else:
            lines.append(line)
    yield "\n".join(lines)


def _case(part: str, before: Mapping[str, Case], paths: Mapping[str, str]) -> Case | None:
    document = load_yaml(part, name="the file")
    if document.data is None:
        return None
    findings = Findings(document)
    try:
        form = _Document.model_validate(document.data)
    except ValidationError as error:
        for problem in problems_of(error, _Document):
            findings.add(problem)
        findings.raise_any()
        raise
    if form.id not in before:
        findings.add_at(("id",), InputError("is none of the cases that are edited"))
    if not isinstance(form.input, dict):
        findings.add_at(("input",), InputError('must be named values, such as {message: "…"}'))
    scenario = next((node_id for node_id, path in paths.items() if path == form.scenario), None)
    if scenario is None:
        findings.add_at(("scenario",), InputError("is no scenario", hint=did_you_mean(form.scenario, paths.values())))
    findings.raise_any()
    own: dict[str, Any] = {"input": form.input, "expected": form.expected, "tags": form.tags, "split": form.split}
    return Case.model_validate({**before[form.id].model_dump(), **own, "status": form.status, "scenario_id": scenario})
