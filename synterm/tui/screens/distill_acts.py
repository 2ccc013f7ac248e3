"""What each type of failure asks for, done by one key."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from synterm.core.case import Case
from synterm.core.distill import Failing, FailureType
from synterm.core.review import Review
from synterm.distill.triage.actions import ACTIONS, TRAINING, calibration_label, new_behavior
from synterm.errors import InputError, SyntermError
from synterm.evaluate.provenance import who
from synterm.evaluate.quality import labels_of
from synterm.storage.project import Project
from synterm.storage.taken import Taken
from synterm.text import one_line, plural
from synterm.tui.cases.changes import differs, replacing, retagging
from synterm.tui.edits import Edit
from synterm.tui.screens.case_form import CaseForm, FormFacts
from synterm.tui.screens.distill_deeds import DeedsScreen
from synterm.tui.screens.distill_retry import RetryScreen
from synterm.tui.screens.forms import Field, FormScreen, Values

_LONGEST_NAME = 80


class ActsScreen(DeedsScreen):
    """Does what a type asks for. All of it can be taken back, but for asking again."""

    heading = "Distill"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "act", "Act", id="distill.act", tooltip="Do what the type of the failure asks for"),
    ]

    @work(group="act", exclusive=True, exit_on_error=False)
    async def action_act(self) -> None:
        """Do what the type of the chosen failures asks for."""
        kind: FailureType | None = next((one.triage.type for one in self.chosen if one.triage), None)
        chosen = [one for one in self.chosen if one.triage and one.triage.type == kind]
        if kind is None or not chosen or not self.may_edit():
            return
        try:
            await self._act(kind, chosen)
        except SyntermError as error:
            self.tell(error)

    async def _act(self, kind: FailureType, chosen: Sequence[Failing]) -> None:
        if kind == "spec gap":
            await self._new_behavior(chosen)
        elif kind == "model error":
            await self._tag(chosen)
        elif kind == "wrong label":
            await self._mend(chosen[0])
        elif kind == "judge error":
            await self._label(chosen)
        elif self.run:
            key = (chosen[0].prompt, chosen[0].version, chosen[0].model)
            same = [one for one in chosen if (one.prompt, one.version, one.model) == key]
            self.app.push_screen(RetryScreen(self.session, self.run.id, same))

    async def _new_behavior(self, chosen: Sequence[Failing]) -> None:
        project = self.session.project

        async def save(values: Values) -> None:
            name = one_line(values["name"].strip(), _LONGEST_NAME)
            if not name:
                raise InputError("a behavior needs a name", where="name")
            edit = adding_behavior(project, chosen, name, values["description"].strip())
            await self.session.edits.do(edit)
            self.done(edit, "its cases are drafts: Q in the workbench reviews them")

        group = self.group
        name = group.cluster.name if group and group.cluster else ""
        fields = [
            Field("name", "name", one_line(name.replace("/", " "), _LONGEST_NAME)),
            Field("description", "what is wanted", kind="text", help="in a sentence; judges and generators read it"),
        ]
        note = f"{ACTIONS['spec gap'].explanation.capitalize()}: {plural(len(chosen), 'case')}."
        await self.app.push_screen_wait(FormScreen("A behavior of its own", fields, save, note))

    async def _tag(self, chosen: Sequence[Failing]) -> None:
        cases = self.session.project.cases
        names = list(dict.fromkeys(one.case_id for one in chosen))
        open_ones = [case.id for case in cases.named(names) if TRAINING not in case.tags]
        if not open_ones:
            self.notify(f"marked already: tag:{TRAINING} in the cases finds them", title=self.heading)
            return
        label = f"{plural(len(open_ones), 'case')} tagged {TRAINING}"
        await self.do(retagging(cases, label, cases.keys_of(open_ones), [TRAINING], []))

    async def _mend(self, failing: Failing) -> None:
        cases = self.session.project.cases
        case = next(iter(cases.named([failing.case_id])), None)
        if case is None:
            raise InputError("the case is not in the project any more")

        async def save(edited: Case) -> None:
            if differs(edited, case):
                edit = replacing(cases, "case mended", {case.id: (case, edited)})
                await self.session.edits.do(edit)
                self.done(edit, "the next run judges it anew")

        tree = self.session.tree
        facts = FormFacts(
            f"Wrong label? It expects {one_line(failing.expected or 'nothing', 20)}, got {one_line(failing.got, 20)}",
            case,
            {node.id: tree.path(node.id) for node in tree.scenarios()},
            lambda node_id: labels_of(self.session.checklist, node_id),
        )
        await self.app.push_screen_wait(CaseForm(facts, save))

    async def _label(self, chosen: Sequence[Failing]) -> None:
        edit = labelling(self.session.project, chosen, who())
        await self.do(edit, "synterm judges tells how far checks agree with people", own=True)


def adding_behavior(project: Project, chosen: Sequence[Failing], name: str, description: str) -> Edit:
    """A behavior for what is wanted, with copies of the cases as drafts. Raises InputError where it can't be."""
    (behavior, *scenarios), cases = new_behavior(project, chosen, name)
    behavior = behavior.model_copy(update={"description": description})
    taken: list[Taken] = []

    async def apply() -> None:
        if taken:
            await asyncio.wrap_future(project.nodes.put_back(taken.pop()))
            return
        await asyncio.wrap_future(project.nodes.put(behavior, *scenarios))
        await asyncio.wrap_future(project.cases.put(cases))

    async def revert() -> None:
        taken[:] = [await asyncio.wrap_future(project.nodes.take(behavior.id))]

    return Edit(f"behavior {one_line(name, 40)} added with {plural(len(cases), 'draft')}", apply, revert)


def labelling(project: Project, chosen: Sequence[Failing], name: str) -> Edit:
    """A person's verdict that answers are right. Raises InputError where there is no answer."""
    labels = {one.subject: calibration_label(one, name) for one in chosen}
    known = project.reviews.for_outputs(labels)
    before = {subject: [one for one in found if one.who == name] for subject, found in known.items()}

    async def apply() -> None:
        await asyncio.wrap_future(project.reviews.put(*labels.values()))

    async def revert() -> None:
        now = project.reviews.for_outputs(labels)
        mine: list[Review] = [one for found in now.values() for one in found if one.who == name]
        for one in mine:
            if not before.get(one.subject):
                await asyncio.wrap_future(project.reviews.remove(one.id))
        await asyncio.wrap_future(project.reviews.put(*(one for found in before.values() for one in found)))

    return Edit(f"{plural(len(labels), 'answer')} judged right", apply, revert)
