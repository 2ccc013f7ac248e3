"""What a pane says when it has nothing to show: why, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from synterm.text import one_line
from synterm.tui.session import Session

_AGAIN = "esc  in the cases shows all again"


@dataclass(frozen=True, slots=True)
class Hints:
    """One text for each pane; empty where there is something to show."""

    behaviors: str = ""
    cases: str = ""
    prompt: str = ""
    results: str = ""


def hints_for(session: Session) -> Hints:
    """What the empty panes of a session say."""
    name = one_line(session.project.path.name, 30)
    return Hints(
        behaviors="" if len(session.tree) else _behaviors(name),
        cases="" if len(session.shown) else _cases(session, name),
        prompt="" if session.prompt else "No prompt yet: the text that is being worked on.\n\nN  writes one",
        results=_results(session),
    )


def _behaviors(name: str) -> str:
    return f"No behaviors yet.\nWhat should your prompt do?\n\nn  makes a feature here\nsynterm add {name} feature NAME"


def _cases(session: Session, name: str) -> str:
    if not len(session.tree):
        return "No cases yet.\nCases belong to a scenario:\nbegin in the pane of behaviors."
    if len(session.rows):
        return _none_is_so(session)
    if session.query:
        return f"No case fits\n{one_line(session.query, 40)}\n\nesc  shows all again\nsplit:all status:all  looks wider"
    if session.node_id is not None and any(session.totals.values()):
        return "No cases here.\n\nn  makes one\nor choose another behavior above"
    return f"No cases yet.\n\nn  makes one here\nsynterm add {name} case SCENARIO --file FILE"


def _none_is_so(session: Session) -> str:
    """None of the cases in scope has such results."""
    again = _AGAIN if session.arrangement.terms else "f  in the results shows others"
    return f"No case has such results now.\n\n{again}"


def _results(session: Session) -> str:
    if session.model is None:
        return (
            "No model yet: who answers?\n\nA  adds one, such as embedded/default\n"
            "synterm models  says which can be used"
        )
    if session.prompt is None:
        return "Results come with a prompt:\nsee the pane above."
    if not len(session.rows):
        return (
            "Results come with cases:\nsee the pane of cases."
            if not session.query
            else f"No case fits the filter.\n\n{_AGAIN}"
        )
    return "" if len(session.shown) else _none_is_so(session)
