"""Of which type a failure is, as far as rules can say: the first one that fits says so, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from synterm.core.distill import Failing, FailureType, Triage
from synterm.describe.wording import normal
from synterm.distill.triage.facts import Facts, Neighbour
from synterm.text import one_line, plural

RULES = "rules"
_SAME_INPUT = 0.92
"""From this likeness on, by meaning or by wording, two inputs ask the same."""
_NEAR = {True: 0.5, False: 0.6}
"""From this likeness on a neighbour tells something."""
_AGREE = 4
"""So many of the neighbours must agree."""
_TELLING = 20
"""From so many answers on it tells something which labels they are."""
_RARE = 0.05
"""A label in no more than this share of the answers is hardly ever said."""
_SHOWN = 60

Rule = Callable[[Failing, Facts], str | None]


def propose(failing: Failing, facts: Facts) -> Triage:
    """The type that the rules propose. Where none fits it is the model's error; the reason says what speaks for it."""
    for kind, rule in _RULES:
        if reason := rule(failing, facts):
            return Triage(type=kind, reason=reason, by=RULES)
    return Triage(type="model error", reason=_model_error(failing, facts), by=RULES)


def _no_verdict(failing: Failing, facts: Facts) -> str | None:
    if failing.judged:
        return None
    return f"no verdict {plural(failing.errors, 'time')}: {one_line(failing.got or failing.reason, _SHOWN)}"


def _people_say_right(failing: Failing, facts: Facts) -> list[str]:
    return [*facts.reviewed_right] if len(facts.reviewed_right) > len(facts.reviewed_wrong) else []


def _wrong_by_people(failing: Failing, facts: Facts) -> str | None:
    """Where a label is compared, a right answer that differs from it means that the label is wrong."""
    who = _people_say_right(failing, facts)
    if not who or failing.got not in facts.labels or failing.got == failing.expected:
        return None
    return f"{one_line(', '.join(who), _SHOWN)} judged {failing.got} right, and the case expects {failing.expected}"


def _misjudged(failing: Failing, facts: Facts) -> str | None:
    if who := _people_say_right(failing, facts):
        return f"{one_line(', '.join(who), _SHOWN)} judged this very answer right"
    if failing.expected and normal(failing.got) == normal(failing.expected):
        return f"the answer says {one_line(failing.got, _SHOWN)}, as is expected, but for how it is written"
    if failing.expected in facts.labels and failing.got not in facts.labels and _names_only(failing, facts):
        return f"the answer names {failing.expected} and no other label, but the check reads none from it"
    return None


def _names_only(failing: Failing, facts: Facts) -> bool:
    said = f" {normal(failing.got)} "
    named = [label for label in facts.labels if f" {normal(label)} " in said]
    return named == [failing.expected]


def _contradicted(failing: Failing, facts: Facts) -> str | None:
    for near in facts.neighbours:
        alike = max(near.likeness, near.wording)
        differs = near.expected is not None and failing.expected is not None and near.expected != failing.expected
        if alike >= _SAME_INPUT and differs:
            says = f"{alike:.2f} like it, expects {one_line(str(near.expected), _SHOWN)}"
            agrees = ", which is the answer" if near.expected == failing.got else ""
            return f"case {near.case_id[-8:]} {_quoted(near)}, {says}{agrees}"
    return None


def _outvoted(failing: Failing, facts: Facts) -> str | None:
    """Neighbours expect what was answered, and so do all other variants: the case may be the one that is wrong."""
    if failing.got not in facts.labels or failing.expected is None:
        return None
    near = _near(facts)
    agreeing = [one for one in near if one.expected == failing.got]
    others = list((facts.others or {}).values())
    if others and any(label != failing.got for label in others):
        return None
    if len(agreeing) < _AGREE or any(one.expected == failing.expected for one in near):
        return None
    also = f", and so do all {plural(len(others), 'other variant')}" if others else ""
    return f"{len(agreeing)} of its {len(near)} nearest cases expect {failing.got}{also}"


def _never_named(failing: Failing, facts: Facts) -> str | None:
    return f"the prompt nowhere names {failing.expected}, which is expected" if facts.unnamed else None


def _undescribed(failing: Failing, facts: Facts) -> str | None:
    """Nobody wrote down what is wanted, and no case near it shows it."""
    if facts.described or any(one.expected == failing.expected for one in _near(facts)):
        return None
    if not facts.neighbours:
        return "the behavior has no description, and there is no other case"
    near = facts.neighbours[0]
    return (
        f"the behavior has no description, and no near case expects it: {_quoted(near)} is {near.likeness:.2f} like it"
    )


_RULES: Sequence[tuple[FailureType, Rule]] = (
    ("infrastructure", _no_verdict),
    ("wrong label", _wrong_by_people),
    ("judge error", _misjudged),
    ("wrong label", _contradicted),
    ("wrong label", _outvoted),
    ("spec gap", _never_named),
    ("spec gap", _undescribed),
)


def _model_error(failing: Failing, facts: Facts) -> str:
    parts: list[str] = []
    others = facts.others or {}
    if right := [name for name, label in others.items() if label is None]:
        parts.append(f"{len(right)} of {plural(len(others), 'other variant')} get it right")
    near = [one for one in _near(facts) if one.expected == failing.expected and failing.expected is not None]
    if near:
        parts.append(f"{len(near)} of its nearest cases expect {one_line(str(failing.expected), _SHOWN)} too")
    if facts.reviewed_wrong:
        parts.append(f"{one_line(', '.join(facts.reviewed_wrong), _SHOWN)} judged the answer wrong")
    if leaning := _leaning(failing, facts):
        parts.append(leaning)
    counted = f"failed {failing.failed} of {plural(failing.judged, 'time')}"
    return "; ".join(parts) or f"{counted}, and nothing speaks against the case or the check"


def _leaning(failing: Failing, facts: Facts) -> str:
    """That it says one label too often, or hardly ever the one that is expected: then it is no matter of this case."""
    said = facts.answers or {}
    total = sum(made for made, _ in said.values())
    if total < _TELLING or failing.expected not in facts.labels or failing.got not in said:
        return ""
    made, wrong = said[failing.got]
    wanted, _ = said.get(str(failing.expected), (0, 0))
    if 2 * wrong < made and wanted > total * _RARE:
        return ""
    often = f"it answers {failing.got} in {made:,} of {total:,} cases, {wrong:,} of them wrong"
    if wanted > total * _RARE:
        return often
    rarely = f"only {plural(wanted, 'time')}" if wanted else "never"
    return f"{often}, and {failing.expected} {rarely}"


def _near(facts: Facts) -> list[Neighbour]:
    return [one for one in facts.neighbours if one.likeness >= _NEAR[facts.by_meaning]]


def _quoted(neighbour: Neighbour) -> str:
    return f'"{one_line(neighbour.title, 40)}"'
