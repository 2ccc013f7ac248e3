"""Reviewing drafts in a plain terminal, one key for each, or line by line from a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

from synterm.cli.one_key import read_key, single_keys
from synterm.cli.output import data, say
from synterm.cli.typed import Command, block, from_lines, typed_line
from synterm.core.case import Case, value_text
from synterm.core.decision import Decision, Verdict, decided, edited_in_review
from synterm.describe.review.drafts import (
    CHECKS,
    REASONS,
    Draft,
    answer_of,
    detail_of,
    doubt_words,
    findings_of,
    generators_of,
    load_drafts,
)
from synterm.describe.review.nearest import NearestCases
from synterm.describe.review.queue import DraftQueue
from synterm.evaluate.checklist import Checklist
from synterm.reports.figures import score_figure
from synterm.storage.clock import now
from synterm.storage.drafts import Before
from synterm.storage.project import Project
from synterm.text import one_line, printable

KEYS: dict[str, str] = {
    "a": "accept",
    "x": "reject",
    "e": "edit",
    "l": "label",
    " ": "skip",
    "s": "skip",
    "b": "back",
    "u": "undo",
    "q": "quit",
    "\x04": "quit",
}
HELP = "a accept · x reject · e edit · l label · space skip · b back · u undo · q quit"
_SAID: dict[Verdict, str] = {"accepted": "✓ accepted", "rejected": "✗ rejected", "restored": "↺ restored"}


def review_drafts(project: Project, queue: DraftQueue, who: str) -> None:
    """Go through the queue until its end, ``quit`` or the end of the input; each decision is kept at once.

    Raises UsageError for a line from a pipe that is no command: what follows would be about other drafts than meant.
    """
    loop = _Loop(project, queue, who)
    if sys.stdin.isatty():
        with single_keys():
            loop.follow(_from_keys(loop))
    else:
        loop.follow(from_lines(KEYS, "decision"))


class _Loop:
    def __init__(self, project: Project, queue: DraftQueue, who: str) -> None:
        self._project = project
        self._queue = queue
        self._who = who
        self._tree = project.nodes.tree()
        self._checklist = Checklist(self._tree, models=project.models.all())
        self._nearest = NearestCases(project)
        self._before: list[Before | Case] = []
        """What undo puts back: as the file had it, or the whole case where it was edited."""
        self._doing: dict[str, Callable[[str], None]] = {
            "accept": lambda _: self._decide("accepted", ""),
            "reject": lambda reason: self._decide("rejected", one_line(reason, 500)),
            "edit": self._edit,
            "label": self._label,
            "skip": lambda _: self._step(1),
            "back": lambda _: self._step(-1),
            "undo": lambda _: self._undo(),
        }

    @property
    def labels(self) -> Sequence[str]:
        """The labels that the checks of the current draft's scenario know."""
        draft = self._queue.current
        parts = self._checklist.parts(draft.case.scenario_id) if draft else ()
        return tuple(dict.fromkeys(label for part in parts for label in getattr(part, "labels", ())))

    @property
    def text(self) -> str | None:
        """What the current draft says, where it is one text."""
        draft = self._queue.current
        values = list(draft.case.input.values()) if draft else []
        return values[0] if len(values) == 1 and isinstance(values[0], str) else None

    def follow(self, commands: Iterator[Command]) -> None:
        """Do what is asked for."""
        self._show()
        while self._queue.current is not None and (command := next(commands, None)) is not None:
            name, text = command
            if name == "quit":
                return
            self._doing[name](text)

    def _decide(self, verdict: Verdict, reason: str) -> None:
        draft = self._queue.current
        if draft is None:
            return
        decision = Decision(verdict=verdict, reason=reason, who=self._who, time=now())
        self._before.append(self._project.drafts.decide([draft.key], decision).result())
        self._queue.decide(draft.after(decision), verdict)
        data(_SAID[verdict] + (f": {reason}" if reason else ""))
        self._show()

    def _label(self, label: str) -> None:
        labels = self.labels
        if label not in labels:
            words = f"no label is called {one_line(label, 40)!r}" if label else "which label?"
            data(f"{words}: {', '.join(labels)}" if labels else "the checks of this scenario know no labels")
            return
        self._replace({"expected": label})

    def _edit(self, text: str) -> None:
        draft = self._queue.current
        if draft is None or self.text is None:
            data("it has several values: edit it in the workbench, by synterm edit, or in a spreadsheet (--export)")
        elif not text:
            data("what does it say then?")
        else:
            self._replace({"input": {next(iter(draft.case.input)): text}})

    def _replace(self, changes: dict[str, object]) -> None:
        """Accept the current draft with another text or label."""
        draft = self._queue.current
        if draft is None:
            return
        edited = draft.case.model_copy(update=changes)
        was = edited_in_review(draft.case, edited)
        decision = Decision(verdict="accepted", who=self._who, time=now(), was=was)
        after = decided(edited, decision)
        self._project.cases.put([after]).result()
        self._before.append(draft.case)
        self._queue.decide(Draft(draft.key, after, draft.seed), "accepted")
        data(_SAID["accepted"] + (f", {' and '.join(sorted(was))} edited" if was else ""))
        self._show()

    def _step(self, by: int) -> None:
        self._queue.step(by)
        self._show()

    def _undo(self) -> None:
        if not self._before:
            data("nothing to undo")
            return
        before = self._before.pop()
        if isinstance(before, Case):
            self._project.cases.put([before]).result()
        else:
            self._project.drafts.bring_back(before).result()
        self._queue.take_back()
        data("taken back")
        self._show()

    def _show(self) -> None:
        queue = self._queue
        while queue.key is not None:
            if missing := queue.missing():
                queue.take(missing, load_drafts(self._project, missing))
            if not queue.gone:
                break
            queue.step(1)
        draft = queue.current
        if draft is None:
            return
        counts = queue.counts
        scenario = draft.case.scenario_id
        path = self._tree.path(scenario) if scenario in self._tree else ""
        far = f"{queue.at + 1} of {len(queue)} · {counts['accepted']} accepted, {counts['rejected']} rejected"
        data(f"\n── {far} · {path} ──")
        for line in self._lines(draft):
            data(line)
        if verdict := queue.verdicts.get(draft.key):
            data(f"\nyou said {_SAID[verdict]}")
        sys.stdout.flush()

    def _lines(self, draft: Draft) -> Iterator[str]:
        case, seed = draft.case, draft.seed
        yield f"\ndraft {case.id[-8:]}\n{_values(case)}"
        doubt = doubt_words(case)
        yield f"\nexpected\n{block(value_text(case.expected) or '(nothing)')}" + (f"\n  ? {doubt}" if doubt else "")
        if seed is None and (answered := answer_of(case)):
            yield f"\nthe app answered ({answered[1]})\n{block(answered[0] or '(nothing)')}"
        if seed is not None:
            same = "" if seed.expected == case.expected else f"\n  which expects {value_text(seed.expected)}"
            yield f"\nseed {seed.id[-8:]}\n{_values(seed)}{same}"
        yield ""
        if made := generators_of(case):
            yield f"made by {made}: {one_line(str(case.origin.detail.get('note') or ''), 200)}"
        for name, title in CHECKS.items():
            if checked := detail_of(case, name):
                yield f"{title}: {one_line(checked[2], 300)}"
        scores = [f"{name} {score_figure(score)}" for name, score, _ in findings_of(case) if score is not None]
        if scores:
            yield f"filters: {', '.join(scores)}"
        if near := self._nearest.find(self._project, case):
            other = "  ! expects something else" if near.contradicts(case) else ""
            expects = one_line(value_text(near.case.expected), 40)
            yield f"nearest: {near.likeness:.2f} {one_line(near.case.title, 150)} → {expects}{other}"


