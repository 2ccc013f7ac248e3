"""A run's report as an HTML file: what it says without its script, and that texts stay texts."""

from __future__ import annotations

import json
import platform
import re
import tomllib
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.color import Color

from synterm import __version__
from synterm.core.comparison import (
    ChangedCase,
    CompareReport,
    PartComparison,
    PassComparison,
    Side,
    SideOfCase,
    VariantComparison,
    Verdict,
)
from synterm.core.metrics import FlakyReport, StoppedEarly
from synterm.core.report import CorrectedRate, GateReport, MetricReport, RunReport
from synterm.evaluate.recount import recount
from synterm.evaluate.report import build_report
from synterm.paths import themes_dir
from synterm.reports.html import document
from synterm.reports.html.choice import Choice
from synterm.reports.html.island import island
from synterm.reports.html.rows import LONGEST
from synterm.storage.project import Project
from synterm.storage.recorded import Verdicts
from synterm.tui.look.contrast import ENOUGH, contrast
from tests.conftest import SMALL, MakeProject
from tests.reports.conftest import report_of
from tests.support.hostile import ATTEMPTS, LONG, hostile_project
from tests.support.recording import record_run

BOTH = ("--prompt", "router@all", "--split", "all")
PAGE = Path(document.__file__).parent / "page"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs",)))
    | st.sampled_from(ATTEMPTS),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(ATTEMPTS) | st.text("<>&a\u2028"), inner)
    ),
    max_leaves=12,
)


