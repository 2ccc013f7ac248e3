"""Mails around a request."""

from __future__ import annotations

from random import Random

import pytest

from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.generators.base import Surroundings
from synterm.errors import InputError
from synterm_mail.as_mail import AsMail

AROUND = Surroundings("", "", "", "", [], ["message"])
TEXT = "Where is the parcel that I sent back to you three weeks ago?"


def made(text: str = TEXT, **fields: object) -> list[Candidate]:
    seed = Case(scenario_id="any", input={"message": text, "order": "1234"}, expected="returns")
    return [*AsMail.model_validate(fields).make(seed, AROUND, Random(7))]


def test_each_kind_once_and_the_request_stays_what_it_is() -> None:
    found = made()
    assert sorted(one.tags[1] for one in found) == ["forwarded", "html", "phone", "reply", "wrapped"]
    for one in found:
        assert (one.expected, one.keeps, one.input["order"]) == ("returns", "same", "1234")
        words = one.input["message"].replace("&nbsp;", " ").split()
        assert " ".join(TEXT.split()) in " ".join(words).replace("<br>", " ")


def test_the_same_random_numbers_make_the_same_mails() -> None:
    assert made() == made()


def test_kinds_can_be_chosen_as_words() -> None:
    assert [one.tags[1] for one in made(only="phone, reply")] in (["phone", "reply"], ["reply", "phone"])


def test_a_short_line_is_not_broken() -> None:
    assert made("Where is it?", only="wrapped") == []


def test_a_case_without_text_is_told() -> None:
    with pytest.raises(InputError, match="no text"):
        next(AsMail().make(Case(scenario_id="any", input={"order": 1234}), AROUND, Random(7)))