def _values(case: Case) -> str:
    if len(case.input) == 1:
        return block(value_text(next(iter(case.input.values()))))
    return "\n".join(f"  {printable(name)}\n  {block(value_text(value))}" for name, value in case.input.items())


def _from_keys(loop: _Loop) -> Iterator[Command]:
    say(f"\n{HELP}")
    while True:
        key = read_key()
        name = KEYS.get(key.casefold())
        if name == "reject":
            if (reason := _chosen("why", REASONS, "enter: no reason")) is not None:
                yield name, reason
        elif name == "label":
            if label := _chosen("label", loop.labels, "enter: leave it"):
                yield name, label
        elif name == "edit":
            yield name, typed_line("text: ", loop.text or "") if loop.text is not None else ""
        elif name:
            yield name, ""
        elif key:
            say(HELP)


def _chosen(what: str, choices: Sequence[str], rest: str) -> str | None:
    """One of several, by its number; or what is typed. None: the question was left by escape."""
    keys = {str(at): words for at, words in enumerate(choices[:9], 1)}
    say(
        f"{what}?  "
        + " · ".join(f"{key} {one_line(words, 40)}" for key, words in keys.items())
        + f" · t types · {rest}"
    )
    while True:
        key = read_key()
        if key in keys:
            return keys[key]
        if key in ("\n", "\r", "x"):
            return ""
        if key == "t":
            return typed_line(f"{what}: ", "")
        if key in ("", "q", "\x04"):
            return None
