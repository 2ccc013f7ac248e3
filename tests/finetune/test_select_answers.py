"""Right and wrong answers, chosen from real runs and people's verdicts in real project files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.core.review import Review, output_id
from synterm.core.training import TrainingExample, TrainingPlan, TrainingSet
from synterm.errors import InputError, NotFoundError
from synterm.finetune.build import build
from synterm.finetune.select.prompt import training_prompt
from synterm.storage.project import Project
from tests.conftest import SMALL, MakeProject
from tests.support.recording import record_run

TRAIN = "split: train}"
TRAINED = (
    SMALL.replace("expected: summarize}", f"expected: summarize, {TRAIN}")
    .replace("expected: clarify, tags: [terse]}", f"expected: clarify, {TRAIN}")
    .replace("expected: schedule}", f"expected: Schedule, {TRAIN}")
)


def made(make_project: MakeProject, text: str = TRAINED, *runs: str) -> Path:
    path = make_project(text)
    for prompt in runs or ("router@v1", "router@v2"):
        record_run(path, "--prompt", prompt, "--split", "train", "--fail-on", "")
    return path


def built(project: Project, **fields: Any) -> TrainingSet:
    return build(project, TrainingPlan.model_validate({"prompt": "router@v2", **fields}))


def of(found: TrainingSet, title: str) -> TrainingExample:
    return next(one for one in found.examples if one.case.title == title)


def reviewed(project: Project, case: Case, text: str, passed: bool, **fields: Any) -> None:
    review = Review(case.content_id, output_id(text), passed, answer=text, **fields)
    project.reviews.put(review).result()


def titled(project: Project, title: str) -> Case:
    return next(case for case in project.cases.select() if case.title == title)


def test_expected_answers_are_right_and_failures_wrong(make_project: MakeProject) -> None:
    with Project.open(made(make_project)) as project:
        found = built(project)
        room, notes, it = (of(found, title) for title in ("book a room", "notes from the thing", "do it"))
        # In the check's own spelling, whatever the case says.
        assert (room.positives[0].text, room.positives[0].source, room.label) == ("schedule", "expected", "schedule")
        assert [(one.text, one.reason) for one in room.negatives] == [("clarify", "label: clarify, expected schedule")]
        assert (room.difficulty, notes.difficulty, it.difficulty) == (1.0, 0.5, 0.0)
        assert [message.content for message in room.prompt] == ["You route one message to one agent.", "book a room"]
        assert [one.case.title for one in found.examples] == ["book a room", "notes from the thing", "do it"]
        assert found.cases == {"Routing/Ambiguous": 3}
        assert not it.negatives and not found.refusals


def test_only_passed_answers_count_where_nothing_else_may(make_project: MakeProject) -> None:
    with Project.open(made(make_project)) as project:
        found = built(project, positives=("passed",))
        notes = of(found, "notes from the thing").positives[0]
        assert (notes.text, notes.source, notes.variant) == ("summarize", "passed", "router@v2 · rules")
        [refused] = found.refusals
        assert (refused.guard, refused.input) == ("no-answer", "book a room")
        assert "none of 2 recorded answers passed" in refused.reason and "--teacher MODEL" in refused.reason


def test_a_person_goes_before_the_checks(make_project: MakeProject) -> None:
    with Project.open(made(make_project)) as project:
        case = titled(project, "book a room")
        reviewed(project, case, "clarify", True, who="ann")
        reviewed(project, titled(project, "do it"), "clarify", False, who="ann", note="too early")
        found = built(project)
        room = of(found, "book a room")
        assert (room.positives[0].text, room.positives[0].source) == ("clarify", "human")
        assert "ann" not in room.positives[0].reason
        assert not room.negatives
        # The case expects it all the same, and a person said no: the guards drop what says both.
        passed = built(project, positives=("passed",))
        assert "do it" not in [one.case.title for one in passed.examples]


def test_what_people_disagree_about_is_neither(make_project: MakeProject) -> None:
    with Project.open(made(make_project)) as project:
        case = titled(project, "book a room")
        reviewed(project, case, "clarify", True, who="ann")
        reviewed(project, case, "clarify", False, who="bob")
        found = built(project)
        assert not of(found, "book a room").negatives
        [tie] = [one for one in found.refusals if one.guard == "tie"]
        assert "people disagree, 1 for it and 1 against" in tie.reason


def test_users_who_disagree_with_the_checks_take_an_answer_out(make_project: MakeProject) -> None:
    with Project.open(made(make_project)) as project:
        reviewed(project, titled(project, "notes from the thing"), "summarize", False, source="feedback")
        found = built(project, positives=("passed",))
        assert [one.case.title for one in found.examples] == ["do it"]


def test_what_today_s_checks_fail_is_no_right_answer_and_what_they_pass_no_wrong_one(
    make_project: MakeProject,
) -> None:
    with Project.open(made(make_project)) as project:
        node = project.nodes.find("Routing")
        case = titled(project, "notes from the thing")
        project.nodes.put(node.model_copy(update={"checks": ({"type": "equals", "value": "clarify"},)})).result()
        found = built(project, positives=("passed",))
        assert case.id not in [one.case.id for one in found.examples]
        [refused] = [one for one in found.refusals if one.case_id == case.id]
        assert "fails today's checks" in refused.reason
        [also] = [one for one in found.refusals if one.input == "book a room"]
        assert also.guard == "no-answer"
        expected = built(project, positives=("expected",))
        assert all(not one.negatives for one in expected.examples)


def test_an_edited_case_starts_anew(make_project: MakeProject) -> None:
    with Project.open(made(make_project)) as project:
        case = titled(project, "book a room")
        project.cases.put([case.model_copy(update={"input": {"message": "book two rooms"}})]).result()
        room = of(built(project), "book two rooms")
        assert not room.negatives and room.difficulty is None


def test_dev_cases_are_refused_with_and_without_answers(make_project: MakeProject) -> None:
    with Project.open(made(make_project)) as project:
        found = built(project, splits=("dev", "holdout"), positives=("passed",))
        assert not found.examples
        assert {one.guard for one in found.refusals} == {"split"}
        assert len(found.refusals) == 2


def test_instructions_stand_in_place_of_the_prompt(make_project: MakeProject) -> None:
    with Project.open(made(make_project)) as project:
        plan: dict[str, Any] = {"instructions": {"*": ("Go.",), "Routing/Amb*": ("Route {{ it }}.", "Say who.")}}
        every = built(project, every_phrasing=True, **plan)
        assert len(every.examples) == 6
        assert len({one.id for one in every.examples}) == 6
        said = {one.prompt[0].content for one in every.examples}
        assert said == {"Route {{ it }}.", "Say who."}
        assert {len(one.prompt) for one in every.examples} == {2}
        one_each = built(project, **plan)
        assert {(one.case.id, one.instruction) for one in one_each.examples} <= {
            (one.case.id, one.instruction) for one in every.examples
        }
        with pytest.raises(NotFoundError, match="nothing in the tree matches"):
            built(project, instructions={"Rooting/*": ("Go.",)})


def test_an_instruction_may_not_lose_what_the_case_says(make_project: MakeProject) -> None:
    asked = '{role: user, content: "{{ message }}"}'
    text = TRAINED.replace(asked, '{role: user, content: "Now."}').replace("one message to", "{{ message }} to")
    with Project.open(make_project(text)) as project, pytest.raises(InputError, match=r"message .* stands elsewhere"):
        built(project, instructions={"*": ("Go.",)})


def test_the_prompt_that_is_meant(make_project: MakeProject) -> None:
    with Project.open(make_project()) as project:
        assert training_prompt(project, None)[0] == "router@v2"
        assert training_prompt(project, "router@1")[0] == "router@v1"
        with pytest.raises(InputError, match="not all"):
            training_prompt(project, "router@all")


def test_the_same_plan_gives_the_same_set(make_project: MakeProject) -> None:
    path = made(make_project)
    with Project.open(path) as project:
        first = built(project)
    with Project.open(path) as project:
        assert built(project) == first
