"""Judging answers in a plain terminal, one key for each, or line by line from a pipe. Blind to the checks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

from synterm.cli.one_key import read_key, single_keys
from synterm.cli.output import data, say
from synterm.cli.typed import Command, block, from_lines, typed_line
from synterm.core.case import value_text
from synterm.evaluate.review.candidate import Output
from synterm.evaluate.review.queue import ReviewQueue
from synterm.reports.figures import percent
from synterm.storage.project import Project
from synterm.text import one_line, printable

KEYS: dict[str, str] = {
    "y": "pass",
    "p": "pass",
    "f": "fail",
    "n": "fail",
    " ": "skip",
    "s": "skip",
    "b": "back",
    "u": "undo",
    "o": "note",
    "t": "tell",
    "q": "quit",
    "\x04": "quit",
}
HELP = "y pass · f fail · space skip · b back · u undo · o note · t tell what the checks say, after yours · q quit"
_SAID = {True: "✓ pass", False: "✗ fail", None: "no verdict"}


def review_answers(project: Project, queue: ReviewQueue, *, telling: bool) -> None:
    """Go through the queue until its end, ``quit`` or the end of the input; each verdict is kept at once.

    Raises UsageError for a line from a pipe that is no command: what follows would be about other answers than meant.
    """
    loop = _Loop(project, queue, telling)
    if sys.stdin.isatty():
        with single_keys():
            loop.follow(_from_keys(lambda: queue.note))
    else:
        loop.follow(from_lines(KEYS, "verdict"))


class _Loop:
    def __init__(self, project: Project, queue: ReviewQueue, telling: bool) -> None:
        self._project = project
        self._queue = queue
        self._telling = telling
        self._doing: dict[str, Callable[[], None]] = {
            "pass": lambda: self._judge(True),
            "fail": lambda: self._judge(False),
            "skip": lambda: self._step(1),
            "back": lambda: self._step(-1),
            "undo": self._undo,
            "tell": self._tell,
        }

    def follow(self, commands: Iterator[Command]) -> None:
        queue = self._queue
        self._show()
        while queue.current is not None and (command := next(commands, None)) is not None:
            name, text = command
            if name == "quit":
                return
            if name == "note":
                self._note(text)
            else:
                self._doing[name]()

    def _judge(self, passed: bool) -> None:
        queue = self._queue
        output = queue.current
        if output is None:
            return
        review = queue.review(output, passed)
        self._project.reviews.put(review).result()
        queue.give(review)
        data(_SAID[passed])
        if self._telling:
            data(f"the checks: {_SAID[output.passed]}")
        if near := queue.near_previous():
            who = f" by {one_line(near.review.who, 40)}" if near.review.who else ""
            otherwise = "; u takes yours back" if near.review.passed != passed else ""
            data(f"an answer {percent(near.likeness)} the same was judged {_SAID[near.review.passed]}{who}{otherwise}")
        self._show()

    def _step(self, by: int) -> None:
        self._queue.step(by)
        self._show()

    def _undo(self) -> None:
        last = self._queue.last()
        if last is None:
            data("nothing to undo")
            return
        review, before = last
        reviews = self._project.reviews
        if before:
            reviews.put(before).result()
        else:
            reviews.remove(review.id).result()
        self._queue.take_back()
        data("taken back")
        self._show()

    def _note(self, text: str) -> None:
        queue = self._queue
        queue.write(text)
        if queue.verdict:
            self._project.reviews.put(replace(queue.verdict, note=text)).result()
        data(f"note: {one_line(text, 200)}" if text else "no note")

    def _tell(self) -> None:
        self._telling = not self._telling
        data("what the checks say is told after each verdict" if self._telling else "the checks keep silent")

    def _show(self) -> None:
        queue = self._queue
        output = queue.current
        if output is None:
            return
        more = f" · {queue.left:,} more after these" if queue.left else ""
        data(f"\n── {queue.at + 1} of {len(queue)} · {queue.judged} judged{more} ──")
        for line in _lines(output):
            data(line)
        if queue.verdict:
            data(f"\nyou said {_SAID[queue.verdict.passed]}")
        if queue.note:
            data(f"\nnote: {one_line(queue.note, 200)}")
        sys.stdout.flush()


def _lines(output: Output) -> Iterator[str]:
    """What is judged. Nothing of what checks or others say."""
    values = output.case.input
    for name, value in values.items():
        yield f"\n{'input' if len(values) == 1 else f'input {printable(name)}'}\n{block(value_text(value))}"
    if output.case.expected is not None:
        yield f"\nexpected\n{block(value_text(output.case.expected))}"
    yield f"\nanswer\n{block(output.text or '(empty)')}"


def _from_keys(note: Callable[[], str]) -> Iterator[Command]:
    say(f"\n{HELP}")
    while True:
        key = read_key()
        name = KEYS.get(key.casefold())
        if name == "note":
            yield "note", typed_line("note: ", note())
        elif name:
            yield name, ""
        elif key:
            say(HELP)
