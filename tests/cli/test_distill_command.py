"""`synterm distill` as people call it: on project files that were really run, against a real endpoint."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from synterm.core.case import Case
from synterm.storage.cases import CaseFilter
from synterm.storage.connect import connect
from synterm.storage.project import Project
from tests.cli.conftest import Done, Synterm
from tests.conftest import SMALL, MakeProject
from tests.support.http_stub import Messages, Reply, Stub

ROOMS = [f"book a meeting room for {who}" for who in ("the sales team", "Ines and Nils", "our new people", "everyone")]
ALL = CaseFilter(split=None, status=None)
WORDY = "would you be so kind and do not forget to send me the notes of last week some time"
HOSTILE = "\x1b]0;owned\x07 <b>[red]notes \u202e not the notes of last week"


@pytest.fixture
def path(make_project: MakeProject, synterm: Synterm) -> Path:
    """Two runs of a router that knows no rooms: five cases keep failing, and two fail in the first run only."""
    made = make_project()
    with Project.open(made) as project:
        scenario = project.nodes.find("borderline").id
        rooms = [Case(scenario_id=scenario, input={"message": text}, expected="schedule") for text in ROOMS]
        rest = [Case(scenario_id=scenario, input={"message": f"do it {at}"}, expected="clarify") for at in range(20)]
        project.cases.put([*rooms, *rest]).result()
    for version in ("v1", "v2"):
        synterm("run", made, "--prompt", f"router@{version}", "--quiet", "--fail-on", "")
    return made


def by_input(path: Path, text: str) -> str:
    """The end of the id of the case with this input."""
    with Project.open(path) as project:
        return next(case.id[-8:] for case in project.cases.select(ALL) if case.title == text)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_report_tells_why_where_and_what_next_and_leaves_the_file_alone(synterm: Synterm, path: Path) -> None:
    before = digest(path)
    done = synterm("distill", path)
    assert done.code == 0
    assert (digest(path), [one.name for one in path.parent.glob("small.db-*")]) == (before, [])
    assert "small router: 5 of 28 cases keep failing, under router@v2 · rules; run " in done.err
    assert "2 cases failed in a run before, and no longer" in done.err
    assert "  spec gap           5  → new behavior" in done.out
    assert "the prompt nowhere names schedule, which is expected  (5 ×)" in done.out
    assert f'{by_input(path, "book a room")}  "book a room"  clarify instead of schedule' in done.out
    assert "1 cluster of 5 cases" in done.out
    assert "5 cases, 100 %  all of them in each of the last 2 runs" in done.out
    assert "cases that expect schedule fail, and no others do: 5 of 5 against 0 of 23" in done.out
    for option in ("--confirm", "--shrink", "--boundary", "--around", "--cluster"):
        assert f"next: synterm distill {path} {option}" in done.err


def test_what_it_says_comes_next_can_be_done(synterm: Synterm, path: Path) -> None:
    for line in synterm("distill", path).err.splitlines():
        if line.startswith("next: "):
            words = line.removeprefix("next: synterm ").partition("      ")[0].partition("  ")[0].split()
            assert synterm(*words).code == 0, line


def test_as_json_it_fits_its_schema_and_holds_what_was_found_now(synterm: Synterm, path: Path) -> None:
    schema = Draft202012Validator(synterm("schema", "distill").json)
    found = synterm("distill", path, "--json", "-").json
    schema.validate(found)
    assert (len(found["failing"]), len(found["clusters"]), found["shrunk"]) == (5, 1, [])
    case = by_input(path, ROOMS[0])
    done = synterm("distill", path, "--shrink", case, "--boundary", case, "--along", "length", "--json", "-")
    schema.validate(done.json)
    assert [one["case_id"][-8:] for one in done.json["shrunk"]] == [case]
    assert [one["dimension"] for one in done.json["boundaries"]] == ["length"]
    assert "before" in done.err, "what people read goes to stderr then"


def test_clusters_are_kept_only_where_that_is_asked_for_and_names_stay(synterm: Synterm, path: Path) -> None:
    def clusters() -> list[Any]:
        return synterm("distill", path, "--json", "-").json["clusters"]

    [first] = clusters()
    assert "--cluster" in synterm("distill", path).err
    assert "kept 1 cluster" in synterm("distill", path, "--cluster").err
    assert "--cluster" not in synterm("distill", path).err
    assert synterm("distill", path, "--cluster", "--quiet").err == ""
    done = synterm("distill", path, "--name", "1", "rooms, of whatever kind")
    assert f"cluster {first['id']}" in done.err
    assert synterm("rm", path, "case", by_input(path, ROOMS[3]), "--yes").code in (0, 2)
    synterm("run", path, "--prompt", "router@v2", "--quiet", "--fail-on", "")
    [again] = clusters()
    assert (again["id"], again["name"]) == (first["id"], "rooms, of whatever kind")
    told = synterm("distill", path).out
    assert f"rooms, of whatever kind  (named by {again['by']})" in told
    assert synterm("distill", path, "--name", first["id"][:5], "again").code == 0
    assert "cluster needs a name" in synterm("distill", path, "--name", "1", " ").err
    assert synterm("distill", path, "--name", "7", "none").code == 2


def test_what_a_person_says_stays_and_the_next_step_is_named(synterm: Synterm, path: Path) -> None:
    case = by_input(path, ROOMS[0])
    done = synterm("distill", path, "--confirm", f"{case}=wrong-label")
    assert done.code == 0
    assert f"next: synterm edit {path} case {case} --expected clarify" in done.err
    found = synterm("distill", path, "--json", "-").json["failing"]
    [mine] = [one["triage"] for one in found if one["case_id"].endswith(case)]
    assert (mine["type"], mine["confirmed"]) == ("wrong label", True)
    assert "✓ " in synterm("distill", path).out
    assert synterm("distill", path, "--confirm", f"{case}=nonsense").code == 2
    assert "spec-gap" in synterm("distill", path, "--confirm", case).err
    fine = by_input(path, "do it")
    assert f"case {fine} is none that keeps failing" in synterm("distill", path, "--confirm", f"{fine}=spec-gap").err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--along", "noise"), "--along says how, but not what"),
        (("--keep",), "it goes with --shrink"),
        (("--boundary", "ABCDEF"), "--boundary needs to know what is varied"),
        (("--shrink", "ABCDEFGH"), "no case named 'ABCDEFGH'"),
        (("--run", "last-7"), "there are not so many runs"),
        (("--prompt", "router@v9"), "has no such variant"),
        (("--model", "other"), "it has: router@v2 · rules"),
        (("--behavior", "Nowhere"), "nothing in the tree matches"),
        (("--around", "9"), "no cluster is called '9'"),
        (("--around", "1", "--with", "paraphrase"), "--writer MODEL"),
        (("--around", "1", "--with", "nosuch"), "nosuch"),
        (("--judge", "nobody"), "nobody"),
        (("--attack", "nosuch"), "is no kind of attack"),
        (("--attack", "pair"), "--writer MODEL"),
        (("--json", "no/such/file.json"), "no such folder"),
    ],
)
def test_what_can_not_be_is_said_and_nothing_is_kept(
    synterm: Synterm, path: Path, options: Sequence[str], said: str
) -> None:
    done = synterm("distill", path, *options)
    assert done.code == 2
    assert said in done.err
    with Project.open(path) as project:
        kinds = ("triage", "cluster", "shrink", "boundary", "attack")
        assert not any(project.findings.all(kind) for kind in kinds)


def test_without_a_run_or_without_failures_it_says_so(synterm: Synterm, make_project: MakeProject) -> None:
    made = make_project()
    assert "no recorded run yet" in synterm("distill", made).err
    synterm("run", made, "--prompt", "router@v2", "--behavior", "Out of scope", "--quiet", "--fail-on", "")
    done = synterm("distill", made)
    assert (done.code, done.out) == (0, "")
    assert "no case keeps failing" in done.err


def test_only_some_behaviors_variants_and_runs(synterm: Synterm, path: Path) -> None:
    def failing(*options: str) -> int:
        return len(synterm("distill", path, "--json", "-", *options).json["failing"])

    assert failing("--behavior", "Out of scope") == 0
    assert failing("--behavior", "Ambiguous", "--prompt", "router@2", "--model", "rules") == 5
    assert failing("--run", "last-1") == 7
    synterm("run", path, "--prompt", "router@v1", "--prompt", "router@v2", "--quiet", "--fail-on", "")
    assert failing("--runs", "1") == 12
    assert failing("--runs", "1", "--prompt", "router@v1") == 7
    assert "under 2 variants, each counted" in synterm("distill", path).err


# --- against an endpoint -----------------------------------------------------------------------------------------


def endpoint_text(stub: Stub, inputs: Sequence[str], **model: Any) -> str:
    """A router behind an endpoint whose cases all expect summarize."""
    spec = {"name": "app", "model": "openai/app", "api_base": stub.url, "params": {"temperature": 0}, **model}
    cases = [{"input": text, "expected": "summarize"} for text in inputs]
    scenario = {"scenario": "notes", "checks": [{"type": "label", "labels": ["summarize", "clarify"]}], "cases": cases}
    tree = [{"feature": "Routing", "behaviors": [{"behavior": "All", "scenarios": [scenario]}]}]
    prompts = [{"name": "router", "messages": [{"role": "user", "content": "{{ message }}"}]}]
    return json.dumps({"synterm": 1, "name": "a", "models": [spec], "prompts": prompts, "tree": tree})


def not_before_notes(messages: Messages) -> str:
    """Answers clarify where "notes" comes some time after "not"."""
    return "clarify" if "notes" in messages[-1]["content"].partition("not ")[2] else "summarize"


def evaluated(synterm: Synterm, path: Path) -> None:
    assert synterm("run", path, "--quiet", "--fail-on", "").code == 0


def test_shrinking_tells_before_and_after_and_the_pair_is_kept_as_drafts(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(endpoint_text(stub, [WORDY, "the notes"]))
    stub.reply(not_before_notes)
    evaluated(synterm, path)
    case = by_input(path, WORDY)
    done = synterm("distill", path, "--shrink", case, "--keep")
    assert done.code == 0, done.err
    assert f"case {case} under router@v1 · app, expected summarize" in done.out
    assert WORDY in done.out
    assert "  after    2 words, fails: clarify\n           not notes\n" in done.out
    assert 'without "would you be so kind and do"' in done.out
    assert (
        '  passes   2 words, passes: summarize\n           the notes\n           "the" in place of "not"\n' in done.out
    )
    assert "from the project file; nothing more can be left out" in done.out
    with Project.open(path) as project:
        drafts = [*project.cases.select(CaseFilter(split=None, status="draft"))]
        assert {one.origin.detail["side"] for one in drafts} == {"fails", "passes"}
        assert all("contrast" in one.tags for one in drafts)
        mended = [one.model_copy(update={"expected": "clarify", "status": "accepted"}) for one in drafts]
        project.cases.put(mended).result()
    sent = len(stub.calls)
    assert f"kept before: {mended[0].id[-8:]}, " in synterm("distill", path, "--shrink", case, "--keep").err
    with Project.open(path) as project:
        assert project.cases.named([one.id for one in mended]) == mended, "what people decided stays"
    again = synterm("distill", path, "--shrink", case)
    assert len(stub.calls) == sent
    assert "  0 requests, " in again.out
    assert f'{case}  shrunk to "not notes"; passes ' in synterm("distill", path).out


def test_too_few_requests_end_it_before_and_more_go_on_where_it_was(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(endpoint_text(stub, [WORDY]))
    stub.reply(not_before_notes)
    evaluated(synterm, path)
    case = by_input(path, WORDY)
    done = synterm("distill", path, "--shrink", case, "--requests", "2")
    assert (done.code, len(stub.calls)) == (3, 3)
    assert "2 requests were made" in done.out
    assert synterm("distill", path, "--shrink", case).code == 0
    bodies = [json.dumps(call.body, sort_keys=True) for call in stub.calls]
    assert len(set(bodies)) == len(bodies), "nothing is asked twice"


def test_a_spending_cap_ends_it(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    path = make_project(endpoint_text(stub, [WORDY], price={"input": 0, "output": 1000}, params={"max_tokens": 100}))
    stub.reply(lambda messages: Reply(not_before_notes(messages), usage=(11, 100)))
    evaluated(synterm, path)
    sent = len(stub.calls)
    done = synterm("distill", path, "--shrink", by_input(path, WORDY), "--max-cost", "0.25")
    assert done.code == 3
    assert "spending cap" in done.out
    assert len(stub.calls) - sent <= 2


def test_a_boundary_is_plotted_and_kept(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    path = make_project(endpoint_text(stub, [WORDY]))
    stub.reply(lambda messages: "clarify" if len(messages[-1]["content"].split()) > 11 else "summarize")
    evaluated(synterm, path)
    case = by_input(path, WORDY)
    done = synterm("distill", path, "--boundary", case, "--along", "length")
    assert done.code == 0
    lines = done.out.splitlines()
    assert "  11 words   ████████████████████  100 %  1 of 1  summarize" in lines
    assert "  12 words   ····················    0 %  0 of 1  clarify" in lines
    [turn] = [line for line in lines if line.endswith("turns")]
    assert lines.index(turn) == lines.index("  12 words   ····················    0 %  0 of 1  clarify") - 1
    assert "  passes up to 11 words, fails from 12 words on" in lines
    assert f"{case}  along length: passes up to 11 words" in synterm("distill", path).out
    assert synterm("distill", path, "--boundary", case, "--along", "nosuch").code == 2


def test_neighbours_that_fail_too_become_a_scenario_and_then_there_is_nothing_new(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    inputs = ["the notes of the planning meeting with Ines", "the notes of the budget meeting in spring", "the rest"]
    path = make_project(endpoint_text(stub, inputs))
    stub.reply(lambda messages: "clarify" if "meeting" in messages[-1]["content"] else "summarize")
    evaluated(synterm, path)
    options = ("--with", "fillers", "--with", "misspellings:strength=0.9", "--rounds", "1", "--count", "8")
    done = synterm("distill", path, "--around", *(by_input(path, one) for one in inputs[:2]), *options)
    assert done.code == 0, done.err
    assert "round 1: " in done.err
    assert "new scenario Routing/All/near failures: " in done.out
    assert "pass rate of all neighbours: " in done.out
    drafts = synterm("ls", path, "cases", "--status", "draft", "--json").json["cases"]
    failed = int(done.out.partition("near failures: ")[2].split()[0])
    assert {row["scenario"] for row in drafts} == {"Routing/All/near failures"}
    assert len(drafts) == failed > 0
    assert "is none that keeps failing" in synterm("distill", path, "--around", by_input(path, "the rest")).err


def test_a_model_names_clusters_and_what_a_person_named_stays(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(endpoint_text(stub, ["send the notes of monday", "send the notes of tuesday"]))
    reply = json.dumps({"name": "notes \x1b[31m", "hypothesis": "notes are not known"})
    stub.reply(lambda messages: reply if "You look at tests" in messages[0]["content"] else "clarify")
    evaluated(synterm, path)
    done = synterm("distill", path, "--cluster", "--writer", "app")
    assert done.code == 0, done.err
    assert "app names 1 cluster" in done.err
    assert "notes ␛[31m  (named by model app)" in done.out
    assert "notes are not known" in done.out
    synterm("distill", path, "--name", "1", "mine")
    sent = len(stub.calls)
    assert "  1  mine  (named by " in synterm("distill", path, "--cluster", "--writer", "app").out
    assert len(stub.calls) == sent


def test_attacks_that_succeed_are_told_and_kept_as_drafts(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    inputs = ["the notes of monday", "the notes of tuesday", "fails by itself"]
    path = make_project(endpoint_text(stub, inputs))
    plain = {*inputs[:2]}
    stub.reply(lambda messages: "summarize" if messages[-1]["content"] in plain else "\x1b[31mclarify")
    evaluated(synterm, path)
    done = synterm("distill", path, "--attack", "role-play", "--keep", "--json", "-")
    assert done.code == 0, done.err
    Draft202012Validator(synterm("schema", "distill").json).validate(done.json)
    [found] = done.json["attacks"]
    assert (len(found["cases"]), len(found["broken"])) == (2, 2)
    assert "2 of 2 cases broken by 6 of 6 attacks" in done.err
    assert "none of these answers says the word that was asked for" in done.err
    assert "kept 6 drafts beside their cases" in done.err
    drafts = synterm("ls", path, "cases", "--status", "draft", "--json").json["cases"]
    assert len(drafts) == 6
    assert synterm("edit", path, "case", drafts[0]["id"], "--status", "accepted").code == 0
    assert "kept 0 drafts" in synterm("distill", path, "--attack", "role-play", "--keep").err
    assert len(synterm("ls", path, "cases", "--status", "draft", "--json").json["cases"]) == 5
    again = synterm("distill", path, "--attack", "role-play")
    assert "  0 requests, 8 from the project file; all attacks were made" in again.out
    assert "\x1b" not in again.out
    assert synterm("distill", path, "--attack", "role-play", "--requests", "3").code == 0, "what is known is free"
    assert synterm("distill", path, "--attack", "prefix", "--requests", "2").code == 3
    stub.reply("copperlark")
    told = synterm("distill", path, "--attack", "suffix", "--count", "1").out
    assert "in 3 of these 3 the answer says the word that was asked for" in told
    assert ", and it obeyed: copperlark" in told


def test_a_model_judges_types_once_and_people_have_the_last_word(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    inputs = ["notes of monday", "notes of tuesday"]
    path = make_project(endpoint_text(stub, inputs))
    reply = json.dumps({"reason": "\x1b[31mnobody said what notes are", "type": "spec gap"})
    stub.reply(lambda messages: reply if "You find out why" in messages[0]["content"] else "clarify")
    evaluated(synterm, path)
    synterm("distill", path, "--confirm", f"{by_input(path, inputs[0])}=model-error")
    done = synterm("distill", path, "--judge", "app")
    assert done.code == 0, done.err
    assert "app gave 1 failure a type" in done.err
    assert "model app: ␛[31mnobody said what notes are" in done.out
    assert "✓ " in done.out
    sent = len(stub.calls)
    assert "spec gap" in synterm("distill", path).out, "it is kept"
    synterm("distill", path, "--judge", "app")
    assert len(stub.calls) == sent
    stub.reply("no JSON at all")
    assert synterm("distill", path, "--judge", "app", "--run", "last").code == 0, "the answer is in the file"


def test_texts_of_others_are_shown_as_text(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    path = make_project(endpoint_text(stub, [HOSTILE, f"{HOSTILE} again"]))
    stub.reply("\x1b[2J clarify \u202e")
    evaluated(synterm, path)
    case = by_input(path, HOSTILE)
    everything: list[Done] = [
        synterm("distill", path, "--name", "1", "\x1b[31m {run} [bold]\u202e"),
        synterm("distill", path),
        synterm("distill", path, "--shrink", case),
        synterm("distill", path, "--boundary", case, "--along", "length"),
        synterm("distill", path, "--confirm", f"{case}=wrong-label"),
        synterm("distill", path, "--around", "1", "--rounds", "1", "--count", "2", "--no-such"),
        synterm("distill", path, "--around", "1", "--rounds", "1", "--count", "2"),
    ]
    assert [one.code for one in everything] == [0, 0, 0, 0, 0, 2, 0]
    said = "".join(one.out + one.err for one in everything)
    assert "\x1b" not in said and "\u202e" not in said and "\x07" not in said
    assert "<b>[red]notes" in said
    assert "{run} [bold]" in said


def test_interrupted_it_keeps_all_answers_and_goes_on(synterm: Synterm, make_project: MakeProject, stub: Stub) -> None:
    path = make_project(endpoint_text(stub, [WORDY]))
    stub.reply(not_before_notes)
    evaluated(synterm, path)
    case = by_input(path, WORDY)
    let_go, seen = threading.Event(), iter(range(1000))
    stub.reply(lambda messages: not_before_notes(messages) if next(seen) < 3 else Reply("summarize", hold=let_go))
    while stub.arrived.acquire(blocking=False):
        pass
    command = [sys.executable, "-m", "synterm", "distill", str(path), "--shrink", case]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        for _ in range(4):
            assert stub.arrived.acquire(timeout=60)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    let_go.set()
    assert process.returncode == 130
    assert "3 answers asked for, " in said
    assert "the same command again goes on with the rest" in said
    db = connect(path, read_only=True)
    assert db.execute("SELECT count(*) FROM responses").fetchone() == (4,)
    db.conn.close()
    sent = len(stub.calls)
    stub.reply(not_before_notes)
    assert synterm("distill", path, "--shrink", case).code == 0
    bodies = [json.dumps(call.body, sort_keys=True) for call in stub.calls]
    assert not set(bodies[:4]) & set(bodies[sent:])


def test_a_model_that_can_not_be_used_is_named_before_anything_is_sent(
    synterm: Synterm, make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(endpoint_text(stub, [WORDY]))
    stub.reply("clarify")
    evaluated(synterm, path)
    sent = len(stub.calls)
    synterm("edit", path, "model", "app", "--api-base", "http://elsewhere.example/v1")
    done = synterm("distill", path, "--shrink", by_input(path, WORDY))
    assert done.code == 3
    assert "model app" in done.err
    assert len(stub.calls) == sent


def test_a_prompt_that_changed_since_is_not_guessed(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project(SMALL)
    with Project.open(path) as project:
        [prompt] = project.prompts.all()
        draft = prompt.draft.model_copy(update={"params": {"top_p": 0.5}})
        project.prompts.save_draft(prompt.id, draft).result()
    synterm("run", path, "--prompt", "router@draft", "--quiet", "--fail-on", "")
    with Project.open(path) as project:
        project.prompts.save_draft(prompt.id, prompt.draft).result()
    done = synterm("distill", path, "--shrink", by_input(path, "book a room"))
    assert done.code == 2
    assert "the prompt as it was, router@draft, is not there any more" in done.err
