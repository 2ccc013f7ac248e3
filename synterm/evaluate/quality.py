"""What is weak about a case, as far as the project file tells by itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import orjson

from synterm.checks.base import Answer, Check
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.dialog import names_of
from synterm.core.ids import content_id
from synterm.core.prompt import Example, PromptBody
from synterm.core.render import Renderer
from synterm.core.tree import Tree
from synterm.errors import InputError
from synterm.evaluate.checklist import Checklist
from synterm.storage.case_filter import Flag, QualityFacts
from synterm.storage.cases import Twins

FLAG_WORDS: dict[Flag, str] = {
    "dup": "another case says the same",
    "no-expected": "nothing is expected, which a check needs",
    "unknown-label": "expects none of the labels",
    "missing-var": "no value for a placeholder of the prompt",
    "empty": "the input is empty",
    "leak": "stands in another split or in the prompt's examples too",
}


_EXPECTED = ("some words that may be expected", 1, {"name": "value"}, ["name"])
"""What cases may expect, to see whether a check asks for anything at all."""


def quality_facts(tree: Tree, checklist: Checklist, body: PromptBody | None) -> QualityFacts:
    """What checks and prompt ask of cases. A prompt that does not compile asks for nothing."""
    scenarios = [node.id for node in tree.scenarios()]
    needy = frozenset(one for one in scenarios if any(_needs_expected(check, one) for check in checklist.parts(one)))
    examples = (content_id("case", {"input": shot.input, "expected": shot.expected}) for shot in _shots(body))
    return QualityFacts(needy, _variables(body), frozenset(examples), partial(_label_known, checklist))


def flags_of(case: Case, facts: QualityFacts, twins: Twins | None) -> tuple[Flag, ...]:
    """The flags of a case; `twins` says how its content is used."""
    found: dict[Flag, bool] = {
        "dup": twins is not None and twins.cases > 1,
        "no-expected": case.expected is None and case.scenario_id in facts.needs_expected,
        "unknown-label": not facts.label_known(case.scenario_id, orjson.dumps(case.expected).decode()),
        "missing-var": not facts.variables <= names_of(case.input),
        "empty": all(value is None or not str(value).strip() for value in case.input.values()),
        "leak": case.content_id in facts.examples or (twins is not None and twins.splits > 1),
    }
    return tuple(flag for flag, holds in found.items() if holds)


def labels_of(checklist: Checklist, scenario_id: str) -> tuple[str, ...]:
    """The labels that a scenario's label checks know."""
    known = (label for check in checklist.parts(scenario_id) for label in getattr(check, "labels", ()))
    return tuple(dict.fromkeys(known))


def _shots(body: PromptBody | None) -> Sequence[Example]:
    return body.examples if body else ()


def _variables(body: PromptBody | None) -> frozenset[str]:
    try:
        return frozenset(Renderer(body).variables) if body else frozenset()
    except InputError:
        return frozenset()


def _needs_expected(check: Check, scenario_id: str) -> bool:
    if check.costs or _can_judge(check, Case(scenario_id=scenario_id, input={})):
        return False
    # It may lack something else: a dialog, words, a context. Then whatever is expected does not help.
    labels = [label for part in check.parts() for label in getattr(part, "labels", ())[:1]]
    expected = (Case(scenario_id=scenario_id, input={}, expected=value) for value in (*labels, *_EXPECTED))
    return any(_can_judge(check, case) for case in expected)


def _label_known(checklist: Checklist, scenario_id: str, expected: str) -> bool:
    value = orjson.loads(expected)
    case = Case(scenario_id=scenario_id, input={}, expected=value)
    checks = (check for check in checklist.parts(scenario_id) if hasattr(check, "labels"))
    return value is None or all(_can_judge(check, case) for check in checks)


def _can_judge(check: Check, case: Case) -> bool:
    """Whether a check can say anything about an answer to the case: it asks what the case expects first."""
    answer = Answer(Completion(Outcome.COMPLETE, finish_reason="stop", cost_usd=0.0, latency_ms=0.0), case)
    try:
        if check.asks:
            return bool(check.questions(answer))
        check.judge(answer)
    except InputError:
        return False
    except Exception:  # noqa: BLE001 - a plugin may fail in any way: that is told when it judges an answer
        return True
    return True
