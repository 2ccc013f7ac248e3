from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synterm.core.prompt import Example, HalfTyped
from synterm.errors import InputError, NotFoundError
from synterm.storage.project import Project
from tests.storage.conftest import MakeBody


def test_a_prompt_starts_with_its_versions_and_the_last_as_draft(project: Project, make_body: MakeBody) -> None:
    first, second = make_body("one {{ message }}"), make_body("two {{ message }}", params={"temperature": 0})
    prompt_id = project.prompts.add("router", [("the first try", first), ("", second)]).result()
    prompt = project.prompts.get("router")
    assert (prompt.id, prompt.draft, prompt.draft_label) == (prompt_id, second, "v2")
    assert [(kept.number, kept.note, kept.body) for kept in prompt.versions] == [
        (1, "the first try", first),
        (2, "", second),
    ]
    assert all(kept.created.endswith("Z") for kept in prompt.versions)


def test_the_draft_is_saved_as_it_is_typed(project: Project, path: Path, make_body: MakeBody) -> None:
    prompt_id = project.prompts.add("router", [("", make_body("one"))]).result()
    for typed in ("on", "o", "", "two {{ message }}"):
        project.prompts.save_draft(prompt_id, make_body(typed)).result()
        with Project.open(path) as another:
            assert another.prompts.get("router").draft == make_body(typed)
    prompt = project.prompts.get("router")
    assert (prompt.draft_label, [kept.body for kept in prompt.versions]) == ("draft", [make_body("one")])


def test_drafts_are_saved_in_the_order_they_were_typed(project: Project, make_body: MakeBody) -> None:
    prompt_id = project.prompts.add("router", [("", make_body("one"))]).result()
    saved = [project.prompts.save_draft(prompt_id, make_body(str(number))) for number in range(50)]
    for future in saved:
        future.result()
    assert project.prompts.get("router").draft == make_body("49")


def test_examples_that_can_not_be_read_yet_are_kept_as_text(project: Project, make_body: MakeBody) -> None:
    prompt_id = project.prompts.add("router", [("", make_body())]).result()
    project.prompts.save_draft(prompt_id, make_body(), HalfTyped("peru -")).result()
    assert project.prompts.get("router").draft_examples == "peru -"
    whole = make_body(examples=(Example(input={"message": "peru"}, expected="out_of_scope"),))
    project.prompts.save_draft(prompt_id, whole).result()
    assert (project.prompts.get("router").draft, project.prompts.get("router").draft_examples) == (whole, None)


def test_versions_are_numbered_and_keeping_the_same_again_gives_its_number(
    project: Project, make_body: MakeBody
) -> None:
    prompt_id = project.prompts.add("router", [("", make_body("one"))]).result()
    keep = project.prompts.keep
    assert keep(prompt_id, make_body("two"), "a note").result() == 2
    assert keep(prompt_id, make_body("three")).result() == 3
    assert keep(prompt_id, make_body("two"), "another note").result() == 2
    assert keep(prompt_id, make_body("one")).result() == 1
    versions = project.prompts.get("router").versions
    assert [(kept.number, kept.note) for kept in versions] == [(1, ""), (2, "a note"), (3, "")]


def test_two_prompts_may_say_the_same(project: Project, make_body: MakeBody) -> None:
    for name in ("one", "two"):
        project.prompts.add(name, [("", make_body())]).result()
    assert [(prompt.name, len(prompt.versions)) for prompt in project.prompts.all()] == [("one", 1), ("two", 1)]


def test_two_who_keep_at_the_same_time_get_numbers_of_their_own(
    project: Project, path: Path, make_body: MakeBody
) -> None:
    prompt_id = project.prompts.add("router", [("", make_body("one"))]).result()
    with Project.open(path) as another:
        futures = [
            who.prompts.keep(prompt_id, make_body(f"{name} {number}"))
            for number in range(10)
            for name, who in (("a", project), ("b", another))
        ]
        assert sorted(future.result() for future in futures) == list(range(2, 22))


def test_a_prompt_may_have_another_name(project: Project, make_body: MakeBody) -> None:
    prompt_id = project.prompts.add("router", [("", make_body())]).result()
    project.prompts.rename(prompt_id, "triage · ü").result()
    assert [prompt.name for prompt in project.prompts.all()] == ["triage · ü"]


@pytest.mark.parametrize(
    ("name", "says"), [("taken", "already"), ("", "1 to 200 characters"), ("x" * 201, "1 to 200 characters")]
)
def test_a_name_that_can_not_be_is_refused(project: Project, make_body: MakeBody, name: str, says: str) -> None:
    project.prompts.add("taken", [("", make_body())]).result()
    prompt_id = project.prompts.add("router", [("", make_body())]).result()
    with pytest.raises(InputError, match=says) as refusal:
        project.prompts.add(name, [("", make_body())]).result()
    assert refusal.value.where == "name"
    with pytest.raises(InputError, match=says):
        project.prompts.rename(prompt_id, name).result()
    assert [prompt.name for prompt in project.prompts.all()] == ["taken", "router"]


@pytest.mark.parametrize("params", [{"seed": 2**64}, {"stop": "\ud800"}])
def test_parameters_that_json_can_not_hold_are_refused(
    project: Project, make_body: MakeBody, params: dict[str, Any]
) -> None:
    prompt_id = project.prompts.add("router", [("", make_body("one"))]).result()
    bad = make_body("two", params=params)
    for future in (
        project.prompts.save_draft(prompt_id, bad),
        project.prompts.keep(prompt_id, bad),
        project.prompts.add("other", [("", bad)]),
    ):
        with pytest.raises(InputError, match="JSON"):
            future.result()
    prompt = project.prompts.get("router")
    assert (prompt.draft, len(prompt.versions), len(project.prompts.all())) == (make_body("one"), 1, 1)


def test_a_prompt_that_is_gone_takes_nothing(project: Project, make_body: MakeBody) -> None:
    prompt_id = project.prompts.add("router", [("", make_body())]).result()
    project.prompts.remove(prompt_id).result()
    for future in (
        project.prompts.save_draft(prompt_id, make_body("typed")),
        project.prompts.keep(prompt_id, make_body("typed")),
        project.prompts.rename(prompt_id, "other"),
    ):
        with pytest.raises(NotFoundError, match="removed"):
            future.result()
    assert project.prompts.all() == []


def test_an_unknown_name_is_met_with_those_that_are_near(project: Project, make_body: MakeBody) -> None:
    project.prompts.add("router", [("", make_body())]).result()
    with pytest.raises(NotFoundError, match="no prompt named 'ruoter'") as refusal:
        project.prompts.get("ruoter")
    assert refusal.value.hint == "did you mean router?"
