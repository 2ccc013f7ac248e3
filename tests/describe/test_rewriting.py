"""Noise: the same everywhere, never over what must stay, and safe with any text."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import islice
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.generators.base import Surroundings
from synterm.describe.generators.noise import Noise
from synterm.describe.generators.registry import GENERATORS, load_generator
from synterm.describe.generators.spans import spans
from synterm.errors import InputError

ASKED = "can you set up a meeting with bob tomorrow at 3pm?"
AROUND = Surroundings("", "", "", "", labels=["schedule", "cancel"], variables=["message"])
NOISE = [kind for kind in GENERATORS.built_in if issubclass(GENERATORS.find(kind), Noise)]
AWKWARD = [
    "",
    " ",
    "a",
    "漢字",
    "naïve café",
    "cafe\u0301 e\u0301te\u0301",
    "‮gnirts",
    "\u200b\u200b",
    "👩‍👩‍👧‍👦 you and me",
    "İstanbul ıssız",
    "I am {{ name }} at http://a.example/x?y=1",
    "`rm -rf` the {id} of <user>",
    "ﬁne ﬀ you are the one",
    "\x00 you\tare\r\nit",
    "السلام عليكم",
    "नमस्ते दुनिया",
    "🏳️‍🌈",
    "{{",
    "```",
    "%s%d$HOME",
    "Z̸̢a̷lgo the you",
    "ß ẞ straße you are the",
    "ŉ you are",
]
# Words that some generator knows, spans that stay, and any text at all.
TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(
        st.sampled_from(
            [*ASKED.split(), *AWKWARD, "{{ name }}", "a@b.example", "I'm", "don't", "12:30", "Is", "not", "?!"]
        ),
        max_size=25,
    ).map(" ".join),
)


def noise(kind: str, **fields: Any) -> Noise:
    made = load_generator({"type": kind, **fields})
    assert isinstance(made, Noise)
    return made


def case(text: str, expected: Any = "schedule", **others: Any) -> Case:
    return Case(id="01", scenario_id="s", input={"message": text, **others}, expected=expected)


def made(maker: Noise, seed: Case, number: int = 5, random: int = 1, around: Surroundings = AROUND) -> list[Candidate]:
    """What it makes; nothing where it says that there is nothing to change."""
    try:
        return [*islice(maker.make(seed, around, Random(random)), number)]
    except InputError:
        return []


def texts(kind: str, text: str, number: int = 200, expected: Any = "schedule", **fields: Any) -> list[str]:
    return [one.input["message"] for one in made(noise(kind, **fields), case(text, expected), number)]


@pytest.mark.parametrize("kind", NOISE)
@settings(max_examples=60, deadline=None)
@given(text=TEXTS, strength=st.sampled_from([0.1, 0.5, 1.0]), random=st.integers(0, 1000))
def test_noise_is_new_different_bounded_and_leaves_spans(kind: str, text: str, strength: float, random: int) -> None:
    maker, seed = noise(kind, strength=strength), case(text)
    candidates = made(maker, seed, random=random)
    new = [one.input["message"] for one in candidates]
    assert text not in new
    assert all(one.strip() for one in new)
    assert len({*new}) == len(new)
    assert all(len(one) <= 4 * len(text) + 60 for one in new)
    for span in spans(text, numbers=maker.spares_numbers):
        assert all(text[span.start : span.end] in one for one in new)
    assert candidates == made(maker, seed, random=random)
    assert seed == case(text)
    # Half a character would not be.
    assert all(one.encode() for one in new)


@pytest.mark.parametrize("kind", NOISE)
@pytest.mark.parametrize("text", AWKWARD)
def test_no_text_is_too_awkward(kind: str, text: str) -> None:
    made(noise(kind), case(text), 50)


@pytest.mark.parametrize("kind", NOISE)
def test_every_kind_makes_something_of_a_text_that_has_places_for_it(kind: str) -> None:
    text = "I am here, Bob. Don't you know the meeting, it's today? Let me know please, and thanks"
    maker = noise(kind)
    assert [only for only in maker.kinds if not texts(kind, text, 1, only=[only])] == []


def test_the_same_seed_gives_the_same_text_in_every_process() -> None:
    code = f"""
from itertools import islice; from random import Random
from synterm.core.case import Case
from synterm.describe.generators.base import Surroundings
from synterm.describe.generators.registry import load_generator
case = Case(id="01", scenario_id="s", input={{"message": "I am here. {ASKED}"}}, expected="schedule")
for kind in {NOISE!r}:
    made = load_generator({{"type": kind}}).make(case, Surroundings("", "", "", "", [], ["message"]), Random("01/7"))
    print(ascii([one.input for one in islice(made, 10)]))
