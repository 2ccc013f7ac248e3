from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from synterm.core.tree import Tree
from synterm.errors import InputError
from synterm.formats.project_text import ProjectText, read_project_text

PROJECT = """\
synterm: 1
name: meeting router
models:
  - {name: local, model: embedded/default, params: {temperature: 0}}
  - {name: stub, model: openai/stub, api_base: "http://127.0.0.1:8850/v1", api_key_env: STUB_API_KEY}
prompts:
  - name: router
    versions:
      - note: first try
        messages: [{role: user, content: "{{ message }}"}]
      - messages:
          - {role: system, content: "You route one message to one agent."}
          - {role: user, content: "{{ message }}"}
        examples:
          - {input: "book a room", expected: schedule}
          - {input: {message: recap please}, expected: summarize}
        params: {max_tokens: 16}
  - name: polite
    messages: [{role: user, content: "Reply to {{ name }}: {{ text }}"}]
tree:
  - feature: Routing
    checks: [{type: label, labels: [schedule, summarize, out_of_scope, yes, no]}]
    gates: [{min_pass_rate: 0.8}]
    behaviors:
      - behavior: Out of scope
        description: Off-topic requests are declined.
        checks: [{type: latency, threshold: 500}]
        scenarios:
          - scenario: off-topic
            checks: [{type: not-contains, value: sorry}]
            gates: [{min_pass_rate: 0.9}]
            cases:
              - {input: {message: "capital of peru?"}, expected: out_of_scope, tags: [terse], split: holdout}
              - {file: more/off_topic.jsonl}
              - {input: is it on, expected: yes}
          - scenario: empty
  - feature: Tone
"""
MORE = '{"input": "who won?", "expected": "out_of_scope", "split": "train"}\n'

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the project, with pieces of its text replaced, and the file of cases that it names."""

    def put(*replaced: tuple[str, str], more: str = MORE) -> Path:
        text = PROJECT
        for old, new in replaced:
            assert old in text
            text = text.replace(old, new)
        folder = tmp_path / "project"
        (folder / "more").mkdir(parents=True, exist_ok=True)
        (folder / "more" / "off_topic.jsonl").write_text(more)
        path = folder / "project.yaml"
        path.write_text(text)
        return path

    return put


@pytest.fixture
def project(write: Write) -> ProjectText:
    return read_project_text(write())


def complaint(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read_project_text(path)
    return str(error.value)


def test_the_models_are_read(project: ProjectText) -> None:
    assert project.name == "meeting router"
    assert [(model.name, model.model, model.api_key_env) for model in project.models] == [
        ("local", "embedded/default", None),
        ("stub", "openai/stub", "STUB_API_KEY"),
    ]


def test_prompts_have_their_versions_the_oldest_first(project: ProjectText) -> None:
    router, polite = project.prompts
    assert [(version.label, version.note, len(version.body.messages)) for version in router.versions] == [
        ("v1", "first try", 1),
        ("v2", "", 2),
    ]
    assert router.draft == router.versions[-1].body
    assert [(version.label, version.note) for version in polite.versions] == [("v1", "")]


def test_a_bare_text_in_an_example_fills_the_only_variable(project: ProjectText) -> None:
    examples = project.prompts[0].draft.examples
    assert [example.input for example in examples] == [{"message": "book a room"}, {"message": "recap please"}]
    assert project.prompts[0].draft.params == {"max_tokens": 16}


def test_the_tree_is_read_with_parents_and_positions(project: ProjectText) -> None:
    tree = Tree(project.nodes)
    assert [tree.path(node.id) for node in tree.walk()] == [
        "Routing",
        "Routing/Out of scope",
        "Routing/Out of scope/off-topic",
        "Routing/Out of scope/empty",
        "Tone",
    ]
    assert [node.position for node in tree.walk()] == [0, 0, 0, 1, 1]
    assert [node.level for node in project.nodes] == ["feature", "behavior", "scenario", "scenario", "feature"]
    assert tree[project.nodes[1].id].description == "Off-topic requests are declined."


def test_checks_and_gates_stand_at_any_level(project: ProjectText) -> None:
    tree = Tree(project.nodes)
    off_topic, empty = tree.scenarios()
    assert [check["type"] for check in tree.checks(off_topic.id)] == ["label", "latency", "not-contains"]
    assert [check["type"] for check in tree.checks(empty.id)] == ["label", "latency"]
    assert [[gate.min_pass_rate for gate in node.gates] for node in tree.lineage(off_topic.id)] == [[0.8], [], [0.9]]


def test_words_such_as_yes_and_no_stay_texts(project: ProjectText) -> None:
    assert project.nodes[0].checks[0]["labels"] == ["schedule", "summarize", "out_of_scope", "yes", "no"]
    assert project.cases[-1].expected == "yes"


def test_cases_come_in_order_from_the_text_and_its_files(project: ProjectText) -> None:
    scenario = project.nodes[2].id
    assert [(case.scenario_id, case.input, case.expected, case.split) for case in project.cases] == [
        (scenario, {"message": "capital of peru?"}, "out_of_scope", "holdout"),
        (scenario, {"message": "who won?"}, "out_of_scope", "train"),
        (scenario, {"message": "is it on"}, "yes", "dev"),
    ]
    assert project.cases[0].tags == ("terse",)
    assert {case.origin.kind for case in project.cases} == {"manual"}
    assert [case.id for case in project.cases] == sorted(case.id for case in project.cases)
    assert all(case.root_id == case.id for case in project.cases)


def test_a_project_may_be_no_more_than_a_name(tmp_path: Path) -> None:
    path = tmp_path / "project.yaml"
    path.write_text("{synterm: 1, name: bare}", encoding="utf-8-sig")
    found = read_project_text(path)
    assert (found.name, found.models, found.prompts, found.nodes, found.cases) == ("bare", [], [], [], [])


SCENARIO = "tree[0].behaviors[0].scenarios[0]"
KEY = "api_key_env: STUB_API_KEY"
FIELDS = [
    (("synterm: 1", "synterm: 2"), "project.yaml line 1: synterm: must be 1"),
    (("name: meeting router", "title: x"), "project.yaml line 1: name: is missing"),
    (("min_pass_rate: 0.9", "min_pass_rate: 9"), f"line 31: {SCENARIO}.gates[0].min_pass_rate: must be at most 1"),
    (("scenario: off-topic", "scenario: ''"), f"line 29: {SCENARIO}.scenario: must not be empty"),
    (("split: holdout", "split: test"), f"line 33: {SCENARIO}.cases[0].split: must be 'dev', 'holdout' or 'train'"),
    (("role: system", "role: robot"), "line 12: prompts[0].versions[1].messages[0].role: must be 'system', 'user' or"),
    ((KEY, "api_key_env: sk-secret"), "line 5: models[1].api_key_env: must match"),
    ((KEY, "api_key: sk-secret"), "line 5: models[1].api_key: is not a field here; did you mean api_key_env"),
    (("is it on, expected", "5, expected"), "cases[2].input: must be a text, or named values"),
    (("{input: is it on, expected", "{expected"), "cases[2]: needs an input, or a file of cases"),
    (("{file: more/off_topic.jsonl}", "{file: a, split: dev}"), "names a file: split can't stand beside it"),
    (("    versions:", "    note: x\n    versions:"), "prompts[0]: has versions: note must stand within them"),
    (("- name: polite\n    messages", "- name: polite\n    content"), "prompts[1].content: is not a field here"),
    (("params: {max_tokens: 16}", "params: 16"), "line 17: prompts[0].versions[1].params: must be named values"),
]


@pytest.mark.parametrize(("change", "message"), FIELDS)
def test_a_field_that_is_wrong_is_told_by_line_and_path(write: Write, change: tuple[str, str], message: str) -> None:
    said = complaint(write(change))
    assert message in said
    assert "sk-secret" not in said


TWICE = "stands twice here"
MEANING = [
    (("labels: [schedule,", "labels: [yes, schedule,"), "line 22: tree[0].checks[0]: 'yes' can't be told from 'yes'"),
    (("type: label,", "type: lable,"), "line 22: tree[0].checks[0].type: 'lable' is not a type of check"),
    (("threshold: 500", "limit: 500"), "line 27: tree[0].behaviors[0].checks[0].threshold: is missing"),
    (("value: sorry", "value: ''"), f"line 30: {SCENARIO}.checks[0].value: must not be empty"),
    (('message }}"}]', 'message }"}]'), "line 10: prompts[0].versions[0].messages[0].content: line 1: "),
    (("Reply to {{ name }}", "{% include 'x' %}"), "line 19: prompts[1].messages[0].content: "),
    (("{message: recap", "{other: recap"), "line 16: prompts[0].versions[1].examples[1]: 'message' is undefined"),
    (("- name: polite", "- name: router"), f"line 18: prompts[1].name: 'router' {TWICE}"),
    (("name: stub", "name: local"), f"line 5: models[1].name: 'local' {TWICE}"),
    (("scenario: empty", "scenario: off-topic"), f"line 36: {SCENARIO[:-2]}1].scenario: 'off-topic' {TWICE}"),
    (("feature: Tone", "feature: Routing"), f"line 37: tree[1].feature: 'Routing' {TWICE}"),
]


@pytest.mark.parametrize(("change", "message"), MEANING)
def test_what_can_not_work_is_told_by_line_and_path(write: Write, change: tuple[str, str], message: str) -> None:
    assert message in complaint(write(change))


def test_the_same_name_in_different_places_is_fine(write: Write) -> None:
    assert len(read_project_text(write(("feature: Tone", "feature: off-topic"))).nodes) == 5


def test_a_bare_text_without_one_variable_is_told_once_per_case(write: Write) -> None:
    said = complaint(
        write(
            ('content: "{{ message }}"}\n', 'content: "{{ message }} {{ tone }}"}\n'),
            ('{input: "book a room"', "{input: {message: a, tone: b}"),
            ("{input: {message: recap please}", "{input: {message: c, tone: d}"),
        )
    )
    assert f"project.yaml line 35: {SCENARIO}.cases[2]: a bare text needs a prompt with one variable" in said
    assert "more/off_topic.jsonl line 1: a bare text needs a prompt with one variable" in said


def test_a_bad_template_is_not_told_again_for_every_case(write: Write) -> None:
    said = complaint(write(('content: "{{ message }}"}\n', 'content: "{{ message }"}\n')))
    assert said.startswith("project.yaml line 13: prompts[0].versions[1].messages[1].content: ")
    assert "\n" not in said


PLUGIN = "A plugin's check is there once its package is installed beside synterm: pip install PACKAGE"


def test_all_problems_are_told_together(write: Write) -> None:
    changes = [("type: label,", "type: lable,"), ("name: stub", "name: local"), ("value: sorry", "value: ''")]
    path = write(*changes, more='{"input": 5}\n' + MORE + "nonsense\n")
    said_of_type = "  project.yaml line 22: tree[0].checks[0].type: 'lable' is not a type of check"
    assert complaint(path).splitlines() == [
        "project.yaml: 5 problems",
        "  project.yaml line 5: models[1].name: 'local' stands twice here",
        f"{said_of_type}; did you mean label or bleu or latency? {PLUGIN}",
        "  project.yaml line 30: tree[0].behaviors[0].scenarios[0].checks[0].value: must not be empty",
        '  more/off_topic.jsonl line 1: input: must be a text, or named values such as {message: "…"}',
        "  more/off_topic.jsonl line 3: not JSON: Expecting value at column 1",
    ]


def test_no_more_than_twenty_problems_are_told(write: Write) -> None:
    said = complaint(write(more="nonsense\n" * 1000))
    assert said.startswith("project.yaml: the first 20 problems\n")
    assert len(said.splitlines()) == 21


@pytest.mark.parametrize(
    "name",
    ["/etc/hostname", "../outside.jsonl", "more/../../outside.jsonl", "..\\outside.jsonl", "C:\\x.jsonl", "\\x.jsonl"],
)
def test_files_outside_the_folder_are_not_read(write: Write, tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.jsonl").write_text(MORE)
    said = complaint(write(("more/off_topic.jsonl", f"'{name}'")))
    assert "project.yaml line 34" in said
    assert "leads out of the project's folder" in said


def test_links_that_lead_out_are_not_followed(write: Write, tmp_path: Path) -> None:
    (tmp_path / "outside.jsonl").write_text(MORE)
    path = write(("more/off_topic.jsonl", "link.jsonl"))
    (path.parent / "link.jsonl").symlink_to(tmp_path / "outside.jsonl")
    assert "is a link that leads out of the project's folder" in complaint(path)
    path = write(("more/off_topic.jsonl", "out/outside.jsonl"))
    (path.parent / "out").symlink_to(tmp_path)
    assert "is a link that leads out of the project's folder" in complaint(path)


def test_a_link_within_the_folder_is_followed(write: Write) -> None:
    path = write(("more/off_topic.jsonl", "link.jsonl"))
    (path.parent / "link.jsonl").symlink_to("more/off_topic.jsonl")
    assert len(read_project_text(path).cases) == 3


@pytest.mark.parametrize("name", ["absent.jsonl", "more", "pipe", "x" * 5000, "more/off_topic.jsonl/x"])
def test_what_is_no_file_is_told_and_not_waited_for(write: Write, name: str) -> None:
    path = write(("more/off_topic.jsonl", name))
    os.mkfifo(path.parent / "pipe")
    assert "project.yaml line 34: tree[0].behaviors[0].scenarios[0].cases[1]: " in complaint(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert complaint(tmp_path / "absent.yaml") == f"{tmp_path / 'absent.yaml'}: No such file or directory"


def test_a_file_that_is_not_utf_8_is_told_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "project.yaml"
    path.write_bytes(b"synterm: 1\nname: caf\xe9\n")
    assert complaint(path) == "project.yaml line 2: not UTF-8"


@pytest.mark.parametrize("text", ["", "- a", "just text", "synterm: 1\nname: x\ntree: 5", "5"])
def test_what_is_no_project_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "project.yaml"
    path.write_text(text)
    assert complaint(path).startswith("project.yaml line ")
