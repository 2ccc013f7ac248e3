"""Where links lead, as `links-to` reads them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from synterm.checks.base import Answer
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm_mail.links_to import LinksTo, hosts_in


def answer(text: str) -> Answer:
    return Answer(Completion(Outcome.COMPLETE, text), Case(scenario_id="any", input={}))


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("nothing here, write to help@shop.example", []),
        ("See https://shop.example/a_(b).", ["shop.example"]),
        ("[returns](https://Shop.example/returns), [more](www.shop.example)", ["shop.example", "www.shop.example"]),
        ("<http://shop.example:8080/x?y=1#z>", ["shop.example"]),
        ("https://shop.example@evil.example/", ["evil.example"]),
        (r"https://evil.example\@shop.example/", ["evil.example"]),
        ("https://[broken", ["https://[broken"]),
    ],
)
def test_hosts_are_read_as_browsers_read_them(text: str, hosts: list[str]) -> None:
    assert [*hosts_in(text)] == hosts


@pytest.mark.parametrize(
    ("fields", "text", "passed", "score"),
    [
        ({}, "no links", True, 1.0),
        ({}, "https://help.shop.example", True, 1.0),
        ({}, "https://notshop.example", False, 0.0),
        ({}, "https://shop.example and https://shop.example.evil.example", False, 0.5),
        ({"subdomains": False}, "https://help.shop.example", False, 0.0),
        ({"least": 2}, "https://shop.example", False, 0.5),
    ],
)
def test_verdicts(fields: dict[str, object], text: str, passed: bool, score: float) -> None:
    found = LinksTo.model_validate({"hosts": "shop.example", **fields}).judge(answer(text))
    assert (found.passed, found.score) == (passed, score)


def test_the_example_of_the_documentation_is_so() -> None:
    example = LinksTo.example
    assert example is not None
    check = LinksTo.model_validate(example.fields)
    found = check.judge(example.answer(check))
    assert (found.passed, found.score, found.reason) == (example.passed, example.score, example.reason)


def test_a_host_is_no_address() -> None:
    with pytest.raises(ValidationError, match="is no host"):
        LinksTo.model_validate({"hosts": "https://shop.example"})
