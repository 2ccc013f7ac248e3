"""The template generator: what it makes of lists, ranges and grammars, and what it says about mistakes."""

from __future__ import annotations

from itertools import combinations, islice, product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.describe.candidate import Candidate
from synterm.describe.generators.base import Maker, Surroundings
from synterm.describe.generators.grammar import drawn, texts_of
from synterm.describe.generators.registry import load_generator
from synterm.errors import InputError

AROUND = Surroundings("", "", "", "", [], ["question", "message"])


def made(number: int = 10_000, random: int = 1, **fields: Any) -> list[Candidate]:
    maker = load_generator({"type": "template", **fields})
    assert isinstance(maker, Maker)
    assert load_generator(maker.config()) == maker
    return [*islice(maker.make(None, AROUND, Random(random)), number)]


def texts(**fields: Any) -> list[str]:
    return [one.input["question"] for one in made(**fields)]


def test_all_combinations_are_made_once() -> None:
    parameters = {"a": [1, 2, 3], "b": ["x", "y"], "c": {"from": 0.1, "to": 0.3, "step": 0.1}}
    found = texts(text="{{ a }} {{ b }} {{ c }}", parameters=parameters)
    assert sorted(found) == sorted(f"{a} {b} {c}" for a, b, c in product([1, 2, 3], "xy", [0.1, 0.2, 0.3]))
    assert found == texts(text="{{ a }} {{ b }} {{ c }}", parameters=parameters)
    # The first ones are no corner of all.
    assert len({text.split()[0] for text in found[:6]}) == 3


@settings(max_examples=40, deadline=None)
@given(sizes=st.lists(st.integers(1, 5), min_size=1, max_size=4), random=st.integers(0, 100))
def test_any_number_of_values_gives_the_full_product(sizes: list[int], random: int) -> None:
    parameters = {f"p{at}": [*range(size)] for at, size in enumerate(sizes)}
    text = "/".join(f"{{{{ {name} }}}}" for name in parameters)
    found = [one.input["question"] for one in made(random=random, text=text, parameters=parameters)]
    assert sorted(found) == sorted("/".join(map(str, row)) for row in product(*parameters.values()))


def test_a_product_without_end_is_begun_at_once() -> None:
    parameters = {f"p{at}": {"from": 0, "to": 999} for at in range(20)}
    found = made(5, text=" ".join(f"{{{{ p{at} }}}}" for at in range(20)), parameters=parameters)
    assert len({one.input["question"] for one in found}) == 5


def test_pairs_cover_all_pairs_with_less_than_the_product() -> None:
    parameters = {name: ["0", "1", "2"] for name in "abcd"}
    found = [
        text.split() for text in texts(text="{{ a }} {{ b }} {{ c }} {{ d }}", parameters=parameters, mode="pairs")
    ]
    assert len(found) < 15
    for a, b in combinations(range(4), 2):
        assert len({(row[a], row[b]) for row in found}) == 9


def test_a_sample_is_as_large_as_asked_or_as_there_are() -> None:
    parameters: dict[str, Any] = {"a": {"from": 1, "to": 100}}
    assert len({*texts(text="{{ a }}", parameters=parameters, mode="sample", number=30)}) == 30
    assert len(texts(text="{{ a }}", parameters={"a": [1, 2]}, mode="sample", number=30)) == 2


def test_a_grammar_gives_every_text_and_fills_parameters_in() -> None:
    grammar = {"greeting": ["hi", "{hello} {name}", "hello {name}"], "hello": ["hello", "good day"]}
    found = texts(text="{{ greeting }}!", grammar=grammar, parameters={"name": ["Ann", "Bob"]})
    assert sorted(found) == ["good day Ann!", "good day Bob!", "hello Ann!", "hello Bob!", "hi!"]


def test_a_grammar_that_calls_itself_ends_at_its_depth() -> None:
    rules = {"more": ("so", "very {more}")}
    assert texts_of(rules, "more", 3) == ["so", "very so", "very very so"]
    for seed in range(30):
        assert drawn(rules, "more", 3, Random(seed)) in texts_of(rules, "more", 3)


def test_the_name_and_the_value_agree_wherever_they_stand() -> None:
    found = texts(
        text="{{ greeting }}, {{ name }}", grammar={"greeting": ["hi {name}"]}, parameters={"name": ["A", "B"]}
    )
    assert sorted(found) == ["hi A, A", "hi B, B"]