class Read(HTMLParser):
    """The elements of a page with their attributes, the text of each kind of element, and what scripts hold."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._open = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag if tag in ("script", "style") else ""
        if self._open:
            (self.scripts if tag == "script" else self.styles).append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            (self.scripts if self._open == "script" else self.styles)[-1] += data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All that is shown without the script."""
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the script is told of the evaluations, with the cases that they name."""
        islands = [json.loads(text) for text in self.scripts[1:-1]]
        cases = [case for part in islands for case in part["cases"]]
        checks = [check for part in islands for check in part["checks"]]
        return [
            {**row, "case": cases[row["case"]], "checks": [checks[number] for number in row["checks"]]}
            for part in islands
            for row in part["rows"]
        ]


def written(path: Path, *, most: int | None = None, change: Callable[[RunReport], None] | None = None) -> Read:
    """The report of the last run of a project."""
    with Project.look(path) as project:
        run = project.runs.all()[-1]
        result = recount(project, run).result
        report = build_report(result, run_id=run.id, project=project.name)
        if change:
            change(report)
        target = path.parent / "report.html"
        document.write_html(project, report, result, str(target), most=most, recounted=True)
    return Read(target.read_text(encoding="utf-8"))


@given(JSON)
def test_an_island_says_what_was_put_in_and_nothing_to_html(value: Any) -> None:
    text = str(island(value))
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value
    [script] = Read(f"<script type=x>{text}</script>").scripts
    assert json.loads(script) == value


def test_the_policy_allows_this_style_and_this_script_only(make_project: MakeProject) -> None:
    page = written(record_run(make_project(), *BOTH))
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    [style] = page.styles
    for kind, text in (("style", style), ("script", page.scripts[-1])):
        assert f"{kind}-src 'sha256-{b64encode(sha256(text.encode()).digest()).decode()}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy and "http:" not in policy and "connect-src" not in policy
    assert {"name": "referrer", "content": "no-referrer"} in page.all("meta")


def test_nothing_is_fetched_from_anywhere(make_project: MakeProject) -> None:
    page = written(record_run(make_project(hostile_project())))
    places = [value for _, found in page.elements for name, value in found.items() if name in ("src", "href", "action")]
    assert [place for place in places if place and not place.startswith(("#", "data:"))] == []
    assert not any(name.startswith("on") or name == "style" for _, found in page.elements for name in found)
    assert "url(" not in page.styles[0] and "@import" not in page.styles[0]
    for banned in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "import(",
    ):
        assert banned not in page.scripts[-1]


def test_what_tries_to_be_markup_stays_text(make_project: MakeProject) -> None:
    page = written(record_run(make_project(hostile_project())))
    harmless = written(record_run(make_project(name="other.db"), *BOTH))
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in harmless.elements} | {"h5"}
    assert len(page.scripts) == 3
    for attempt in ATTEMPTS[:12]:
        assert " ".join(attempt.split()) in page.text
    answers = [row["answer"] for row in page.rows if isinstance(row.get("answer"), str)]
    assert set(answers) >= set(ATTEMPTS[:12])
    assert "‹U+202E›esrever" in page.text and "␛]52" in page.text
    assert not set("\x1b\u202e\u2066\u2028") & set("".join(page.texts) + "".join(page.scripts))


def test_of_a_very_long_text_the_beginning_stands_there_and_how_much_does_not(make_project: MakeProject) -> None:
    page = written(record_run(make_project(hostile_project())))
    [answer] = [row["answer"] for row in page.rows if isinstance(row.get("answer"), dict)]
    assert answer == {"text": LONG[:LONGEST], "more": len(LONG) - LONGEST}
    assert f"{len(LONG) - LONGEST:,} more characters" in page.text


def test_it_can_be_read_without_its_script(make_project: MakeProject) -> None:
    page = written(record_run(make_project(), *BOTH))
    for words in (
        "small router",
        "router@v1 · rules → router@v2 · rules: not enough evidence, ▲ 3 fixed and ▼ 0 broken",
        "All 10 evaluations of the run stand here",
        "what's the capital of peru",
        "out_of_scope",
        "Ambiguous",
        "You route one message to one agent.",
        f"synterm {__version__}, Python {platform.python_version()}",
        "A gate that was given with",
    ):
        assert words in page.text
    assert page.text.count("✗ failed") >= 5


def test_each_evaluation_is_told_with_its_case_and_reasons(make_project: MakeProject) -> None:
    page = written(record_run(make_project(), *BOTH, "--repeat", "2"))
    rows = page.rows
    assert len(rows) == 20
    verdicts = [row["verdict"] for row in rows]
    assert verdicts == sorted(verdicts, key=["failed", "none", "passed"].index)
    assert {row["case"]["behavior"] for row in rows} == {
        "Routing/Out of scope/off-topic",
        "Routing/Ambiguous/borderline",
    }
    failed = rows[0]
    assert failed["case"]["inputs"] == [["message", "what's the capital of peru"]]
    assert (failed["case"]["expected"], failed["answer"], failed["label"]) == ("out_of_scope", "clarify", "clarify")
    assert failed["case"]["tags"] == ["terse", "trivia"]
    [check] = failed["checks"]
    assert (check["type"], check["passed"], check["score"]) == ("label", False, 0.0)
    assert "out_of_scope" in check["reason"]
    assert {row.get("repeat") for row in rows} == {None, 2}


def test_errors_are_no_failures(make_project: MakeProject) -> None:
    text = SMALL.replace("rate limited", "not sent") + '              - {input: "flood", expected: clarify}\n'
    page = written(record_run(make_project(text), "--prompt", "router@v2"))
    assert "without a verdict: errors, not failures" in page.text
    [row] = [row for row in page.rows if row["verdict"] == "none"]
    assert row["case"]["title"] == "flood" and row["error"]


@pytest.mark.parametrize("most", [0, 1, 7, 9, 10, 12, 100])
def test_failures_go_first_and_what_is_left_out_is_said(make_project: MakeProject, most: int) -> None:
    page = written(record_run(make_project(), *BOTH), most=most)
    verdicts = [row["verdict"] for row in page.rows]
    assert len(verdicts) == min(most, 10)
    assert verdicts.count("failed") == min(most, 5)
    assert (f"{10 - most:,} are left out" in page.text) is (most < 10)
    if most == 7:
        assert "all 5 that failed; a sample of 2 of the 5 that passed" in page.text
    if most == 1:
        assert "a sample of 1 of the 5 that failed; none of the 5 that passed" in page.text


@given(st.text("pf?", min_size=1, max_size=40), st.text("pf?", min_size=1, max_size=40), st.integers(0, 90))
def test_a_choice_is_as_large_as_it_says(first: str, second: str, most: int) -> None:
    made = report_of({"v1": first, "v2": second})
    choice = Choice(made.result.sheet, most)
    parts = (choice.failed, choice.without_verdict, choice.passed)
    assert sum(part.shown for part in parts) == choice.shown == min(most, len(first) + len(second))
    assert sum(part.made for part in parts) == choice.made
    # A verdict has room only once the one before it is all there.
    for one, other in pairwise(parts):
        assert one.shown == one.made or other.shown == 0


def test_a_sample_is_of_the_same_cases_under_each_variant(make_project: MakeProject) -> None:
    path = record_run(make_project(), "--prompt", "router@v1", "--split", "all", "--repeat", "4")
    with Project.look(path) as project:
        run = project.runs.all()[-1]
        choice = Choice(recount(project, run).result.sheet, 8)
        shown = [done.case_id for done in choice.of(project.runs.recorded(run.id, Verdicts.FAILED))]
    assert len(shown) == 8
    assert len(set(shown)) == 2


def test_evaluations_are_not_held(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_WITHOUT_SCRIPT", 2)
    monkeypatch.setattr(document, "_CHUNK", 3)
    page = written(record_run(make_project(), *BOTH))
    assert [len(json.loads(text)["rows"]) for text in page.scripts[1:-1]] == [3, 3, 3, 1]
    assert len(page.rows) == 10
    assert "Without JavaScript the first 2 of the 10" in page.text


def test_a_write_that_fails_leaves_the_old_file(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    path = record_run(make_project(), *BOTH)
    target = path.parent / "report.html"
    target.write_text("old")

    def fail(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(document.Rows, "chunk", fail)
    with pytest.raises(ZeroDivisionError):
        written(path)
    assert target.read_text() == "old"


def test_a_run_of_nothing_is_a_report_too(make_project: MakeProject) -> None:
    path = make_project()
    with Project.open(path) as project:
        project.runs.start({}, who="", git_commit=None).result()
    page = written(path)
    assert "Nothing was evaluated" in page.text
    assert page.rows == []


def compared(verdict: Verdict) -> CompareReport:
    side = SideOfCase(passed=True, rate=1.0, score=1.0, output="schedule <b>", reason="")
    other = SideOfCase(passed=False, rate=0.5, score=0.0, output="clarify", reason="no")
    passes = PassComparison(
        compared=40, roots=30, fixed=1, broken=9, roots_up=1, roots_down=8, rate_before=0.9, rate_after=0.7,
        difference=-0.2, difference_ci=(-0.31, -0.08), p_value=0.02, p_adjusted=0.04, verdict=verdict,
        more_cases_needed=12,
    )  # fmt: skip
    case = ChangedCase(
        case_id="01ABC", path="A/B/c", input={"q": "do <i>it</i>"}, expected=None, before=side, after=other
    )
    part = PartComparison(path="A/B", passes=passes)
    found = VariantComparison(
        before="old", after="router@v2 · rules", whole=part.model_copy(update={"path": ""}), behaviors=[part], fixed=[],
        broken=[case], unpaired=[], unpaired_counts={"only before": 3},
    )  # fmt: skip
    return CompareReport(
        before=Side(name="main <1>", project="p", run_id=None),
        after=Side(name="run", project="p", run_id=None),
        comparisons=[found],
        variants_unpaired=["router@v9 · rules"],
        notes=["a check changed: <label>"],
    )


def test_a_comparison_stands_first_and_in_full(make_project: MakeProject) -> None:
    path = record_run(make_project(), *BOTH)

    def compare(report: RunReport) -> None:
        report.comparison = compared("worse")

    page = written(path, change=compare)
    for words in (
        "Worse than main <1>",
        "old → router@v2 · rules: worse, ▲ 1 fixed and ▼ 9 broken",
        "Against main <1>",
        "pass rate −20.0 points [−31.0 to −8.0]",
        "p = 0.02 (exact McNemar)",
        "Not compared: 3 cases (3 only before)",
        "do <i>it</i>",
        "schedule <b>",
        "50 % of repeats",
        "router@v9 · rules: nothing to hold it against",
        "a check changed: <label>",
    ):
        assert words in page.text


def test_gates_of_any_kind_are_told(make_project: MakeProject) -> None:
    path = record_run(make_project(), *BOTH)

    def gate(report: RunReport) -> None:
        report.gates = [
            GateReport(
                kind="max_latency_ms", words="p95 at most 2 s", found=2500, finding="p95 is 2,500 ms", state="failed"
            ),
            GateReport(
                kind="must_pass", words="all <must> pass", failing=["01AAAAAAAA"], state="failed", note="careful"
            ),
            GateReport(kind="max_cost_usd", words="at most $1", found=0.5, finding="it is <$0.5>", state="passed"),
        ]

    page = written(path, change=gate)
    for words in (
        "2 of 3 gates fail",
        "p95 at most 2 s",
        "p95 is 2,500 ms",
        "all <must> pass",
        "1 case breaks it",
        "! careful",
        "it is <$0.5>",
    ):
        assert words in page.text


def test_what_only_some_runs_have_is_told(make_project: MakeProject) -> None:
    path = record_run(make_project(), *BOTH, "--repeat", "3")

    def fill(report: RunReport) -> None:
        first = report.variants[0]
        first.metrics = {"<tone>": MetricReport(n=3, mean=0.5, pass_rate=0.25, ci=(0.1, 0.9))}
        first.corrected_pass_rate = CorrectedRate(
            rate=0.6, ci=(0.4, 0.8), check="llm-rubric", judge="<judge>", n=30, judged_rate=0.7
        )
        first.cost_usd_per_case, first.turns = 0.002, 2.5
        report.stopped_early = StoppedEarly(lead=2, rounds=3, settled=4, open=1, spared=7)
        report.halted, report.totals.not_made = "the cap of <$2> is reached", 3
        cell = FlakyReport(
            case_id="01AB",
            behavior="A/B",
            variant=first.name,
            stability="flaky:model",
            n=3,
            passed=1,
            answers=2,
            input="<x>",
        )
        report.flaky = [cell] * 60

    page = written(path, change=fill)
    for words in (
        "Incomplete: 3 evaluations not made",
        "Halted: the cap of <$2> is reached",
        "<tone> 0.50 0.10–0.90 25 % pass ·",
        "people would pass 60 % 40–80 , where llm-rubric passes 70 %",
        "30 human verdicts for <judge>",
        "$0.002",
        "any of 3 passes",
        "Stopped early: 4 of 5 cells settled in 3 rounds, 7 evaluations spared",
        "The least steady",
        "A / B",
        "and 10 others",
        "3 answers to each case",
    ):
        assert words in page.text


def _colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


def test_its_colours_are_those_of_the_themes_and_can_be_read() -> None:
    css = (PAGE / "report.css").read_text(encoding="utf-8")
    light, dark = css.partition("@media")[0], css.partition("@media")[2].partition("\n}\n")[0]
    for name, block in (("light", light), ("dark", dark)):
        colours = _colours(block)
        theme = tomllib.loads((themes_dir() / f"synterm-{name}.toml").read_text(encoding="utf-8"))["colors"]
        shared = ("foreground", "background", "surface", "panel", "primary", "success", "warning", "error")
        assert {key: colours[key] for key in shared} == {key: theme[key] for key in shared}
        for ground in ("background", "surface"):
            for ink in ("foreground", "quiet", "primary", "success", "warning", "error"):
                assert contrast(Color.parse(colours[ink]), Color.parse(colours[ground])) >= ENOUGH, (name, ink, ground)


def test_tables_have_heads_and_pictures_have_words(make_project: MakeProject) -> None:
    page = written(record_run(make_project(), *BOTH))
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))
    assert all("aria-label" in found or found.get("aria-hidden") == "true" for found in page.all("svg"))
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("h1")) == 1 and len(page.all("main")) == 1
