from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from synterm.core.case import Case, Origin, input_text, value_text


def test_a_case_made_by_hand_is_its_own_root() -> None:
    case = Case(scenario_id="s", input={"message": "hi"})
    assert case.root_id == case.id
    assert (case.split, case.status, case.origin) == ("dev", "accepted", Origin(kind="manual"))


def test_a_case_that_is_read_keeps_its_id_and_root() -> None:
    case = Case(id="child", scenario_id="s", input={}, root_id="root")
    assert (case.id, case.root_id) == ("child", "root")
    assert Case.model_validate(case.model_dump()) == case
    assert Case(id="seed", scenario_id="s", input={}).root_id == "seed"


def test_the_content_is_what_is_evaluated() -> None:
    case = Case(scenario_id="s", input={"a": 1, "b": 2}, expected="x")
    same = Case(scenario_id="other", input={"b": 2, "a": 1}, expected="x", tags=("t",), split="train")
    assert case.content_id == same.content_id
    assert case.content_id != Case(scenario_id="s", input={"a": 1, "b": 2}, expected="y").content_id
    assert case.content_id != Case(scenario_id="s", input={"a": 1}, expected="x").content_id


@pytest.mark.parametrize(
    "fields", [{"split": "test"}, {"status": "new"}, {"input": "text"}, {"origin": {"kind": "magic"}}]
)
def test_a_field_that_can_not_be_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Case.model_validate({"scenario_id": "s", "input": {}, **fields})


def test_the_title_is_the_input_as_one_text() -> None:
    assert Case(scenario_id="s", input={"message": "hi"}).title == "hi"
    assert input_text({"message": "hi", "lang": "en"}) == "message: hi · lang: en"
    assert input_text({"n": 5}) == "5"
    assert input_text({}) == ""


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), ("x", "x"), (1, "1"), (True, "true"), ({"a": ["é"]}, '{"a":["é"]}')]
)
def test_values_as_text(value: object, text: str) -> None:
    assert value_text(value) == text