def test_what_is_expected_stands_beside_a_value() -> None:
    parameters = {"place": ["Lima", {"value": "the moon", "expected": "out_of_scope"}], "at": [1, 2]}
    found = made(text="a room in {{ place }} at {{ at }}", parameters=parameters)
    told = {(one.input["question"].split(" at ")[0], one.expected, one.keeps) for one in found}
    assert told == {("a room in Lima", None, "unknown"), ("a room in the moon", "out_of_scope", "changed")}


def test_what_is_expected_is_a_template_and_keeps_the_kind_of_a_value() -> None:
    expected = {"room": "{{ room }}", "hours": ["{{ hour }}"], "said": "at {{ hour + 1 }}", "fixed": 5}
    parameters = {"room": ["Lima"], "hour": [9]}
    [one] = made(text="{{ room }}, {{ hour }}", parameters=parameters, expected=expected)
    assert one.expected == {"room": "Lima", "hours": [9], "said": "at 10", "fixed": 5}
    assert one.note == "room=Lima, hour=9"
    [one] = made(text="{{ hour }}", parameters={"hour": [9]}, expected="{{ 'early' if hour < 10 else 'late' }}")
    assert one.expected == "early"


def test_several_values_of_the_input_are_filled() -> None:
    text = {"message": "where is {{ thing }}?", "customer": "{{ who }}"}
    [one] = made(text=text, parameters={"thing": ["it"], "who": ["Ann"]})
    assert one.input == {"message": "where is it?", "customer": "Ann"}
    [one] = made(text="x", value="ask")
    assert one.input == {"ask": "x"}


def test_values_are_put_in_and_never_rendered() -> None:
    assert texts(text="{{ a }}", parameters={"a": ["{{ b }}", "{% raw %}"]}) in (
        ["{{ b }}", "{% raw %}"],
        ["{% raw %}", "{{ b }}"],
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "text: is missing"),
        ({"text": "{{ a }"}, "text: line 1"),
        (
            {"text": "{{ nme }}", "parameters": {"name": [1]}},
            "text: nme is neither a parameter nor a rule; did you mean name?",
        ),
        ({"text": "x", "parameters": {"a": [1]}}, "parameters: a stands in no template"),
        ({"text": "x", "grammar": {"a": ["b"]}}, "grammar: a stands in no template"),
        ({"text": "{{ a }}", "parameters": {"a": []}}, "parameters.a.list: must not be empty"),
        (
            {"text": "{{ a }}", "parameters": {"a": {"from": 3, "to": 1}}},
            "parameters.a.range: from must not be over to",
        ),
        ({"text": "{{ a }}", "parameters": {"a": {"from": 1}}}, "parameters.a.range.to: is missing"),
        ({"text": "{{ a }}", "parameters": {"a": {"from": 1, "to": 9999}}}, "has more than 1,000 numbers"),
        ({"text": "{{ a }}", "grammar": {"a": ["{b}"]}}, "grammar.a[0]: {b} is neither a rule nor a parameter"),
        ({"text": "{{ a }}", "grammar": {"a": ["{a} x"]}}, "grammar.a: does not come to an end"),
        ({"text": "{{ a }}", "grammar": {"a": ["x"]}, "parameters": {"a": [1]}}, "a is the name of a parameter, too"),
        (
            {"text": "{{ a }}", "grammar": {"a": ["x", "y", "{a}{a}"]}, "depth": 9},
            "the rule a has more than 1,000 texts",
        ),
        ({"text": "x", "mode": "pair"}, "mode: must be 'all', 'pairs' or 'sample'"),
        (
            {"text": "{{ a }}", "parameters": {"a": [{"value": 1, "expected": 2}]}, "expected": "x"},
            "expected: the values of a say already what is expected",
        ),
        (
            {"text": "{{ a }}{{ b }}", "parameters": {name: {"from": 1, "to": 300} for name in "ab"}, "mode": "pairs"},
            "mode pairs takes up to 50,000 pairs of values, and here are 90,000",
        ),
    ],
)
def test_a_mistake_is_named_with_its_field(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as error:
        made(**fields)
    assert said in str(error.value)


@pytest.mark.parametrize("option", ["{a}{a}" * 300, "{a}" * 40 + "x" * 3000])
def test_a_grammar_that_grows_without_bounds_is_stopped(option: str) -> None:
    rules = {"a": (option, "x", "y")}
    with pytest.raises(InputError, match=r"longer than|more than"):
        texts_of(rules, "a", 10)
    with pytest.raises(InputError, match="longer than"):
        for seed in range(50):
            drawn(rules, "a", 10, Random(seed))
