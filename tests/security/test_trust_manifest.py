"""What a project asks for: all that reaches out of it, and nothing else; the same wherever it asks for the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synterm.checks.registry import CHECKS
from synterm.core.capabilities import NOTHING, SENT, Capabilities, capabilities_of, difference
from synterm.core.check_types import BUILT_IN, foreign_types
from synterm.core.model import ModelSpec, Price

STUB = ModelSpec(name="stub", model="openai/stub", api_base="https://evil.example/v1", api_key_env="STUB_KEY")
APP = ModelSpec(
    name="app",
    model="http/app",
    api_base="https://app.example",
    params={"path": "/chat", "body": {"text": "{{ message }}"}, "timeout_s": 5.0, "answer": "$.text"},
)
FREE = [ModelSpec(name="here", model="embedded/default"), ModelSpec(name="rules", model="scripted/rules")]

names = st.sampled_from(["openai/a", "anthropic/b", "http/app", "scripted/x", "embedded/default"])
specs = st.builds(
    ModelSpec,
    name=st.text("abc", min_size=1, max_size=3),
    model=names,
    api_base=st.none() | st.sampled_from(["https://one.example/v1", "http://127.0.0.1:1/v1"]),
    api_key_env=st.none() | st.sampled_from(["ONE", "TWO"]),
    params=st.dictionaries(
        st.sampled_from([*SENT, "temperature"]), st.text(max_size=4) | st.booleans() | st.integers(0, 1)
    ),
)
asked = st.builds(
    capabilities_of,
    st.lists(specs, max_size=4),
    st.lists(st.dictionaries(st.sampled_from(["body", "seed"]), st.integers(0, 2)), max_size=2),
    st.lists(st.sampled_from(["acme", "other"]), max_size=2),
)


def test_a_project_of_models_that_ask_nobody_asks_for_nothing() -> None:
    assert capabilities_of(FREE, [{"temperature": 1}]).nothing
    assert capabilities_of(FREE) == NOTHING


def test_each_thing_that_reaches_out_is_said_in_words() -> None:
    may = capabilities_of([STUB, APP, ModelSpec(name="g", model="gpt-4o-mini")], [{"body": {"to": "x"}}], ["acme"])
    said = "\n".join(may.words())
    for word in (
        "ask openai/stub at https://evil.example/v1, with the key in STUB_KEY",
        'ask http/app at https://app.example, without a key; sending path /chat, body {"text":"{{ message }}"}',
        "ask gpt-4o-mini at its provider, with your own key for openai, if it takes one",
        'let a prompt change what apps are sent: body {"to":"x"}',
        "run the check acme of a plugin",
    ):
        assert word in said
    assert set(may.endpoints) == {"https://evil.example/v1", "https://app.example"}
    assert may.keys == ("STUB_KEY",)


def test_names_and_parameters_are_no_capability_but_what_a_cap_counts_with_is() -> None:
    may = capabilities_of([STUB])
    other = STUB.model_copy(update={"name": "else", "params": {"temperature": 1.0, "max_tokens": 5}})
    assert capabilities_of([other]).digest == may.digest
    for change in (
        {"api_base": "https://evil.example/v2"},
        {"api_key_env": "OTHER_KEY"},
        {"model": "openai/stub-2"},
        {"price": Price(input=0, output=0)},
    ):
        assert capabilities_of([STUB.model_copy(update=change)]).digest != may.digest


def test_all_that_an_app_is_sent_is_a_capability() -> None:
    for name in SENT:
        changed = APP.model_copy(update={"params": {**APP.params, name: "other"}})
        assert difference(capabilities_of([APP]), capabilities_of([changed]))
    read_otherwise = APP.model_copy(update={"params": {**APP.params, "answer": "$.else", "timeout_s": 9.0}})
    assert capabilities_of([read_otherwise]) == capabilities_of([APP])


def test_what_does_not_fit_a_line_says_how_long_it_is() -> None:
    long = APP.model_copy(update={"params": {"body": "x" * 5000 + "\x1b[2J"}})
    line = capabilities_of([long]).words()[0]
    assert "(5,004 characters)" in line
    assert len(line) < 400
    assert line.isprintable()


@given(asked, asked)
def test_sets_of_capabilities_behave_as_sets(one: Capabilities, other: Capabilities) -> None:
    both = one.plus(other)
    assert one.within(both)
    assert other.within(both)
    assert both == other.plus(one)
    assert one.minus(other).plus(other) == both
    assert one.minus(one).nothing
    assert one.within(other) == one.minus(other).nothing
    assert (one.digest == other.digest) == (one == other)
    assert bool(difference(one, other)) == (one.digest != other.digest)
    assert Capabilities.model_validate(one.document()) == one


def test_checks_of_plugins_are_found_wherever_they_stand() -> None:
    schema = {"type": "is-json", "schema": {"type": "object", "properties": {"type": {"type": "string"}}}}
    sets = {"type": "assert-set", "assert": [{"type": "not-acme"}, {"type": "every-turn", "check": {"type": "deep"}}]}
    assert foreign_types([schema]) == frozenset()
    assert foreign_types([schema, sets, {"type": "outer", "with": [{"type": "inner"}]}]) == {
        "acme",
        "deep",
        "outer",
        "inner",
    }
    nested: object = {"type": "acme"}
    for _ in range(5000):
        nested = [{"type": "not-assert-set", "assert": nested}]
    assert foreign_types([nested]) == {"acme"}


def test_only_the_fields_that_are_looked_into_hold_checks() -> None:
    """A check of synterm that held others in another field would hide a plugin's."""
    for name in BUILT_IN:
        found = CHECKS.find(name)
        for field, info in found.model_fields.items():
            if "CheckConfig" in str(info.annotation) or field in ("checks", "check", "assert", "members"):
                assert (info.alias or field) in ("assert", "check"), name
