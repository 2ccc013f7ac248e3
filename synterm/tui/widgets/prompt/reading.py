"""What the texts of the editors say: a prompt body, and what is wrong with it. Pure, so that it may run in a thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from synterm.core.context import CONTEXT, FROM_DOCUMENTS, NO_DOCUMENTS
from synterm.core.examples import examples_text, parse_examples
from synterm.core.params_text import Check, params_text, parse_params
from synterm.core.prompt import Example, HalfTyped, Message, PromptBody, Role
from synterm.core.render import EXAMPLES, Renderer
from synterm.core.template import compile_template
from synterm.errors import InputError, did_you_mean
from synterm.tui.widgets.prompt.marks import Open, names_by_eye, opens

PARAMS = "params"
"""What the tab of the parameters is called."""
_NO_SETTINGS = "no case has a value for it; context: {top_k: 4} in the params takes it from the documents"


class Draft(NamedTuple):
    """What is typed in a prompt: what can be read of it, and the parts that can't yet."""

    body: PromptBody
    half: HalfTyped


@dataclass(frozen=True, slots=True)
class Texts:
    """What stands in the editors."""

    messages: tuple[tuple[Role, str], ...]
    examples: str
    params: str

    @property
    def each(self) -> list[str]:
        """All of them, in the order of the tabs."""
        return [*(text for _, text in self.messages), self.examples, self.params]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found out about one editor's text."""

    reasons: dict[str, str]
    """Names that get no value, and why."""
    opens: dict[int, Open]
    """Lines that begin within a tag."""
    problem: InputError | None
    wrong: int | None
    """The line that is wrong, from 0."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the texts say."""

    texts: Texts
    body: PromptBody
    half: HalfTyped
    problem: InputError | None
    """Why it can't be evaluated, if it can't."""
    reports: tuple[Report, ...]
    """For each message, the examples, the parameters."""
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the reader knows beside the texts."""

    names: frozenset[str] | None = None
    """What cases give values for; None: not known yet."""
    check: Check | None = None
    """What is wrong with a parameter."""
    documents: bool = False
    """Whether the project has documents to take context from."""


def as_texts(body: PromptBody, half: HalfTyped) -> Texts:
    """What the editors of a body show."""
    examples = half.examples if half.examples is not None else examples_text(body.examples, only_variable(body))
    params = half.params if half.params is not None else params_text(body.params)
    return Texts(tuple((message.role, message.content) for message in body.messages), examples, params)


def quick_body(texts: Texts, before: PromptBody) -> PromptBody:
    """The body as far as it is known without reading anything."""
    messages = tuple(Message(role=role, content=text) for role, text in texts.messages)
    return PromptBody(messages=messages, examples=before.examples, params=before.params)


def read_texts(texts: Texts, before: PromptBody, known: Known) -> Reading:
    """Read all; what can't be read stays as it was `before`."""
    body = quick_body(texts, before)
    params, params_report = _read_params(texts.params, body, known.check)
    body = PromptBody(messages=body.messages, examples=body.examples, params=params)
    reports = [_message_report(text, known, CONTEXT in params) for _, text in texts.messages]
    examples, examples_report = _read_examples(texts.examples, body)
    body = PromptBody(messages=body.messages, examples=examples, params=params)
    wrong_examples, wrong_params = examples_report.problem, params_report.problem
    half = HalfTyped(texts.examples if wrong_examples else None, texts.params if wrong_params else None)
    problem, names = wrong_params or wrong_examples, frozenset[str]()
    if wrong_examples and problem is wrong_examples:
        # A misspelt variable is one more than examples in short are about: it is what is wrong with them.
        problem = _misspelt(reports) or problem
    try:
        names = Renderer(body).variables
    except InputError as error:
        # What is wrong with a message may be all that is wrong with the examples.
        in_message = any(report.problem for report in reports)
        problem = error if in_message else problem or error
    _name(body)
    reports += [examples_report, params_report]
    return Reading(texts, body, half, problem, tuple(reports), tuple(sorted(names)))


def _misspelt(reports: Sequence[Report]) -> InputError | None:
    """The first variable that no case has a value for."""
    reasons = (reason for report in reports for reason in report.reasons.values())
    return next(map(InputError, reasons), None)


def _name(body: PromptBody) -> None:
    """Hash the body here, so that it is not done where people type."""
    try:
        assert body.id
    except TypeError:
        # JSON can't hold it. Saving says so.
        return


def _message_report(text: str, known: Known, takes_context: bool) -> Report:
    problem, names = None, frozenset[str]()
    try:
        names = compile_template(text).variables
    except InputError as error:
        problem, names = error, names_by_eye(text)
    given = known.names
    if given is not None and takes_context:
        given = given | FROM_DOCUMENTS if known.documents else given - FROM_DOCUMENTS
    unknown = sorted(names - given - {EXAMPLES}) if given is not None else []
    reasons = {name: _reason(name, given or frozenset(), takes_context) for name in unknown}
    return Report(reasons, opens(text.split("\n")), problem, _line_of(problem))


def _reason(name: str, known: frozenset[str], takes_context: bool) -> str:
    if name in FROM_DOCUMENTS:
        lacks = f"{NO_DOCUMENTS}; the palette adds them" if takes_context else _NO_SETTINGS
        return f"{name}: {lacks}"
    hint = did_you_mean(name, known | {EXAMPLES}) if known else None
    return f"{name}: no case has a value for it" + (f"; {hint}" if hint else "")


def _line_of(problem: InputError | None) -> int | None:
    """The line that an error names, from 0."""
    number = (problem.where or "").rpartition("line ")[2] if problem else ""
    return int(number) - 1 if number.isdecimal() else None


def _read_examples(text: str, body: PromptBody) -> tuple[tuple[Example, ...], Report]:
    try:
        return parse_examples(text, only_variable(body) if text.strip() else None), Report({}, {}, None, None)
    except InputError as error:
        problem = InputError(error.message, where=f"examples, {error.where}", hint=error.hint)
        return body.examples, Report({}, {}, problem, _line_of(problem))


def _read_params(text: str, body: PromptBody, check: Check | None) -> tuple[dict[str, Any], Report]:
    try:
        return parse_params(text, check), Report({}, {}, None, None)
    except InputError as error:
        problem = InputError(error.message, where=f"params, {error.where}", hint=error.hint)
        return body.params, Report({}, {}, problem, _line_of(problem))


def message_names(roles: Sequence[Role]) -> list[str]:
    """``system``, ``user``; numbered where a role comes more than once."""
    totals, seen = Counter(roles), Counter[str]()
    names: list[str] = []
    for role in roles:
        seen[role] += 1
        names.append(role if totals[role] == 1 else f"{role} {seen[role]}")
    return names


def only_variable(body: PromptBody) -> str | None:
    """The prompt's only variable; None when it has none, several, or does not compile."""
    try:
        found = [compile_template(message.content).variables for message in body.messages]
    except InputError:
        return None
    from_documents = FROM_DOCUMENTS if CONTEXT in body.params else frozenset[str]()
    names = sorted(frozenset[str]().union(*found) - from_documents - {EXAMPLES})
    return names[0] if len(names) == 1 else None
