"""Shrinking a failure before one's eyes: the smallest input that still fails, and the nearest that passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from synterm.core.case import Case, input_text
from synterm.core.distill import Failing, Shrunk
from synterm.core.evaluation import Variant
from synterm.distill.probing import Prober
from synterm.distill.shrink.contrast import contrast_set, shrunk_finding
from synterm.distill.shrink.sense import Sense
from synterm.distill.shrink.shrink import REQUESTS, shrink
from synterm.errors import NotFoundError
from synterm.evaluate.provenance import who
from synterm.storage.project import Project
from synterm.text import one_line, plural, printable
from synterm.tui.cases.changes import adding
from synterm.tui.distill.reading import passing_beside, variant_of, variant_words
from synterm.tui.distill.rows import verdict_mark
from synterm.tui.screens.distill_probe import DoEdit, ProbeScreen
from synterm.tui.screens.text import MUTED
from synterm.tui.session import Session

_LONGEST = 4000
_MOST_WORDS = 600
"""Of longer inputs what was left out is not struck out, but only what is left shown."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is shrunk, under what, with cases that pass beside it."""

    case: Case
    variant: Variant
    passing: list[Case]
    sense: Sense
    """Tells whether what is left still asks for what is expected, for the label that the run saw."""


def start_of(project: Project, run_id: str, failing: Failing) -> Start:
    """The case of a failure, and what it fails under. Raises SyntermError where either is gone."""
    found = project.cases.named([failing.case_id])
    if not found:
        raise NotFoundError("the case is not in the project any more", hint="choose another failure")
    case = found[0]
    variant, passing = variant_of(project, run_id, failing), [*passing_beside(project, run_id, failing, case)]
    return Start(case, variant, passing, Sense(project, case, failing.got))


class ShrinkScreen(ProbeScreen):
    """Leaves out more and more of an input."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "keep", "Keep pair", id="probe.keep", tooltip="Keep the pair that differs least as two drafts"),
    ]
    DEFAULT_CSS = """
    ShrinkScreen {
        & VerticalScroll { height: 1fr; padding: 1; scrollbar-size-vertical: 1; }
        & #shrinking { height: auto; width: 1fr; }
    }
    """

    def __init__(
        self, session: Session, run_id: str, failing: Failing, keep: Callable[[Shrunk], None], do: DoEdit
    ) -> None:
        """`keep`: takes what was found; `do` makes an edit."""
        super().__init__(session, f"Shrink · {variant_words(failing)}")
        self.shrunk: Shrunk | None = None
        self.most = REQUESTS
        self._run_id = run_id
        self._failing = failing
        self._start: Start | None = None
        self._keep = keep
        self._do = do
        self._drawn: object = None

    def body(self) -> list[Widget]:
        """The input as it shrinks."""
        return [VerticalScroll(Static(id="shrinking", markup=False))]

    async def work_on(self) -> str:
        """Shrink it, and keep what was found."""
        self._start = start = await self.look(lambda project: start_of(project, self._run_id, self._failing))
        await self.ready(start.variant)
        live = self.session.generating.live
        prober = Prober(self.session.project, live.traffic, start.variant, live.limits_of_a_run(), self.watch_event)

        def sense(got: str | None) -> Sense:
            # Read in a thread for the label that the run saw; now and then another one is answered.
            return start.sense if got == self._failing.got else Sense(self.session.project, start.case, got)

        self.shrunk = await shrink(
            prober, start.case, most=self.most, passing=start.passing, watch=self._smaller, sense=sense
        )
        self._store(self.shrunk)
        return self.shrunk.ended

    def _smaller(self, found: Shrunk) -> None:
        self.shrunk = found

    def stopped(self) -> None:
        """What was left out so far is kept."""
        if self.shrunk and self.shrunk.ended == "shrinking":
            self.shrunk = self.shrunk.model_copy(update={"ended": "stopped"})
            self._store(self.shrunk)

    def _store(self, found: Shrunk) -> None:
        if found.before.failed and self._start:
            self.session.project.findings.put(shrunk_finding(found, self._start.variant, who()))
            self._keep(found)

    def draw_found(self) -> None:
        """What is left, of what, and the neighbour that passes."""
        state = (self.shrunk, self.running)
        if state != self._drawn:
            self._drawn = state
            self.query_one("#shrinking", Static).update(self._text())

    def _text(self) -> Content:
        found = self.shrunk
        if found is None:
            return Content.assemble((" before  ", MUTED), one_line(self._failing.input, _LONGEST))
        before, after = input_text(found.before.input), input_text(found.smallest.input)
        lines = [
            _line("before", struck(before, after), verdict_mark(found.before)),
            _line(
                "now" if self.running else "smallest",
                Content.styled(_shown(after), "bold"),
                verdict_mark(found.smallest),
            ),
            Content.styled(f"{'':10}{len(before.split())} → {plural(len(after.split()), 'word')}", MUTED),
        ]
        if found.passing:
            passing = _shown(input_text(found.passing.input))
            lines += [
                Content(""),
                _line("passes", Content(passing), verdict_mark(found.passing)),
                Content.assemble(("  change  ", MUTED), (printable(found.change), "bold")),
                Content.assemble(
                    "\n→ ", ("k", "bold $text-accent"), (" keeps the two as drafts beside the case", MUTED)
                ),
            ]
        elif not self.running and found.before.failed:
            lines.append(
                Content.styled("\nNo neighbour that passes was found; r goes on where it was cut short.", MUTED)
            )
        if found.flaky:
            lines.append(Content.styled("! some inputs passed in some repeats and failed in others", "$text-warning"))
        return Content("\n").join(lines)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a pair can be kept."""
        if action == "keep":
            return bool(self.shrunk and self.shrunk.passing)
        return super().check_action(action, parameters)

    async def action_keep(self) -> None:
        """Keep the pair as two drafts beside the case."""
        pair = contrast_set(self._start.case, self.shrunk) if self._start and self.shrunk else []
        cases = self.session.project.cases
        if not pair:
            self.notify("There is no neighbour that passes, so there is no pair to keep.", title="Shrink")
        elif self.session.project.cases.named([one.id for one in pair]):
            self.notify("The pair is kept already: tag:contrast in the cases finds it.", title="Shrink")
        elif await self._do(
            adding(cases, "a contrast pair kept as 2 drafts", pair), "Q in the workbench reviews drafts"
        ):
            self.draw_found()


def struck(before: str, after: str) -> Content:
    """A text in which what is not in the other is struck out."""
    old, new = before.split(), after.split()
    if len(old) > _MOST_WORDS:
        return Content(_shown(before))
    parts: list[Content] = []
    for what, a, b, _, _ in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        words = printable(" ".join(old[a:b]))
        if words:
            parts.append(Content(words) if what == "equal" else Content.styled(words, f"strike {MUTED}"))
    return Content(" ").join(parts)


def _shown(text: str) -> str:
    return printable(text[:_LONGEST])


def _line(name: str, text: Content, verdict: str) -> Content:
    ink = "$text-success" if verdict.startswith("✓") else "$text-error" if verdict.startswith("✗") else "$text-warning"
    return Content.assemble((f"{name:>8}  ", MUTED), text, "   ", (verdict, ink))
