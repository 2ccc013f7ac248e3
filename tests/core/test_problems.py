from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from synterm.core.problems import InvalidError, Problem, path_text, problems_of


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    threshold: float = Field(default=1, gt=0, le=9)
    kind: Literal["a", "b"] = "a"


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=5)
    count: int = Field(default=1, ge=0)
    on: bool = True
    items: tuple[Inner, ...] = ()
    words: list[str] = Field(default_factory=list[str], min_length=2)
    named: dict[str, int] = Field(default_factory=dict)
    code: str = Field(default="x", pattern="^[a-z]+$")

    @field_validator("code")
    @classmethod
    def _no_zz(cls, value: str) -> str:
        if value == "zz":
            raise ValueError("must not be zz")
        return value


def problems(**fields: Any) -> list[str]:
    with pytest.raises(ValidationError) as error:
        Outer.model_validate({"name": "x", **fields})
    return [str(problem) for problem in problems_of(error.value, Outer)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": 5}, "name: must be text"),
        ({"name": ""}, "name: must not be empty"),
        ({"name": "abcdef"}, "name: must be at most 5 characters long"),
        ({"count": -1}, "count: must be at least 0"),
        ({"count": 1.5}, "count: must be a whole number"),
        ({"count": "many"}, "count: must be a whole number"),
        ({"on": "maybe"}, "on: must be true or false"),
        ({"on": [1]}, "on: must be true or false"),
        ({"items": 5}, "items: must be a list"),
        ({"items": [5]}, "items[0]: must be named values"),
        ({"items": [{}, {"kind": "c"}]}, "items[1].kind: must be 'a' or 'b'"),
        ({"items": [{"threshold": 0}]}, "items[0].threshold: must be over 0"),
        ({"items": [{"threshold": 10}]}, "items[0].threshold: must be at most 9"),
        ({"items": [{"threshold": "high"}]}, "items[0].threshold: must be a number"),
        ({"items": [{"treshold": 1}]}, "items[0].treshold: is not a field here; did you mean threshold?"),
        ({"words": ["a"]}, "words: needs at least 2"),
        ({"words": "a"}, "words: must be a list"),
        ({"named": []}, "named: must be named values"),
        ({"named": {"a b": "x"}}, "named.a b: must be a whole number"),
        ({"code": "A1"}, "code: must match ^[a-z]+$"),
        ({"code": "zz"}, "code: must not be zz"),
        ({"nam": "x"}, "nam: is not a field here; did you mean name or named?"),
    ],
)
def test_problems_are_told_in_plain_words(fields: dict[str, Any], said: str) -> None:
    assert problems(**fields) == [said]


def test_the_value_is_never_repeated() -> None:
    assert not any("sk-secret" in said for said in problems(code="sk-secret", count="sk-secret", extra="sk-secret"))


def test_a_missing_field_is_told() -> None:
    with pytest.raises(ValidationError) as error:
        Outer.model_validate({})
    assert [str(problem) for problem in problems_of(error.value, Outer)] == ["name: is missing"]


def test_an_error_names_all_problems_and_where() -> None:
    error = InvalidError([Problem(("a", 0, "b"), "is bad"), Problem((), "is odd")], where="file line 3", hint="mend it")
    assert str(error) == "file line 3: a[0].b: is bad; is odd"
    assert error.problems[0].below("x", 1) == Problem(("x", 1, "a", 0, "b"), "is bad")


def test_paths_as_people_write_them() -> None:
    assert path_text(("tree", 0, "checks", 1, "labels")) == "tree[0].checks[1].labels"
    assert path_text((0, "a")) == "[0].a"
    assert path_text(()) == ""
