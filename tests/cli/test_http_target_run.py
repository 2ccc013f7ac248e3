"""An app as a column: added, tried out and evaluated from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject
from tests.support.app_stub import App, Bad, app
from tests.support.bound import bind
from tests.support.http_stub import Reply, Stub

KEY = "app-key-1234567890"
TARGET = """\
  - name: app
    model: http/support
    api_base: "{url}"
    api_key_env: APP_TOKEN
    params:
      path: chat
      headers: {{X-Token: "token $APP_TOKEN"}}
      body: {{text: "{{{{ message }}}}", who: "{{{{ customer.name }}}}"}}
      answer: $.reply.text
      error: $.error
"""
CASES = """\
synterm: 1
name: support
models:
{target}prompts:
  - name: ask
    messages: [{{role: user, content: "{{{{ message }}}}"}}]
tree:
  - feature: Support
    behaviors:
      - behavior: Refunds
        scenarios:
          - scenario: plain
            checks: [{{type: contains, value: refund}}]
            cases:
              - {{input: {{message: "refund please", customer: {{name: Ann}}}}}}
              - {{input: {{message: "hello", customer: {{name: Bob}}}}}}
"""


@pytest.fixture
def text(app: App) -> str:
    return CASES.format(target=TARGET.format(url=app.url))


@pytest.fixture
def path(make_project: MakeProject, text: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("APP_TOKEN", KEY)
    return make_project(text)


def test_a_run_asks_the_app_once_for_each_case_and_then_never_again(synterm: Synterm, path: Path, app: App) -> None:
    first = synterm("run", path, "--json", "-", "--quiet")
    assert first.code == 0
    assert (first.json["totals"]["passed"], first.json["totals"]["requests"]) == (1, 2)
    assert [one["output"] for one in first.json["evaluations"]] == ["you said refund please", "you said hello"]
    assert [seen.body["who"] for seen in app.seen] == ["Ann", "Bob"]
    assert {seen.headers["x-token"] for seen in app.seen} == {f"token {KEY}"}
    assert first.json["totals"]["cost_unknown"] == 2
    again = synterm("run", path, "--json", "-", "--quiet")
    assert (again.json["totals"]["passed"], again.json["totals"]["cached"]) == (1, 2)
    assert len(app.seen) == 2
    assert KEY.encode() not in path.read_bytes()


def test_another_value_of_a_case_is_another_request(synterm: Synterm, path: Path, app: App) -> None:
    synterm("run", path, "--quiet")
    case = synterm("ls", path, "cases", "--json").json["cases"][0]["id"]
    synterm("edit", path, "case", case, "--input", '{"message": "refund please", "customer": {"name": "Cleo"}}')
    synterm("run", path, "--quiet")
    assert [seen.body["who"] for seen in app.seen] == ["Ann", "Bob", "Cleo"]


def test_another_body_is_another_request(synterm: Synterm, path: Path, app: App) -> None:
    synterm("run", path, "--quiet")
    synterm("edit", path, "model", "app", "--param", "path=chat", "--param", 'body={"text": "{{ message }}!"}')
    synterm("run", path, "--quiet")
    assert [seen.body["text"] for seen in app.seen[2:]] == ["refund please!", "hello!"]


def test_limits_retries_and_failures_are_those_of_any_model(synterm: Synterm, path: Path, app: App) -> None:
    app.next(Bad(503), Bad(429, headers={"Retry-After": "0.01"}), Bad(200, b'{"error": "no stock"}'))
    done = synterm("run", path, "--json", "-", "--quiet", "--max-cost", "1")
    assert done.code == 3
    by_error = {one["error"]: one for one in done.json["evaluations"]}
    assert f"{app.url} reports: no stock" in by_error
    assert done.json["totals"]["errors"] == 1
    assert len(app.seen) == 4


def test_an_endpoint_that_was_not_approved_is_not_run(synterm: Synterm, make_project: MakeProject, text: str, app: App):
    done = synterm("run", make_project(text.replace(app.url, "https://app.example")), "--quiet")
    assert done.code == 3
    assert "sends the key in APP_TOKEN to https://app.example, and you have not said that it may go there" in done.err
    assert "synterm settings --bind APP_TOKEN https://app.example" in done.err


def test_what_the_text_form_says_of_a_target_is_checked_with_its_line(
    synterm: Synterm, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(text.replace("answer: $.reply.text", "answr: $.reply.text"))
    done = synterm("new", tmp_path / "p.db", "--from", file)
    assert done.code == 2
    assert "p.yaml line 4: models[0]: params: answr: is not a field here; did you mean answer" in done.err


def test_a_target_comes_through_the_text_form_as_it_is(synterm: Synterm, path: Path, app: App) -> None:
    model = synterm("show", path, "model", "app", "--json").json["models"][0]
    assert model["params"] == {
        "path": "chat",
        "headers": {"X-Token": "token $APP_TOKEN"},
        "body": {"text": "{{ message }}", "who": "{{ customer.name }}"},
        "answer": "$.reply.text",
        "error": "$.error",
    }
    schema = synterm("schema", "project").json
    Draft202012Validator(schema["$defs"]["ModelForm"] | {"$defs": schema["$defs"]}).validate(model)


def test_a_target_is_added_from_options_and_a_file(
    synterm: Synterm, make_project: MakeProject, app: App, tmp_path: Path
) -> None:
    path = make_project()
    file = tmp_path / "app.yaml"
    file.write_text('body: {text: "{{ message }}"}\nanswer: wrong\n')
    words = ("--model", "http/app", "--api-base", f"{app.url}/chat", "--params-file", file)
    assert synterm("add", path, "model", "app", *words, "--param", "answer=$.reply.text").code == 0
    with Project.open(path) as project:
        assert project.models.get("app").params == {"body": {"text": "{{ message }}"}, "answer": "$.reply.text"}
    file.write_text('{"body": {"text": "{{ message }}?"}, "answer": "$.reply.text"}')
    assert synterm("edit", path, "model", "app", "--params-file", file).code == 0
    done = synterm("models", path, "--test", "app", "--message", "hi")
    assert done.out.splitlines()[-1] == "you said hi?"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--param", "answer=a..b"], "params: answer: is no path"),
        (["--param", 'headers={"Authorization": "Bearer sk-12345678"}'], "Authorization must name the variable"),
        (["--params-file", "{file}"], "app.yaml: must hold named values"),
        (["--params-file", "{file}.not"], "No such file"),
        (["--price", "1/1"], "tells no tokens"),
    ],
)
def test_a_target_that_can_not_be_is_not_added(
    options: list[str], words: str, synterm: Synterm, make_project: MakeProject, tmp_path: Path
) -> None:
    file = tmp_path / "app.yaml"
    file.write_text("- a list\n")
    given = [option.format(file=file) if "{file}" in option else option for option in options]
    done = synterm(
        "add", make_project(), "model", "app", "--model", "http/a", "--api-base", "http://127.0.0.1:9", *given
    )
    assert done.code == 2
    assert words in done.err
    assert "sk-12345678" not in done.err


def test_a_target_without_an_address_is_not_added(synterm: Synterm, make_project: MakeProject) -> None:
    assert "needs api_base" in synterm("add", make_project(), "model", "app", "--model", "http/a").err


def test_a_trial_shows_what_is_sent_and_what_comes_back(synterm: Synterm, path: Path, app: App) -> None:
    case = synterm("ls", path, "cases", "--json").json["cases"][0]["id"]
    done = synterm("models", path, "--test", "app", "--case", case)
    assert (done.code, done.err) == (0, "")
    assert f"→ call: POST {app.url}/chat" in done.out
    assert "    X-Token: token $APP_TOKEN" in done.out
    assert '    {"text":"refund please","who":"Ann"}' in done.out
    assert "← 200 after" in done.out
    assert done.out.splitlines()[-1] == "you said refund please"
    assert KEY not in done.out
    assert synterm("run", path, "--json", "-", "--quiet").json["totals"]["cached"] == 0, "nothing of it is kept"


def test_the_document_of_a_trial_fits_its_schema(synterm: Synterm, path: Path, app: App) -> None:
    case = synterm("ls", path, "cases", "--json").json["cases"][0]["id"]
    schema = synterm("schema", "trial").json
    for bad in (None, Bad(200, b"?"), Bad(500)):
        app.next(bad)
        done = synterm("models", path, "--test", "app", "--case", case, "--json")
        Draft202012Validator(schema).validate(done.json)
        assert done.code == (0 if bad is None else 3)
        assert len(done.json["calls"]) == 1
    assert done.json["calls"][0]["status"] == 500


def test_a_trial_of_a_conversation_shows_all_its_calls(synterm: Synterm, make_project: MakeProject, app: App) -> None:
    params: dict[str, Any] = {
        "start": {"path": "sessions", "session": "$.session.id"},
        "turn": {"path": "sessions/{{ session }}/turns", "body": {"text": "{{ message }}"}},
        "end": {"path": "sessions/{{ session }}"},
        "answer": "$.reply.text",
    }
    path = make_project()
    given = [f"--param={name}={json.dumps(value)}" for name, value in params.items()]
    synterm("add", path, "model", "chat", "--model", "http/chat", "--api-base", app.url, *given)
    done = synterm("models", path, "--test", "chat", "--json")
    assert [call["what"] for call in done.json["calls"]] == ["start", "turn", "end"]
    assert done.json["answer"] == "1: Hello."
    assert app.sessions == {}
    run = synterm("run", path, "--model", "chat", "--json", "-", "--quiet")
    assert run.json["totals"]["errors"] == 0
    assert app.sessions == {}, "a run ends what it began"


def test_models_of_other_kinds_can_be_tried_out_too(
    synterm: Synterm, make_project: MakeProject, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_project()
    monkeypatch.setenv("STUB_TOKEN", "stub-key-1234567890")
    bind("STUB_TOKEN")
    words = ("--model", "openai/stub", "--api-base", stub.url, "--api-key-env", "STUB_TOKEN")
    synterm("add", path, "model", "stub", *words, "--param", "temperature=0")
    stub.reply("pong")
    done = synterm("models", path, "--test", "stub", "--message", "ping")
    assert done.code == 0
    assert done.out.splitlines()[1:3] == ["→ user: ping", "    temperature: 0"]
    assert '"content": "pong"' in done.out
    assert done.out.splitlines()[-1] == "pong"
    stub.reply(Reply(status=401, error={"message": "bad key stub-key-1234567890"}))
    done = synterm("models", path, "--test", "stub", "--message", "ping")
    assert done.code == 3
    assert "answered 401: bad key [key]" in done.out
    assert synterm("models", path, "--test", "rules", "--message", "notes").out.splitlines()[-1] == "summarize"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--message", "x"], "--message is for --test"),
        (["--test", "rules", "--message", "x", "--case", "y"], "two ways to say"),
        (["--test", "rules", "--prompt", "router"], "--prompt is for --case"),
        (["--test", "none"], "no model named"),
        (["--test", "rules", "--case", "none"], "none"),
    ],
)
def test_a_trial_that_can_not_be_made_says_why(
    options: list[str], words: str, synterm: Synterm, make_project: MakeProject
) -> None:
    done = synterm("models", make_project(), *options)
    assert done.code == 2
    assert words in done.err


def test_a_trial_needs_a_project(synterm: Synterm) -> None:
    assert "--test takes one project" in synterm("models", "--test", "x").err


def test_a_trial_by_a_prompt_of_ones_choice(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project(SMALL)
    case = synterm("ls", path, "cases", "--json").json["cases"][0]["id"]
    first = synterm("models", path, "--test", "rules", "--case", case, "--prompt", "router@v1")
    last = synterm("models", path, "--test", "rules", "--case", case)
    assert [done.out.splitlines()[-1] for done in (first, last)] == ["clarify", "out_of_scope"]


__all__ = ["app"]


TALK = """\
synterm: 1
name: support
models:
  - name: app
    model: http/support
    api_base: "{url}"
    params:
      start: {{path: sessions, body: {{user: "{{{{ customer }}}}"}}, session: $.session.id}}
      turn: {{path: "sessions/{{{{ session }}}}/turns", body: {{text: "{{{{ message }}}}"}}}}
      end: {{path: "sessions/{{{{ session }}}}"}}
      answer: $.reply.text
