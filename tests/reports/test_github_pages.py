"""Summaries and comments, rendered as Markdown: texts of models show as code, and as nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from synterm.core.completion import Completion, Outcome
from synterm.core.report import RunReport
from synterm.reports.github.markdown import block, code, span, table
from synterm.reports.github.page import COMMENT_MOST, comment, marker, summary
from synterm.reports.github.rows import FailingCase
from synterm.text import one_line, printable
from tests.reports.conftest import Made, MakeReport
from tests.support.compared import broken_case, compared
from tests.support.recorded import recorded

HOSTILE = (
    "</code></pre></details><script>alert(1)</script> @octocat #1 ![x](http://evil.example/p.png) "
    "[y](http://evil.example) www.evil.example a@evil.example --> ]]> ``` ~~~ EOF\n\n# big\n\n```\n</pre>\n"
    "<img src=x> | a | b |\n> [!CAUTION]\n\x1b[31m\u202e\x00 ::error::x\n\n    indented\n\n- list"
)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = frozenset("blockquote p strong em code pre table tr td th details summary h2 h3 b ul li".split())
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60) | st.lists(
    st.sampled_from(["`", "``", "|", "\\", "<", "&lt;", "*", "_", "[x](y)", "\n", "\n\n", " ", "@me", "</pre>", "#"]),
    min_size=1,
).map("".join)


@dataclass
class Page(HTMLParser):
    """What a page shows: which elements, the texts inside of code, and those outside of it."""

    tags: set[str] = field(default_factory=set[str])
    coded: list[str] = field(default_factory=list[str])
    plain: str = ""
    inside: int = 0
    details: int = 0
    """How many can be unfolded."""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.details += tag == "details"
        if tag == "code":
            self.inside += 1
            self.coded.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag == "code"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.coded[-1] += data
        else:
            self.plain += data


def rendered(markdown: str) -> Page:
    page = Page()
    page.feed(MARKDOWN.render(markdown))
    page.close()
    assert page.inside == 0
    return page


@given(TEXT)
@example(HOSTILE)
@example("`")
@example("a`` b ` c")
def test_a_span_is_the_text_and_nothing_else(text: str):
    page = rendered(f"before {span(text, 10_000)} after")
    assert (page.tags, page.plain) == ({"p", "code"}, "before  after\n")
    assert page.coded == [one_line(text, 10_000) or "(empty)"]


@given(TEXT)
@example(HOSTILE)
def test_a_cell_is_the_text_and_nothing_else(text: str):
    page = rendered("above\n\n" + table(("head",), [(code(text, 10_000),), ("x",)]) + "\nbelow")
    assert page.coded == [one_line(text, 10_000) or "(empty)"]
    assert page.tags == {"p", "table", "tr", "th", "td", "code"}
    assert page.plain.split() == ["above", "head", "x", "below"]


@given(TEXT)
@example(HOSTILE)
def test_a_block_is_the_text_and_nothing_else(text: str):
    page = rendered(f"above\n\n{block(text, 10_000)}\n\nbelow")
    assert (page.tags, page.plain.split()) == ({"p", "pre", "code"}, ["above", "below"])
    assert page.coded == [printable(text)]


def hostile(made: Made) -> tuple[RunReport, list[FailingCase]]:
    """The report and the failing evaluations of a run in which all that is not ours is hostile."""
    failed = replace(made.evaluations[0], completion=Completion(Outcome.COMPLETE, text=HOSTILE))
    comparison = compared(HOSTILE, broken_case("01JC", output=HOSTILE, path=HOSTILE))
    comparison.before.name = HOSTILE
    comparison.notes = [HOSTILE]
    changed = {"comparison": comparison, "project": HOSTILE, "halted": HOSTILE}
    return made.report.model_copy(update=changed), [FailingCase(HOSTILE, recorded(failed))]


def test_nothing_that_models_or_people_wrote_is_markup(make_report: MakeReport):
    made = make_report({"v1": "f"}, gate=0.9, inputs=[HOSTILE], names=[HOSTILE[:150]] * 3, model="rules")
    report, failing = hostile(made)
    for markdown in (
        summary(report, failing, {(HOSTILE, HOSTILE): 3}, 1_000_000),
        comment(report, failing, {(HOSTILE, HOSTILE): 3}, HOSTILE),
    ):
        page = rendered(markdown)
        assert page.tags <= OURS
        for piece in ("octocat", "evil", "alert", "big", "indented", "EOF"):
            assert piece not in page.plain
            assert any(piece in text for text in page.coded)
        assert page.details == 2
        assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", markdown)


def test_a_comment_begins_with_its_marker_and_what_it_comes_to(make_report: MakeReport):
    made = make_report({"v1": "ppff"}, gate=0.9)
    lines = comment(made.report, [], {}, "evals/router.db").splitlines()
    assert lines[:3] == [
        marker("evals/router.db"),
        "> [!CAUTION]",
        "> `meeting router`: **1 gate fails** (exit 1)",
    ]
    fine = make_report({"v1": "pppp"}, gate=0.9)
    assert comment(fine.report, [], {}, "evals/router.db").splitlines()[1:3] == [
        "> [!NOTE]",
        "> `meeting router`: **the gate holds** (exit 0)",
    ]


def test_a_marker_is_a_comment_whatever_the_project_is_called():
    for place in ("--> <b>x</b> Ärger!", "日本", "a" * 1000, "evals/router.db"):
        assert re.fullmatch("<!-- synterm:[a-z0-9-]{8,90} -->", marker(place))
        assert "--" not in marker(place)[4:-3]


def test_two_projects_of_one_repository_have_two_comments():
    places = ("a/b.db", "a-b.db", "a/b-db", "日本.db", "中国.db")
    assert len({marker(place) for place in places}) == len(places)
    assert marker("evals/router.db").startswith("<!-- synterm:evals-router-db-")


def test_cases_that_were_not_compared_are_told(make_report: MakeReport):
    made = make_report({"v2": "fp"})
    comparison = compared("router@v2 · rules")
    comparison.comparisons[0].unpaired_counts = {"new": 2, "no verdict after": 1}
    report = made.report.model_copy(update={"comparison": comparison})
    for markdown in (summary(report, [], {}, 100_000), comment(report, [], {}, "router.db")):
        assert "Not compared: 3 cases (2 new, 1 no verdict after)" in rendered(markdown).plain


def test_as_much_of_a_run_as_was_made_is_not_the_whole_run(make_report: MakeReport):
    made = make_report({"v2": "fp"})
    comparison = compared("router@v2 · rules")
    comparison.comparisons[0].whole.passes.verdict = "worse"
    comparison.comparisons[0].behaviors = []
    report = made.report.model_copy(update={"comparison": comparison})
    assert "the whole run got worse" in comment(report, [], {}, "router.db")
    halted = report.model_copy(update={"halted": "the cap was reached"})
    assert "what was evaluated got worse" in comment(halted, [], {}, "router.db")


def test_the_comparison_is_a_table_by_behavior(make_report: MakeReport):
    made = make_report({"v2": "fp"})
    comparison = compared("router@v2 · rules", broken_case("01JC"))
    page = rendered(summary(made.report.model_copy(update={"comparison": comparison}), [], {}, 100_000))
    assert "Against " in page.plain
    assert "1 behavior got worse" in page.plain
    assert {"main", "Routing/Out of scope", "Routing/Ambiguous"} <= set(page.coded)
    assert "Broken cases: 1 of 5" in page.plain


def test_pages_end_where_there_is_no_more_room_and_say_so(make_report: MakeReport):
    made = make_report({"v1": "f" * 300}, inputs=["💥" * 1500] * 300)
    failing = [FailingCase("Routing", recorded(done)) for done in made.evaluations]
    body = comment(made.report, failing, {}, "router.db")
    assert len(body.encode("utf-16-le")) / 2 <= COMMENT_MOST
    page = summary(made.report, failing, {}, 50_000)
    assert len(page.encode()) <= 50_000
    for markdown in (body, page):
        assert markdown.endswith("has all of it.*\n")
        assert markdown.count("<details>") == markdown.count("</details>")
        assert rendered(markdown).tags <= OURS
