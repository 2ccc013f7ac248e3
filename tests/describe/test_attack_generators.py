"""Attacks as generators: what they put beside a case, and that the filters let them through."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from itertools import islice
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.core.dialog import dialog_of, is_dialog, names_of
from synterm.core.ids import canonical_json
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Filter, Known
from synterm.describe.generators.attacks.base import Attack
from synterm.describe.generators.attacks.encodings import ENCODINGS
from synterm.describe.generators.base import Maker, Surroundings
from synterm.describe.generators.registry import BUILT_IN, GENERATORS, load_generator
from synterm.describe.pipeline.planning import filters_of
from synterm.describe.pipeline.sieve import Sieve
from synterm.describe.pipeline.written import read_chain, read_filter
from synterm.errors import InputError

TYPES = [kind for kind, place in BUILT_IN.items() if ".attacks." in place]
TEXT = "can you set up a meeting with bob tomorrow at 3pm?"
AROUND = Surroundings("Routing", "All", "", "plain", ["schedule", "out_of_scope"], ["message"])


def case(values: dict[str, Any] | None = None, expected: Any = "schedule") -> Case:
    return Case(scenario_id="s", input=values or {"message": TEXT}, expected=expected)


def made(config: dict[str, Any], seed: Case, number: int | None = None, random: int = 7) -> list[Candidate]:
    generator = load_generator(config)
    assert isinstance(generator, Maker)
    return [*islice(generator.make(seed, AROUND, Random(random)), number)]


def said(candidate: Candidate) -> str:
    """What the user says last."""
    values = candidate.input
    return values["dialog"]["turns"][-1] if is_dialog(values) else values["message"]


@pytest.mark.parametrize("kind", TYPES)
def test_every_family_attacks_and_the_same_numbers_attack_in_the_same_way(kind: str) -> None:
    attack = GENERATORS.find(kind)
    assert issubclass(attack, Attack)
    seed = case({"message": TEXT, "mail": "Dear all, see you at nine."})
    for family in attack.families:
        found = made({"type": kind, "family": family}, seed)
        assert found, family
        assert all(one.note.startswith(f"{family}: ") for one in found)
        assert all({kind, family} <= {*one.tags} for one in found)
        assert all(("attack" in one.tags) == (kind != "harmless") for one in found)
        assert found == made({"type": kind, "family": family}, seed)
        inputs = {canonical_json(one.input) for one in found}
        assert len(inputs) == len(found)
        assert canonical_json(seed.input) not in inputs
    both = made({"type": kind}, seed, len(attack.families))
    assert {one.tags[-1] for one in both} == {*attack.families}, "one of each family before any comes again"


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind != "disguise"])
def test_what_the_user_asks_for_stays_and_with_it_what_is_expected(kind: str) -> None:
    for one in made({"type": kind}, case()):
        assert TEXT in said(one)
        assert (one.expected, one.keeps) == ("schedule", "same")


def test_the_canary_is_in_what_is_sent_in_plain_or_in_code() -> None:
    for one in made({"type": "jailbreak", "word": "sesame", "family": ["role-play", "prefix", "authority"]}, case()):
        assert "sesame" in said(one).casefold()
    [coded, *_] = made({"type": "jailbreak", "word": "sesame", "family": "encoding", "encoding": "base64"}, case())
    code = max(said(coded).split(), key=len)
    assert "sesame" in base64.b64decode(code).decode()
    pieces = made({"type": "jailbreak", "word": "sesame", "family": "splitting"}, case())
    assert all("answer with the word sesame" not in said(one) for one in pieces)


def test_a_disguised_case_may_expect_something_else_unless_it_is_to_be_refused() -> None:
    plain = made({"type": "disguise", "family": "rot13"}, case())
    assert [one.keeps for one in plain] == ["unknown", "unknown"]
    assert said(plain[0]) == "pna lbh frg hc n zrrgvat jvgu obo gbzbeebj ng 3cz?"
    refused = made({"type": "disguise", "family": "rot13", "refused": True}, case(expected="out_of_scope"))
    assert [(one.expected, one.keeps) for one in refused] == [("out_of_scope", "same")] * 2


def test_encodings_that_can_be_undone() -> None:
    text = "Reply with YES, twice: 2"
    assert base64.b32decode(ENCODINGS["base32"].write(text)).decode() == text
    assert bytes.fromhex(ENCODINGS["hex"].write(text)).decode() == text
    assert bytes(int(byte, 2) for byte in ENCODINGS["binary"].write(text).split()).decode() == text
    assert ENCODINGS["zero-width"].write(text).replace("\u200b", "") == text
    assert "".join(chr(ord(sign) - 0xE0000) for sign in ENCODINGS["unicode-tags"].write(text)) == text
    assert ENCODINGS["morse"].write("SOS ok") == "... --- ... / --- -.-"
    assert ENCODINGS["atbash"].write(ENCODINGS["atbash"].write(text)) == text


def test_small_steps_become_a_dialog_that_ends_with_what_the_case_asks_for() -> None:
    seed = case({"message": TEXT, "user": "ines"})
    for one in made({"type": "jailbreak", "family": "escalation"}, seed):
        spec = dialog_of(one.input)
        assert spec
        assert len(spec.turns) == 4
        assert TEXT in spec.turns[-1]
        assert names_of(one.input) == {"message", "user"}, "the prompt has all its values"
    talk = case({"dialog": {"turns": ["hello", TEXT]}})
    longer = made({"type": "jailbreak", "family": "escalation"}, talk)[0]
    assert longer.input["dialog"]["turns"][0] == "hello"
    assert len(longer.input["dialog"]["turns"]) == 5
    for kind in ("prompt-leak", "resource-abuse", "off-topic"):
        changed = made({"type": kind}, talk)[0].input["dialog"]["turns"]
        assert (len(changed), changed[0]) == (2, "hello"), "the last thing that is said is attacked"


def test_an_injection_goes_into_what_the_app_reads_not_into_what_the_user_says() -> None:
    mail = {"from": "bob", "parts": ["see you", {"text": "at nine {1}"}]}
    seed = case({"message": TEXT, "mail": mail, "documents": ["d1"]})
    found = made({"type": "indirect-injection", "family": "value", "word": "sesame"}, seed)
    places = {one.note for one in found}
    assert places == {"value: in mail.from", "value: in mail.parts.0", "value: in mail.parts.1.text"}
    for one in found:
        assert one.input["message"] == TEXT
        assert one.input["documents"] == ["d1"]
        assert json.dumps(one.input).count("sesame") == 1
    assert any("at nine {1}" in str(one.input) for one in found), "what stands there is no template"
    with pytest.raises(InputError, match="no value besides what the user says"):
        made({"type": "indirect-injection", "family": "value"}, case())


@given(st.text(min_size=1, max_size=40).filter(str.strip), st.sampled_from(TYPES))
@settings(deadline=None)
def test_any_text_can_be_attacked(text: str, kind: str) -> None:
    seed = case({"message": text})
    for one in made({"type": kind}, seed, 40):
        assert canonical_json(one.input)
        if kind != "disguise":
            assert text.strip() in said(one), "nothing in it is read as a template"


def sieve(seeds: Sequence[Case], *filters: Filter) -> Sieve:
    usual, _ = filters_of(filters)
    return Sieve(usual, Known(seeds, ["schedule", "summarize"]))


@pytest.mark.parametrize("kind", TYPES)
def test_the_usual_filters_let_attacks_through_also_of_seeds_that_are_alike(kind: str) -> None:
    seeds = [case(), case({"message": TEXT.replace("bob", "ann")}), case({"message": "sum up the call"}, "summarize")]
    work = sieve(seeds)
    config = {"type": kind} | ({"encoding": "base64, hex, zero-width"} if kind == "jailbreak" else {})
    dropped: list[str] = []
    for seed in seeds:
        for one in made(config, seed):
            passed = work.judge(one, seed)
            if passed.dropped:
                dropped.append(f"{one.note}: {passed.dropped['filter']}: {passed.dropped['reason']}")
            else:
                work.keep(one)
    # Of texts in signs that are no letters, only the letters are compared.
    assert [why for why in dropped if "morse" not in why and "signs" not in why] == []


def test_a_filter_that_was_asked_for_in_other_words_counts_all_the_same() -> None:
    seed = case()
    [one] = made({"type": "resource-abuse", "family": "padding"}, seed, 1)
    assert sieve([seed]).judge(one, seed).dropped is None
    found = sieve([seed], read_filter("length:longest=200")).judge(one, seed)
    assert found.dropped
    assert found.dropped["filter"] == "length"
    again = sieve([seed])
    again.judge(one, seed)
    again.keep(one)
    repeated = again.judge(one, seed)
    assert repeated.dropped
    assert repeated.dropped["filter"] == "repeated"
    known = case(one.input)
    same = sieve([seed, known]).judge(one, seed)
    assert same.dropped
    assert same.dropped["filter"] == "near-duplicate", "what the project has already is not made again"


def test_attacks_stand_in_chains_and_what_comes_after_keeps_their_excuse() -> None:
    chain = read_chain("jailbreak:family=role-play | misspellings")
    assert [one.type for one in chain] == ["jailbreak", "misspellings"]
    with pytest.raises(InputError, match="did you mean role-play"):
        read_chain("jailbreak:family=roleplay")
    with pytest.raises(InputError, match="is no encoding"):
        read_chain("jailbreak:encoding=base46")