"""
    told = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert told[0].count("\n") == len(NOISE)


@pytest.mark.parametrize("kind", NOISE)
def test_what_checks_look_for_stays(kind: str) -> None:
    text = "please book the table for Ana Souza at Chez Nous, it is what I want and you know it"
    around = Surroundings("", "", "", "", [], ["message"], looked_for=["you know"])
    expected = {"who": "Ana Souza", "where": ["chez nous"]}
    for one in made(noise(kind, strength=1.0, stay=["table"]), case(text, expected), 30, around=around):
        assert all(kept in one.input["message"] for kept in ("Ana Souza", "Chez Nous", "you know", "table"))
        assert one.expected == expected


def test_a_label_that_stands_in_the_message_may_be_misspelled_and_a_value_may_not() -> None:
    assert any("schedule" not in text for text in texts("misspellings", "schedule a meeting", strength=1))
    assert all(
        "schedule" in text
        for text in texts("misspellings", "schedule a meeting", expected="schedule it", stay=["schedule"])
    )
    around = Surroundings("", "", "", "", [], ["message"])
    kept = made(noise("misspellings", strength=1.0), case("schedule a meeting"), 50, around=around)
    assert kept and all("schedule" in one.input["message"] for one in kept)


def test_an_expected_letter_is_not_every_letter() -> None:
    assert texts("misspellings", "a banana at Anna's", expected="a")


@pytest.mark.parametrize(
    "kept",
    [
        "{{ name }}",
        "{% if x %}",
        "{id}",
        "${HOME}",
        "$USER_NAME",
        "%(name)s",
        "<customer>",
        "[ORDER_ID]",
        "user@mail.example",
        "https://a.example/b?c=d#e",
        "www.example.org",
        "src/main.py",
        "C:\\temp\\x",
        "@anna",
        "#topic",
        "snake_case",
        "3pm",
        "1,234.50",
        "A-113",
        "`x = you`",
        "```\nare you the\n```",
        "report.pdf",
    ],
)
def test_what_stands_for_something_else_stays(kept: str) -> None:
    text = f"I am here, please look at {kept} and tell me what you are going to do with it, it is not late"
    for kind in NOISE:
        if kind == "fragments" and kept in ("3pm", "1,234.50", "A-113"):
            continue
        for one in texts(kind, text, 20, strength=1.0):
            assert kept in one


@pytest.mark.parametrize("kind", ["contractions", "fillers", "shorthand"])
@pytest.mark.parametrize(
    "text",
    [
        "Kannst du bitte ein Treffen mit Bob für morgen um 3 Uhr einrichten?",
        "¿Puedes organizar una reunión con Bob para mañana?",
        "Peux-tu fixer une réunion avec Bob demain, s'il te plaît?",
        "Zet een afspraak met Bob in de agenda voor morgen",
        "明日の午後3時にボブとの会議を設定してください",
        "Was ist das Wetter in Berlin? Ich will in die Stadt",
        "me lo puedes decir, no me gusta",
        "Poproszę to do jutra",
        "Bob, Lisbon",
    ],
)
def test_generators_that_know_english_leave_other_languages_alone(kind: str, text: str) -> None:
    assert texts(kind, text) == []
    assert texts("misspellings", text, only=["ear"]) == []


def test_other_languages_are_misspelled_where_their_letters_allow_it() -> None:
    assert texts("misspellings", "Kannst du ein Treffen einrichten?")
    assert texts("misspellings", "можешь назначить встречу")
    assert texts("misspellings", "会議を設定してください") == []
    assert texts("punctuation", "会議を設定してください。")


def test_words_that_say_no_are_not_misspelled() -> None:
    for kind in ("keys", "letters", "scan", "ear"):
        for one in texts("misspellings", "I can't come, it is not on and never was", strength=1.0, only=[kind]):
            assert all(word in one.split() for word in ("can't", "not", "never"))


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("I am late today", ["I'm late today"]),
        ("yes, I am.", []),
        ("tell me what it is", []),
        ("Don't you know the man?", []),
        ("It's been a day for the team", []),
        ("It's a day for the team", ["It is a day for the team"]),
        ("I DON'T KNOW THE MAN", ["I DO NOT KNOW THE MAN"]),
        ("what’s the plan", ["what is the plan"]),
        ("I'd go to the office", []),
        ("we will go to the office", ["we'll go to the office"]),
    ],
)
def test_contractions_change_only_where_both_forms_mean_the_same(text: str, new: list[str]) -> None:
    assert texts("contractions", text) == new


def test_shorthand_keeps_the_casing() -> None:
    assert {*texts("shorthand", "Please tell me what YOU know", strength=1.0)} == {
        "Pls tell me wat U know",
        "Plz tell me wat U know",
    }


def test_homoglyphs_look_alike_and_are_others() -> None:
    import unicodedata

    [twin] = texts("homoglyphs", "cop", 1, strength=1.0, only=["twins"])
    assert not twin.isascii()
    assert [unicodedata.name(letter).split()[0] for letter in twin] == ["CYRILLIC"] * 3
    for styled in texts("homoglyphs", "bob", only=["styled"]):
        assert unicodedata.normalize("NFKC", styled) == "bob"
    for accented in texts("homoglyphs", "bob", 20, strength=1.0, only=["accents"]):
        assert [letter for letter in unicodedata.normalize("NFD", accented) if letter.isalpha()] == [*"bob"]


def test_white_space_is_all_that_whitespace_changes() -> None:
    for one in texts("whitespace", ASKED):
        assert one.split() == ASKED.split()


def test_fragments_are_parts_and_say_that_nobody_knows_what_they_expect() -> None:
    candidates = made(noise("fragments"), case(ASKED), 100)
    assert {one.keeps for one in candidates} == {"unknown"}
    for one in made(noise("fragments", only=["end missing", "beginning missing"]), case(ASKED), 100):
        assert one.input["message"] in ASKED
        assert len(one.input["message"]) >= len(ASKED) / 2 - 1


def test_noise_keeps_the_expected_result_and_says_what_it_did() -> None:
    [one] = made(noise("punctuation", only=["missing"]), case(ASKED))
    assert (one.keeps, one.expected, one.tags) == ("same", "schedule", ("punctuation",))
    assert one.note == 'missing: left out "?"'


def test_the_longest_text_that_the_prompt_takes_is_rewritten_unless_another_is_named() -> None:
    seed = case("set it up", note="a note that is much longer than the message", more=5)
    around = Surroundings("", "", "", "", [], ["message"])
    [one] = made(noise("casing", only=["capitals"]), seed, around=around)
    assert one.input == {**seed.input, "message": "SET IT UP"}
    [one] = made(noise("casing", only=["capitals"], value="note"), seed, around=around)
    assert one.input["note"] == seed.input["note"].upper()
    assert made(noise("casing", value="more"), seed, around=around) == []
    unknown = Surroundings("", "", "", "", [], ["question"])
    [one] = made(noise("casing", only=["capitals"]), seed, around=unknown)
    assert one.input["note"] == seed.input["note"].upper()


def test_of_a_dialog_the_lines_of_the_user_are_rewritten() -> None:
    dialog = {"turns": ["book a room", "the big one"], "max_turns": 3}
    seed = Case(id="01", scenario_id="s", input={"dialog": dialog, "policy": "a long text that is no line at all"})
    [one] = made(noise("casing", only=["capitals"]), seed)
    assert one.input["dialog"] == {"turns": ["BOOK A ROOM", "THE BIG ONE"], "max_turns": 3}
    assert seed.input["dialog"]["turns"] == ["book a room", "the big one"]
    opened = Case(id="01", scenario_id="s", input={"dialog": {"user": "u", "goal": "a room", "opening": "hi you"}})
    [one] = made(noise("casing", only=["capitals"]), opened)
    assert one.input["dialog"] == {"user": "u", "goal": "a room", "opening": "HI YOU"}
    silent = Case(id="01", scenario_id="s", input={"dialog": {"user": "u", "goal": "a room"}})
    assert made(noise("casing"), silent) == []


@pytest.mark.parametrize(
    ("config", "text", "said"),
    [
        (
            {"type": "fillers"},
            "Kannst du ein Treffen einrichten?",
            "knows English only, and the text is not clearly English",
        ),
        ({"type": "contractions"}, ASKED, "the text has nothing that could be changed so"),
        ({"type": "casing", "value": "note"}, ASKED, "the input has no text named note"),
        ({"type": "casing"}, " ", "the input has no text"),
    ],
)
def test_where_nothing_can_be_changed_it_says_why(config: dict[str, Any], text: str, said: str) -> None:
    maker = load_generator(config)
    assert isinstance(maker, Noise)
    with pytest.raises(InputError) as error:
        next(maker.make(case(text), AROUND, Random(1)))
    assert str(error.value) == said


def test_strength_says_how_much_changes() -> None:
    words = "one two three four five six seven eight nine ten"

    def changed(strength: float) -> int:
        [new] = texts("casing", words, 1, strength=strength, only=["capitals"])
        return sum(word.isupper() for word in new.split())

    assert [changed(strength) for strength in (0.01, 0.3, 1)] == [1, 3, 10]