prompts:
  - name: ask
    messages: [{{role: user, content: "{{{{ message }}}}"}}]
tree:
  - feature: Support
    behaviors:
      - behavior: Refunds
        scenarios:
          - scenario: talks
            checks: [{{type: turns-to-decision, check: {{type: contains, value: "3: "}}}}]
            cases:
              - {{input: {{customer: Ann, dialog: {{turns: [hello, "order 4471", "yes please"]}}}}}}
"""


def test_a_dialog_is_one_conversation_that_the_app_keeps(synterm: Synterm, make_project: MakeProject, app: App) -> None:
    done = synterm("run", make_project(TALK.format(url=app.url)), "--json", "-", "--quiet")
    [found] = done.json["evaluations"]
    assert [turn["content"] for turn in found["dialog"]["turns"] if turn["role"] == "assistant"] == [
        "1: hello",
        "2: hello | order 4471",
        "3: hello | order 4471 | yes please",
    ]
    assert (found["passed"], found["checks"][0]["reason"]) == (True, "decided with answer 3")
    assert (app.begun, [seen.path for seen in app.seen].count("/sessions")) == (1, 1)
    assert [seen.body["text"] for seen in app.seen if seen.path.endswith("/turns")] == [
        "hello",
        "order 4471",
        "yes please",
    ]
