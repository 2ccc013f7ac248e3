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


def lacking(session: Session) -> str:
    """What nothing can be evaluated without, and the key that makes it; empty where it is there."""
    if session.prompt is None:
        return "no prompt yet: N writes one"
    return "" if session.model else f"no model yet: {_key(session, 'A')} adds one"


def _key(session: Session, key: str) -> str:
    """A letter as it is to be pressed: who has a prompt may be typing in it."""
    return f"esc, {key}" if session.prompt else key


def _behaviors(name: str) -> str:
    return (
        "No behaviors yet.\nWhat should your prompt do?\n\n"
        f"n  makes a feature, then a behavior and a scenario in it\nI  imports cases, with places for them\n"
        f"synterm add {name} feature NAME"
    )


def _cases(session: Session, name: str) -> str:
    if not session.tree.scenarios():
        return (
            "No cases yet. Cases belong to a scenario.\n\n"
            "1  goes to the behaviors: n makes one\nI  imports cases from a file"
        )
    if len(session.rows):
        return _none_is_so(session)
    if session.query:
        return f"No case fits\n{one_line(session.query, 40)}\n\nesc  shows all again\nsplit:all status:all  looks wider"
    if session.node_id is not None and any(session.totals.values()):
        return "No cases here.\n\nn  makes one\nor choose another behavior above"
    return (
        f"No cases yet.\n\nn  makes one here\nI  imports them from a file\nsynterm add {name} case SCENARIO --file FILE"
    )


def _none_is_so(session: Session) -> str:
    """None of the cases in scope has such results."""
    again = _AGAIN if session.arrangement.terms else "f  in the results shows others"
    return f"No case has such results now.\n\n{again}"


def _results(session: Session) -> str:
    if session.model is None:
        return (
            f"No model yet: who answers?\n\n{_key(session, 'A')}  adds one, such as embedded/default\n"
            "synterm models  says which can be used"
        )
    if session.prompt is None:
        return "Results come with a prompt.\n\nN  writes one"
    if not len(session.rows):
        if session.query:
            return f"No case fits the filter.\n\n{_AGAIN}"
        pane = "2  goes to the cases" if session.tree.scenarios() else "1  goes to the behaviors"
        return f"Results come with cases.\n\n{_key(session, pane)}"
    return "" if len(session.shown) else _none_is_so(session)
