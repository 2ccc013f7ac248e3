"""The inbox of traffic: what is worth a case becomes a draft with one key, the rest is put away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, cast, get_args

from textual import work
from textual.binding import Binding, BindingType
from textual.worker import Worker, get_current_worker  # pyright: ignore[reportUnknownVariableType]

from synterm.core.case import Split, value_text
from synterm.core.traffic import LoggedCall
from synterm.errors import InputError, SyntermError
from synterm.production.inbox import some_calls
from synterm.production.placings import Replaced, placing_again
from synterm.production.promote import Drafted, Promoter, Promotion, Wanted, suggested_path
from synterm.storage.traffic import TrafficFilter
from synterm.text import one_line, plural, printable
from synterm.tui.edits import Edit
from synterm.tui.inbox.edits import dismissing, promoting
from synterm.tui.inbox.places import PlaceRow
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.forms import Field, FormScreen, Values
from synterm.tui.screens.inbox_seen import InboxSeenScreen
from synterm.tui.session import Session

_TYPICAL = 5
"""So many cases of a cluster are proposed."""
_SPLITS: tuple[Split, ...] = get_args(Split)


class InboxScreen(InboxSeenScreen):
    """Promotes calls, puts them away, and takes both back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "promote", "Promote", id="inbox.promote", tooltip="Make a draft case of the call"),
        Binding("x", "put_away", "Put away", id="inbox.dismiss", tooltip="It is of no use as a case"),
        Binding("u", "undo", "Undo", id="inbox.undo", tooltip="Take back the last edit"),
        Binding("e", "edit", "Edit", id="inbox.edit", tooltip="Promote with another scenario or expected result"),
        Binding("A", "typical", "Typical", id="inbox.typical", show=False, tooltip="Cases of what is typical here"),
        Binding("p", "place", "Place", id="inbox.place", tooltip="Place all calls again, by the cases as they are now"),
        Binding("slash", "filter", "Filter", id="inbox.filter", tooltip="Find calls by words, time, model, confidence"),
        Binding("Q", "review", "Review drafts", id="inbox.review", tooltip="Accept or correct what was promoted"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._into: dict[str, str] = {}
        """Where calls of a place that is in no scenario go, by the place: as it was said last."""

    # Promoting.

    def action_promote(self) -> None:
        """Make a draft of the call under the cursor; on the list of places, of what is typical there."""
        if self.places.has_focus:
            self.action_typical()
        elif call := self._open_call():
            self._promote(call)

    def action_edit(self) -> None:
        """Make a draft of the call under the cursor, as a form says."""
        if call := self._open_call():
            self._promote_by_form(call)

    @work(exclusive=True, group="edit", exit_on_error=False)
    async def _promote(self, call: LoggedCall) -> None:
        into = None if call.placing == "placed" else self._into.get(self._key)
        if into is None and not self._is_placed(call):
            self._promote_by_form(call)
            return
        found = await self._plan([call], Wanted(into=into))
        if not found.drafts:
            why = found.skipped[0].why if found.skipped else "it says nothing new"
            self.notify(printable(f"left out: {why}\ne makes a case of it all the same"), markup=False)
        elif await self._make(found):
            self._go_on()

    @work(exclusive=True, group="form", exit_on_error=False)
    async def _promote_by_form(self, call: LoggedCall) -> None:
        path = None if self._is_placed(call) else self._suggested()
        draft = (await self._plan([call], Wanted(into=path, duplicates=True))).drafts[0]

        async def save(values: Values) -> None:
            wanted = Wanted(
                into=_required(values["scenario"]),
                split=_split(values["split"]),
                duplicates=True,
                expected=_said(draft, values["expected"]),
            )
            await self.session.edits.do(promoting(self.session.project, await self._plan([call], wanted), self.became))
            self.changed.add("")
            if not self._is_placed(call):
                self._into[self._key] = values["scenario"]

        fields = [
            self._place_field(draft.path),
            Field("expected", "expected", value_text(draft.case.expected), "text", "empty: nothing is expected"),
            _split_field(),
        ]
        note = f"! {draft.near}" if draft.near else f"the app answered: {one_line(call.output, 200) or 'nothing'}"
        if await self.app.push_screen_wait(FormScreen("A case of this call", fields, save, note)):
            self._go_on()

    @work(exclusive=True, group="form", exit_on_error=False)
    async def action_typical(self) -> None:
        """Make drafts of what is typical of the place under the cursor."""
        place = self.place
        if place is None or not self._may_edit():
            return
        if not place.group.new:
            self.notify("nothing new here: t shows what was promoted and put away", markup=False)
            return
        which, name = self.listed(place), one_line(place.name, 60)
        homeless = place.kind not in ("behavior", "scenario")
        made: list[Promotion] = []

        async def save(values: Values) -> None:
            into = _required(values["scenario"]) if homeless else values["scenario"].strip() or None
            wanted = Wanted(into=into, split=_split(values["split"]), most=_number(values["most"]))
            made[:] = [await self._plan_of(which, wanted)]
            if not made[0].drafts:
                raise InputError(f"all of them say what cases say already ({len(made[0].skipped):,} looked at)")
            if homeless:
                self._into[place.key] = values["scenario"]
            await self.session.edits.do(promoting(self.session.project, made[0], self.became))
            self.changed.add("")

        fields = [
            self._place_field(self._suggested() if homeless else "", "" if homeless else "empty: where each is placed"),
            Field("most", "how many", str(min(_TYPICAL, place.group.new)), "number", "typical, and unlike each other"),
            _split_field(),
        ]
        note = f"{plural(place.group.new, 'call')} are new here. What cases say already is left out."
        if await self.app.push_screen_wait(FormScreen(f"Promote: {name}", fields, save, note)):
            self._tell_made(made[0])

    async def _plan(self, calls: Sequence[LoggedCall], wanted: Wanted) -> Promotion:
        return await asyncio.to_thread(self.read, lambda project: Promoter(project).plan(calls, wanted))

    async def _plan_of(self, which: TrafficFilter, wanted: Wanted) -> Promotion:
        return await asyncio.to_thread(
            self.read, lambda project: Promoter(project).plan(some_calls(project, which), wanted)
        )

    async def _make(self, found: Promotion) -> bool:
        if await self._do(promoting(self.session.project, found, self.became)):
            self._tell_made(found)
            return True
        return False

    def _tell_made(self, found: Promotion) -> None:
        paths = dict.fromkeys(draft.path for draft in found.drafts)
        left_out = f"\n{plural(len(found.skipped), 'call')} left out" if len(found.skipped) else ""
        words = f"{plural(len(found.drafts), 'draft')} in {', '.join(paths)}; u takes it back, Q reviews{left_out}"
        self.notify(printable(words), title=self.heading, markup=False)

    # Putting away, and back.

    def action_put_away(self) -> None:
        """Put the call under the cursor away; on the list of places, all that is new there, after asking."""
        if self.places.has_focus:
            self._dismiss_place()
        elif call := self._open_call():
            self._dismiss([call.id])

    @work(exclusive=True, group="edit", exit_on_error=False)
    async def _dismiss(self, ids: Sequence[str]) -> None:
        if await self._do(dismissing(self.session.project, ids, self.became)):
            self._go_on()

    @work(exclusive=True, group="form", exit_on_error=False)
    async def _dismiss_place(self) -> None:
        place = self.place
        if place is None or not place.group.new or not self._may_edit():
            return
        question = f"{plural(place.group.new, 'call')} of {one_line(place.name, 60)}. u brings them back."
        if await self.app.push_screen_wait(ConfirmScreen("Put all of them away?", question, "Put away")):
            which = self._new_of(place)
            ids = await asyncio.to_thread(self.read, lambda project: project.inbox.ids(which))
            await self._do(dismissing(self.session.project, ids, self.became))

    @work(exclusive=True, group="edit", exit_on_error=False)
    async def action_undo(self) -> None:
        """Take back the last edit."""
        try:
            edit = await self.session.edits.undo()
        except SyntermError as error:
            self.tell(error)
            return
        self.notify(printable(f"undone: {edit.label}" if edit else "nothing to undo"), markup=False)
        if edit:
            self.changed |= {"", *edit.touched}

    # Placing.

    def action_place(self) -> None:
        """Place all calls again, by the cases as they are now."""
        if self._may_edit():
            self._place_again()

    @work(thread=True, exclusive=True, group="place", exit_on_error=False)
    def _place_again(self) -> None:
        worker = cast("Worker[None]", get_current_worker())
        done = Replaced()

        def told(words: str) -> None:
            if not worker.is_cancelled:
                self.app.call_from_thread(self.say_if_there, f"{words} …")

        with self.session.project.beside() as project:
            for done in placing_again(project, told=told):
                told(f"placed {done.calls:,} calls")
                if worker.is_cancelled:
                    return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._placed, done)

    def _placed(self, done: Replaced) -> None:
        if not self.is_attached:
            return
        if done.why_not:
            self.notify(printable(done.why_not), title="No call can be placed", severity="warning", markup=False)
        else:
            words = (
                f"{plural(done.calls, 'call')}: {done.uncovered:,} uncovered, {done.changed:,} elsewhere than before"
            )
            self.notify(words, title="Placed again", markup=False)
        self.action_reload()

    def action_review(self) -> None:
        """Decide on the drafts that wait."""
        from synterm.tui.screens.draft_review import DraftReviewScreen

        screen = DraftReviewScreen(self.session)

        def back(_: None) -> None:
            self.changed |= screen.changed

        self.app.push_screen(screen, back)

    # What they share.

    async def _do(self, edit: Edit) -> bool:
        try:
            await self.session.edits.do(edit)
        except SyntermError as error:
            self.tell(error)
            return False
        self.changed.add("")
        return True

    def _open_call(self) -> LoggedCall | None:
        call = self.call
        if call is None or not self._may_edit():
            return None
        if call.state != "new":
            self.notify(f"it is {call.state} already; u takes the last edit back", markup=False)
            return None
        return call

    def _may_edit(self) -> bool:
        if self.session.project.read_only:
            self.notify("The project file is read-only. Copy it to where you may write.", severity="warning")
        return not self.session.project.read_only

    def _go_on(self) -> None:
        """To the next call."""
        if self.calls.has_focus:
            self.calls.cursor += 1

    @property
    def _key(self) -> str:
        return self.place.key if self.place else ""

    def _is_placed(self, call: LoggedCall) -> bool:
        return call.placing == "placed" and self.looked is not None and call.scenario_id in self.looked.tree

    def _new_of(self, place: PlaceRow) -> TrafficFilter:
        return replace(place.narrowed(self.which), states=("new",))

    def _suggested(self) -> str:
        """Where calls of the place under the cursor could go."""
        assert self.looked, "places are shown once traffic was counted"
        place = self.place
        named = place.name if place and place.kind == "cluster" else "uncovered"
        return self._into.get(self._key) or suggested_path(self.looked.tree, named)

    def _place_field(self, path: str, help: str = "made where it is not there") -> Field:
        tree = self.looked.tree if self.looked else self.session.tree
        known = [tree.path(node.id) for node in tree.scenarios()]
        return Field("scenario", "scenario", path, "line", help, "Feature/Behavior/Scenario", suggestions=known)


def _split_field() -> Field:
    words = {"dev": "dev: to iterate on", "holdout": "holdout: the final word", "train": "train: to learn from"}
    return Field("split", "split", "dev", "choice", choices=[(words[name], name) for name in _SPLITS])


def _split(value: str) -> Split:
    return cast("Split", value)


def _required(path: str) -> str:
    if not path.strip():
        raise InputError("it needs a scenario: FEATURE/BEHAVIOR/SCENARIO", where="scenario")
    return path.strip()


def _number(text: str) -> int:
    if not text.strip().isdecimal() or not int(text):
        raise InputError("a whole number from 1 on", where="most")
    return int(text)


def _said(draft: Drafted, text: str) -> dict[str, object]:
    """What is expected, where somebody says something else than the candidate."""
    if text == value_text(draft.case.expected):
        return {}
    return {draft.call.id: text or None}
