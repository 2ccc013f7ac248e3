"""The filter's small language: what it asks for, what it refuses, and what it offers to type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.errors import InputError
from synterm.evaluate.query.hints import completed, completions
from synterm.evaluate.query.parse import ResultTerm, parse_query
from synterm.evaluate.query.words import Known, quoted
from synterm.storage.case_filter import CaseFilter, Term
from tests.tui.conftest import MakeProject, OpenBench

KNOWN = Known(
    tags=["terse", "typo", "two words"],
    scenarios=["off-topic", "Routing/Out of scope/off-topic"],
    labels=["schedule", "clarify"],
    columns=["draft", "v2", "v1", "v2·gpt"],
)


def chosen(query: str) -> CaseFilter:
    return parse_query(query, known=KNOWN).filter


def terms(query: str) -> list[tuple[str, str, bool]]:
    return [(term.field, term.value, term.negated) for term in chosen(query).terms]


def test_without_terms_accepted_dev_cases_are_meant() -> None:
    assert (chosen("").split, chosen("").status, list(chosen("").terms)) == ("dev", "accepted", [])


def test_words_are_looked_for_each_and_quotes_hold_several_together() -> None:
    assert terms('bob "two words" -friday') == [
        ("text", "bob", False),
        ("text", "two words", False),
        ("text", "friday", True),
    ]


def test_terms_name_what_they_are_about() -> None:
    query = 'tag:typo -tag:"two words" origin:generated id:c17 scenario:off* expected:schedule flag:dup '
    assert terms(query) == [
        ("tag", "typo", False),
        ("tag", "two words", True),
        ("origin", "generated", False),
        ("id", "c17", False),
        ("scenario", "off*", False),
        ("expected", "schedule", False),
        ("flag", "dup", False),
    ]


def test_all_lifts_what_holds_by_default_and_minus_turns_it_round() -> None:
    assert (chosen("split:all status:all").split, chosen("split:all status:all").status) == (None, None)
    assert (chosen("status:draft split:holdout").split, chosen("status:draft").status) == ("holdout", "draft")
    assert (chosen("-status:draft ").status, terms("-status:draft ")) == (None, [("status", "draft", True)])


def test_terms_about_results_are_for_the_board() -> None:
    query = parse_query("is:failing -fails:draft passes:v2·gpt word", known=KNOWN)
    assert query.results == (
        ResultTerm("failing"),
        ResultTerm("fails", "draft", True),
        ResultTerm("passes", "v2·gpt"),
    )
    assert query.filter.terms == (Term("text", "word"),)


@pytest.mark.parametrize(
    "half",
    ["sta", "status:", "status:dra", "split:h", 'tag:"', "tag:ty", 'tag:"two', "-is:fa", "fails:v", "-", "flag:"],
)
def test_a_term_that_is_being_typed_restricts_nothing_yet_and_is_no_error(half: str) -> None:
    query = parse_query(half, known=KNOWN)
    assert (query.filter.split, query.filter.status, query.results) == ("dev", "accepted", ())
    assert [term.field for term in query.filter.terms] == (["text"] if half == "sta" else [])


@pytest.mark.parametrize(
    ("query", "message", "hint"),
    [
        ("split:tset", "split:tset is none of dev, holdout, train, all", "known"),
        ("status:dra more", "status:dra is none of", "draft"),
        ("tag:tipo ", "tag:tipo", "typo"),
        ("tags:typo", "there is no tags:", "tag:"),
        ("fails:v6", "fails:v6", "v2"),
        ("is:broke ", "is:broke is none of", "broken"),
        ("flag:dupe", "flag:dupe is none of", "dup"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_is_near(query: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as raised:
        chosen(query)
    assert message in raised.value.message
    assert hint in (raised.value.hint or "")


def test_tags_that_are_not_read_yet_are_believed() -> None:
    assert parse_query("tag:anything ").filter.terms == (Term("tag", "anything"),)


@pytest.mark.parametrize("word", ["http://x", "12:30", "what's", "a\\b", "note:this"])
def test_odd_words_are_words(word: str) -> None:
    assert terms(word) == [("text", word, False)]


def test_the_key_that_leads_to_the_filter_may_be_typed_once_more() -> None:
    assert terms("/bob") == [("text", "bob", False)]


@given(st.text() | st.lists(st.sampled_from(['"', "-", "tag:", "is:", "x", " ", "status:", '""', "/"])).map("".join))
def test_any_text_is_a_query_or_says_why_not(query: str) -> None:
    try:
        parse_query(query, known=KNOWN)
    except InputError as error:
        assert error.message
    completed(query, KNOWN)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_quoted_value_means_itself(value: str) -> None:
    assert parse_query(f"tag:{quoted(value)} ").filter.terms == (Term("tag", value),)
    assert parse_query(f"-{quoted(value)} ").filter.terms == (Term("text", value, negated=True),)


@pytest.mark.parametrize(
    ("query", "offered"),
    [
        ("x sta", ["status:"]),
        ("status:", ["status:accepted", "status:draft", "status:rejected", "status:all"]),
        ("tag:t", ["tag:terse", "tag:typo", 'tag:"two words"']),
        ("-fails:v2", ["-fails:v2", "-fails:v2·gpt"]),
        ("word", []),
    ],
)
def test_what_could_be_typed_next_is_offered(query: str, offered: list[str]) -> None:
    assert completions(query, KNOWN) == offered


def test_the_suggestion_goes_on_where_the_typing_is() -> None:
    assert completed("x -tag:ty", KNOWN) == "x -tag:typo"
    assert completed("tag:typo", KNOWN) is None


async def test_the_filter_offers_values_and_the_frame_says_what_is_wrong(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.cases.focus_filter()
        await bench.type("tag:t")
        await bench.settle()
        assert "tag:terse" in bench.text() and "tag:typo" in bench.text()
        assert len(bench.screen.session.rows) == 5
        await bench.type("y")
        await bench.pilot.press("right")
        await bench.settle()
        assert [case.tags for case in bench.screen.session.rows] == [("typo",)]
        await bench.type("x")
        await bench.settle()
        assert "tag:typox" in bench.text()
        assert len(bench.screen.session.rows) == 1, "the cases stay as they were"


async def test_enter_ends_the_last_term(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.cases.focus_filter()
        await bench.type("status:dra")
        await bench.pilot.press("enter")
        await bench.settle()
        assert "status:dra is none of" in bench.text()


async def test_a_big_project_is_searched_beside_the_screen(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synterm.tui.screens.workbench.case_finding._BIG", 3)
    async with open_bench(make_project()) as bench:
        assert len(bench.screen.session.rows) == 5
        bench.screen.cases.focus_filter()
        await bench.type("notes")
        await bench.settle()
        assert [case.title for case in bench.screen.session.rows] == ["send the notes"]
        await bench.pilot.press("escape")
        await bench.settle()
        assert len(bench.screen.session.rows) == 5


async def test_the_last_recorded_run_can_be_asked_too(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.pilot.press("ctrl+r")
        await bench.settle()
        bench.screen.cases.focus_filter()
        await bench.type("passes:last")
        await bench.settle()
        assert [case.title for case in bench.screen.session.rows] == ["asdf??"]
        await bench.type("-7")
        await bench.settle()
        assert "passes:last-7: there" in bench.text()
