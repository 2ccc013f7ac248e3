"""Drift of real project files, told by the command line."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from synterm.cli.main import main
from synterm.core.drift import AlarmKind, DriftAlarm, DriftReport
from synterm.core.traffic import LoggedCall
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.logged import called, days_of, filled, judged, scenario_ids

TEXTS = {
    "off-topic": ["what is the capital of peru", "who won the world cup", "tell me a joke about cats"],
    "borderline": ["notes from the meeting", "book a room for four people", "sum up the call with the team"],
    "?": ["my invoice is wrong and I want a refund", "cancel my subscription at once", "where is my parcel"],
}


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    """A project with two behaviors."""
    return make_project()


def days(path: Path, mixes: Sequence[Mapping[str, float]], calls: int, seed: int = 1) -> list[LoggedCall]:
    """So many calls a day, by the shares of scenarios; kept in the project."""
    ids = {**scenario_ids(path), "?": "?"}
    texts = {ids[name]: some for name, some in TEXTS.items()}
    made = days_of([{ids[name]: share for name, share in mix.items()} for mix in mixes], calls, seed, texts)
    filled(path, made)
    return made


def told(path: Path, *options: str) -> DriftReport:
    """What the command writes as JSON."""
    target = path.with_suffix(".json")
    assert main(["inbox", str(path), "--drift", "--json", str(target), *options]) == 0
    return DriftReport.model_validate_json(target.read_bytes())


def alarms(report: DriftReport) -> set[tuple[AlarmKind, str]]:
    """What is alarming, of which behavior."""
    return {(one.kind, one.behavior.rpartition("/")[2]) for one in report.alarms}


def of(report: DriftReport, kind: AlarmKind, behavior: str = "") -> DriftAlarm:
    """What was found of one kind, for one behavior."""
    [found] = [one for one in report.findings if (one.kind, one.behavior) == (kind, behavior)]
    return found


STEADY = {"off-topic": 0.35, "borderline": 0.55, "?": 0.1}


def test_traffic_that_stays_the_same_alarms_nobody(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days(path, [STEADY] * 9, 60)
    report = told(path, "--fail-on", "alarm,new-failures")
    assert report.alarms == []
    assert report.by == "day"
    assert (len(report.windows), report.look) == (6, 6)
    assert report.reference
    assert report.reference.kind == "window"
    assert report.reference.name == "2026-03-02 to 2026-03-04"
    assert any("nothing was judged" in note for note in report.notes)
    shares = [part.share or 0.0 for one in report.windows for part in (*one.behaviors, one.uncovered)]
    assert sum(shares) == pytest.approx(len(report.windows))
    assert "no alarm" in capsys.readouterr().out


def test_planted_drift_is_found_with_what_and_since_when(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days(path, [STEADY] * 6 + [{"off-topic": 0.35, "borderline": 0.25, "?": 0.4}] * 4, 100)
    report = told(path)
    assert {("uncovered", ""), ("input mix", "Ambiguous"), ("meaning", "")} <= alarms(report)
    uncovered = of(report, "uncovered")
    assert uncovered.is_up
    assert uncovered.since in {"2026-03-07", "2026-03-08", "2026-03-09"}
    assert uncovered.before
    assert uncovered.after
    assert uncovered.before.ci[0] <= 0.1 <= uncovered.before.ci[1]
    assert uncovered.after.ci[0] <= 0.4 <= uncovered.after.ci[1]
    assert uncovered.difference_ci
    assert uncovered.difference_ci[0] > 0.1
    assert "synterm inbox" in uncovered.next
    assert any(words in text for text in of(report, "meaning").examples for words in ("invoice", "cancel", "parcel"))
    assert ("input mix", "Out of scope") not in alarms(report)
    shown = capsys.readouterr().out
    assert "▲ ALARM uncovered" in shown
    assert "▼ ALARM input mix: Routing/Ambiguous is asked less than before" in shown
    assert main(["inbox", str(path), "--drift", "--fail-on", "alarm"]) == 1
    assert "exit 1: alarm" in capsys.readouterr().err


@pytest.mark.parametrize(("before", "after"), [(1, 1), (11, 2), (3, 90), (200, 11), (11, 11)])
def test_small_samples_never_alarm(path: Path, before: int, after: int) -> None:
    scenario = scenario_ids(path)["borderline"]
    old = [called(f"notes {at}", at, scenario) for at in range(before)]
    new = [called(f"an invoice {at}" * 9, 3000 + at, "?", latency_ms=9e4) for at in range(after)]
    filled(path, [*old, *new])
    with Project.open(path) as project:
        judged(project, [*old, *new], [one.id for one in new])
    report = told(path, "--by", "day")
    assert report.alarms == []
    assert report.findings
    assert all(one.state in ("no change found", "not enough evidence") for one in report.findings)


def test_what_is_asked_again_and_again_counts_once(path: Path) -> None:
    ids = scenario_ids(path)
    days(path, [STEADY] * 6, 60)
    again = [called("is it up", 5 * 1440 + at, ids["off-topic"], at=at) for at in range(300)]
    filled(path, again)
    report = told(path)
    assert report.alarms == []
    last = report.windows[-1]
    [part] = [one for one in last.behaviors if one.behavior == "Routing/Out of scope"]
    # Of the traffic it is most; as evidence it is one input.
    assert part.share
    assert part.share > 0.8
    assert part.share_ci
    assert part.share_ci[1] - part.share_ci[0] > 0.5
    assert part.calls - part.inputs == 299


def test_sampled_calls_stand_for_others_and_are_no_more_evidence(path: Path) -> None:
    made = days(path, [STEADY] * 5, 40)
    heavy = path.with_name("heavy.db")
    heavy.write_bytes(path.read_bytes())
    with Project.open(heavy) as project:
        project.traffic.remove_log("").result()
        project.traffic.add([replace(one, weight=20.0) for one in made]).result()
    plain, weighted = told(path), told(heavy)
    assert weighted.windows[-1].whole.stands_for == pytest.approx(20 * plain.windows[-1].whole.stands_for)
    assert [one.p_value for one in weighted.findings] == pytest.approx([one.p_value for one in plain.findings])


def test_a_fall_of_the_pass_rate_is_found_in_the_verdicts_of_runs(path: Path) -> None:
    made = days(path, [STEADY] * 10, 80)
    chance = random.Random(4)
    placed = [one for one in made if one.scenario_id]
    fails = [one.id for one in placed if chance.random() < (0.05 if one.served < "2026-03-08" else 0.25)]
    with Project.open(path) as project:
        # A first run found all of them good; the last word counts.
        judged(project, placed)
        run_id = judged(project, placed, fails)
    report = told(path)
    found = of(report, "pass rate")
    assert (found.state, found.is_up, found.sure) == ("alarm", False, "very sure")
    assert found.since in {"2026-03-07", "2026-03-08", "2026-03-09"}
    assert f"--run {run_id[-8:]}" in found.next
    assert alarms(report) <= {("pass rate", ""), ("pass rate", "Out of scope"), ("pass rate", "Ambiguous")}
    last = report.windows[-1].whole
    assert (last.judged, last.passed) == (
        sum(one.served >= "2026-03-11" for one in placed),
        sum(one.served >= "2026-03-11" and one.id not in fails for one in placed),
    )


def test_what_gets_better_is_told_and_alarms_nobody(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = days(path, [STEADY] * 8, 100)
    with Project.open(path) as project:
        placed = [one for one in made if one.scenario_id]
        judged(project, placed, [one.id for one in placed[::3] if one.served < "2026-03-06"])
    assert main(["inbox", str(path), "--drift", "--fail-on", "alarm"]) == 0
    assert "that is for the better" in capsys.readouterr().out


def test_errors_length_and_latency_are_told_of_all_calls(path: Path) -> None:
    made = days(path, [STEADY] * 8, 80)
    changed = [
        replace(
            one,
            id=one.id[:-1] + ("0" if one.id[-1] != "0" else "1"),
            input={"message": str(one.input["message"]) + " and some more words that make it longer by far"},
            latency_ms=(one.latency_ms or 0) * 3,
        )
        for one in made
        if one.served >= "2026-03-08"
    ]
    with Project.open(path) as project:
        project.traffic.remove_log("").result()
        project.traffic.add([one for one in made if one.served < "2026-03-08"] + changed).result()
    report = told(path)
    assert {("length", ""), ("latency", "")} <= alarms(report)
    assert "characters" in of(report, "length").words
    assert of(report, "errors").state == "no change found"


def test_too_little_says_how_much_more_it_takes(path: Path) -> None:
    made = days(path, [STEADY] * 4, 30)
    with Project.open(path) as project:
        placed = [one for one in made if one.scenario_id]
        judged(project, placed, [placed[1].id, placed[-1].id])
    found = of(told(path), "pass rate")
    assert found.state == "not enough evidence"
    assert "not enough evidence" in found.words
    assert "more call" in found.words or "are too few" in found.words


def test_windows_of_equal_numbers_and_weeks(path: Path) -> None:
    days(path, [STEADY] * 15, 20)
    by_number = told(path, "--by", "50")
    assert by_number.by == "50"
    assert [one.whole.calls for one in by_number.windows] == [50] * 4
    assert by_number.reference
    assert by_number.reference.inputs
    assert by_number.reference.inputs.whole.calls == 100
    weeks = told(path, "--by", "week")
    assert [one.name for one in weeks.windows] == ["2026-W11", "2026-W12"]
    assert [one.whole.calls for one in weeks.windows] == [140, 20]
    since = told(path, "--by", "day", "--since", "2026-03-10")
    assert since.reference
    assert since.reference.inputs
    assert since.reference.inputs.since == "2026-03-10T00:00:00.000Z"


def test_a_baseline_over_traffic_is_held_against_what_came_after_it(path: Path) -> None:
    made = days(path, [STEADY] * 8, 80)
    with Project.open(path) as project:
        first = judged(project, [one for one in made if one.served < "2026-03-06"])
        judged(project, [one for one in made if one.served >= "2026-03-06"])
    assert main(["baseline", str(path), "set", "traffic", "--run", first[-8:]]) == 0
    report = told(path, "--against", "traffic")
    assert report.reference
    assert (report.reference.kind, report.reference.name) == ("baseline", "traffic")
    assert report.reference.inputs
    assert report.reference.inputs.whole.calls == 320
    assert report.windows[0].name == "2026-03-06"
    assert report.alarms == []


def test_a_baseline_over_cases_says_how_often_they_passed(path: Path) -> None:
    assert main(["run", str(path), "--prompt", "router@v2", "--quiet", "--fail-on", ""]) == 0
    assert main(["baseline", str(path), "set", "main"]) == 0
    made = days(path, [STEADY] * 6, 60)
    with Project.open(path) as project:
        judged(project, [one for one in made if one.scenario_id])
    report = told(path, "--against", "main")
    assert report.reference
    assert report.reference.kind == "baseline"
    assert report.reference.pass_rates["Routing/Ambiguous"].rate == pytest.approx(2 / 3)
    assert report.reference.pass_rates["Routing/Out of scope"].rate == 1.0
    # All together, they are mixed as the calls are.
    assert 0.75 < report.reference.pass_rates[""].rate < 0.9
    assert of(report, "pass rate").state == "not enough evidence"
    assert any("held against the first windows" in note for note in report.notes)


def test_cases_are_judged_again_in_the_form_in_which_calls_were(path: Path) -> None:
    assert main(["run", str(path), "--prompt", "router@v1", "--quiet", "--fail-on", ""]) == 0
    assert main(["baseline", str(path), "set", "main"]) == 0
    days(path, [STEADY] * 4, 60)
    assert main(["run", str(path), "--source", "production", "--quiet"]) == 0
    report = told(path, "--against", "main")
    assert report.reference
    # Of four cases one expects what was answered; but all answers name a label, and of calls nothing else is asked.
    assert {rate.rate for rate in report.reference.pass_rates.values()} == {1.0}
    assert any("judged again" in note for note in report.notes)
    assert report.alarms == []


def test_the_window_before_and_the_cases_can_be_held_against(path: Path) -> None:
    days(path, [STEADY] * 4 + [{"off-topic": 0.95, "borderline": 0.05}], 150)
    previous = told(path, "--against", "previous")
    assert previous.reference
    assert previous.reference.name == "2026-03-05"
    assert ("input mix", "Out of scope") in alarms(previous)
    cases = told(path, "--against", "cases")
    assert cases.reference
    assert cases.reference.kind == "cases"
    assert any("chosen, and not drawn" in note for note in cases.notes)


def test_without_the_extra_inputs_are_compared_by_their_words(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days(path, [STEADY] * 6 + [{"off-topic": 0.35, "borderline": 0.25, "?": 0.4}] * 4, 100)
    for name in ("can_tell_meanings", "can_tell_languages"):
        monkeypatch.setattr(f"synterm.production.drift.report.{name}", lambda: False)
    monkeypatch.setattr("synterm.production.drift.meaning.can_tell_meanings", lambda: False)
    report = told(path)
    assert ("meaning", "") in alarms(report)
    assert any("by their words" in note for note in report.notes)
    assert all(one.languages is None for one in report.windows)


def test_what_is_asked_in_another_language_is_told(path: Path) -> None:
    ids = scenario_ids(path)
    days(path, [STEADY] * 4, 60)
    german = ["bitte fasse mir die Notizen der Besprechung zusammen", "buche einen Raum für vier Leute am Freitag"]
    texts = [f"{german[at % 2]}, das ist Nummer {at}" for at in range(80)]
    filled(path, [called(text, 4 * 1440 + at, ids["borderline"]) for at, text in enumerate(texts)])
    report = told(path)
    assert ("language", "") in alarms(report)
    assert any(name.startswith("de ") for name in of(report, "language").moved)
    languages = report.windows[-1].languages
    assert languages
    assert max(languages, key=lambda code: languages[code]) == "de"


def test_nothing_to_hold_against_anything_says_so(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inbox", str(path), "--drift"]) == 0
    assert "--as production brings it in" in capsys.readouterr().err
    filled(path, [called(f"notes {at}", at) for at in range(5)])
    assert main(["inbox", str(path), "--drift"]) == 0
    said = capsys.readouterr().err
    assert "only one window" in said
    assert "5 calls were looked for no behavior" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--by", "day"), "goes with --drift"),
        (("--drift", "--by", "month"), "is no window"),
        (("--drift", "--by", "0"), "is no window"),
        (("--drift", "--by", "1"), "more than 400"),
        (("--drift", "--fail-on", "everything"), "is not known"),
        (("--drift", "--against", "nobody"), "nobody"),
        (("--drift", "--low"), "says nothing of drift"),
    ],
)
def test_what_can_not_be_is_refused_with_a_hint(
    path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    days(path, [STEADY] * 2, 300)
    assert main(["inbox", str(path), *options]) == 2
    said = capsys.readouterr().err
    assert words in said
