"""`synterm dump` and `synterm load`: a project as text, and the same project file of it again."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synterm import __file__ as package
from synterm.core.case import Case, Origin
from synterm.core.document import Document
from synterm.core.model import ModelSpec
from synterm.core.prompt import Example, HalfTyped, Message, PromptBody
from synterm.core.tree import Gate, Node
from synterm.storage.connect import connect
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.recording import record_run
from tests.support.tables import tables
from tests.support.trusting import trusted

GIT = shutil.which("git")


@pytest.fixture
def used(make_project: MakeProject, synterm: Synterm, places: Path, tmp_path: Path) -> Path:
    """A project with two runs, verdicts, a baseline, a document, a draft and a pinned version; made once."""
    kept = places / "used.db"
    if not kept.exists():
        shutil.copy(_made(make_project, synterm), kept)
    return trusted(Path(shutil.copy(kept, tmp_path / "small.db")))


def _made(make_project: MakeProject, synterm: Synterm) -> Path:
    path = record_run(make_project(), "--split", "all")
    record_run(path, "--prompt", "router@1")
    synterm("review", path, "--who", "ann", given=b"p\nf\n")
    with Project.open(path) as project:
        run, _ = project.runs.all()
        scenario = project.nodes.find("borderline")
        (prompt,) = project.prompts.all()
        project.prompts.annotate(prompt.id, 1, pinned=True)
        draft = PromptBody(messages=(Message(role="system", content="half a {{ templ"),), params={"top_p": 0.5})
        project.prompts.save_draft(prompt.id, draft, HalfTyped(params="top_p: 0.5\ntemperature:")).result()
        project.documents.put(Document(name="faq.md", text="# FAQ\r\n\n  indented  \n\ttab\n")).result()
        seed, *_ = project.cases.select()
        made = Origin(kind="generated", seed_id=seed.id, detail={"tone": "angry", "n": [1, 2.0]})
        child = Case(scenario_id=scenario.id, input={"message": "x"}, root_id=seed.id, origin=made, status="draft")
        project.cases.put([child]).result()
        edited = seed.model_copy(update={"expected": "clarify"})
        project.cases.put([edited]).result()
    db = connect(path)
    row = ("main", "", run.id, "ann", "2026-11-28T10:00:00.000Z")
    db.conn.execute("INSERT INTO baselines VALUES (?, ?, ?, ?, ?)", row)
    db.conn.execute("INSERT INTO meta VALUES ('some part', '[1]')")
    db.conn.close()
    return path


@pytest.fixture
def full(used: Path, synterm: Synterm) -> Path:
    """The same with something in every table: gates over the project, a batch that is waited for, a context."""
    assert synterm("edit", used, "project", "--gate", "90% lower", "--gate", "p95 2000 ms").code == 0
    db = connect(used)
    batch = "('b1', '{}', 'batch_0', NULL, 'waiting', 2, 1, 0, '2026-11-28', 0.5, 'ann', '2026-11-28', '2026-11-29')"
    db.conn.execute(f"INSERT INTO batches VALUES {batch}")
    db.conn.execute("INSERT OR IGNORE INTO recipes (id, body) VALUES (x'00ff', '{}')")
    request = "'b1', x'0102', body_id, (SELECT id FROM contents LIMIT 1), x'00ff', NULL, 0.25"
    db.conn.execute(f"INSERT INTO batch_requests SELECT {request} FROM responses LIMIT 1")
    generation = "'g1', '2026-11-28', '2026-11-29', 'complete', 'ann', 'p1', '{}', '{}', '2026-11-29'"
    db.conn.execute(f"INSERT INTO generations VALUES ({generation})")
    finding = "'f1', 'triage', '[\"c\"]', '{}', 'ann', '', '2026-11-29'"
    db.conn.execute(f"INSERT INTO findings VALUES ({finding})")
    db.conn.execute("INSERT INTO tunings VALUES ('t1', '{\"trainer\": \"local\"}', '2026-11-29')")
    log = '\'l1\', \'{"file": "app.jsonl", "format": "log"}\', \'2026-11-29\''
    db.conn.execute(f"INSERT INTO traffic_logs VALUES ({log})")
    call = "'k1', 'l1', '2026-11-29T10:00:00.000Z', '{}', 'clarify', 'complete', 'gpt', 2.0, 'unplaced', 'new', 'now'"
    columns = "id, log_id, served, input, output, outcome, model, weight, placing, state, updated"
    db.conn.execute(f"INSERT INTO traffic ({columns}) VALUES ({call})")
    db.conn.execute("INSERT OR IGNORE INTO spending VALUES ('2026-11-28', 1.5, 0.25)")
    db.conn.execute("UPDATE responses SET batch_id = 'b1' WHERE pk = (SELECT min(pk) FROM responses)")
    db.conn.close()
    assert all(tables(used).values()), [name for name, rows in tables(used).items() if not rows]
    return used


def dumped(synterm: Synterm, path: Path, *options: str) -> str:
    target = path.with_suffix(".out.yaml")
    done = synterm("dump", path, "-o", target, *options)
    assert (done.code, done.out, done.err.startswith(f"wrote {target}: ")) == (0, "", True)
    return target.read_text(encoding="utf-8")


def loaded(synterm: Synterm, tmp_path: Path, text: str, name: str = "loaded.db") -> Path:
    source = tmp_path / "text.yaml"
    source.write_bytes(text.encode())
    done = synterm("load", source, "-o", tmp_path / name)
    assert done.code == 0, done.err
    return tmp_path / name


def refused(synterm: Synterm, tmp_path: Path, text: str) -> str:
    source = tmp_path / "text.yaml"
    source.write_bytes(text.encode())
    before = sorted(tmp_path.iterdir())
    done = synterm("load", source, "-o", tmp_path / "refused.db")
    assert (done.code, done.out) == (2, "")
    assert sorted(tmp_path.iterdir()) == before
    return done.err


def test_with_all_every_row_of_every_table_comes_back(synterm: Synterm, full: Path, tmp_path: Path):
    text = dumped(synterm, full, "--all")
    again = loaded(synterm, tmp_path, text)
    assert tables(again) == tables(full)
    assert dumped(synterm, again, "--all") == text
    assert dumped(synterm, again) == dumped(synterm, full)
    assert text.count("{min_pass_rate: 0.9, bound: lower}") == 1
    assert all(table in text for table in ("table: responses", "table: evaluations", "table: contents"))


def test_a_run_goes_on_in_the_loaded_file_without_asking_again(synterm: Synterm, used: Path, tmp_path: Path):
    again = loaded(synterm, tmp_path, dumped(synterm, used, "--all"))
    totals = synterm("run", again, "--prompt", "router@2", "--split", "holdout", "--json", "-", "--quiet").json[
        "totals"
    ]
    assert (totals["evaluations"], totals["cached"]) == (1, 1)


def test_without_all_the_described_project_comes_back(synterm: Synterm, used: Path, tmp_path: Path):
    text = dumped(synterm, used)
    again = loaded(synterm, tmp_path, text)
    told, _, _ = text.partition("---\n# Told of only")
    assert dumped(synterm, again) == told + "...\n"
    for table in ("meta", "contents"):
        assert set(tables(again)[table]) <= set(tables(used)[table])
    with Project.open(used) as one, Project.open(again) as other:
        assert (one.id, one.name) == (other.id, other.name)
        assert one.nodes.tree() == other.nodes.tree()
        assert one.prompts.all() == other.prompts.all()
        assert one.models.all() == other.models.all()
        assert [*one.cases.select()] == [*other.cases.select()]
        verdicts = [[(v.subject, v.passed, v.who, v.created) for v in side.reviews.all()] for side in (one, other)]
        assert verdicts[0] == verdicts[1] != []
        assert None not in {review.answer for review in other.reviews.all()}
        assert [*other.runs.all(), other.responses.count()] == [0]


def test_what_is_only_told_of_is_said(synterm: Synterm, used: Path, tmp_path: Path):
    source = tmp_path / "text.yaml"
    source.write_text(dumped(synterm, used))
    done = synterm("load", source, "-o", tmp_path / "loaded.db")
    assert "left out: 2 runs and 1 baseline, of which this text only tells; synterm dump --all writes them" in done.err
    assert "2 verdicts" in done.err


def test_the_text_is_for_people(synterm: Synterm, used: Path):
    text = dumped(synterm, used)
    row = '- {"input": {"message": "peru again"}, "expected": "out_of_scope", "split": "holdout", "id": "'
    assert "\n---\ncases: [Routing, Out of scope, off-topic]\n---\n- {" in text
    assert row in text
    assert 'draft:\n  messages: [{role: system, content: "half a {{ templ"}]\n  params: {top_p: 0.5}\n' in text
    assert '"variants": ["router@v2 · rules"], "evaluations": 5, "passed": 4, "failed": 1' in text
    assert "    pinned: true\n" in text
    assert "responses" not in text


def test_stdout_has_the_same_bytes_as_a_file_whatever_the_locale(synterm: Synterm, used: Path, monkeypatch: Any):
    text = dumped(synterm, used)
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    command = [sys.executable, "-m", "synterm", "dump", str(used)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == (text.encode(), b"")


def test_a_reader_that_leaves_early_is_no_error(used: Path):
    command = f"{sys.executable} -m synterm dump {used} --all | head -c 10"
    done = subprocess.run(command, shell=True, capture_output=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == (b"# A synter", b"")


def test_the_text_is_the_same_in_whatever_order_things_were_put_in(synterm: Synterm, tmp_path: Path):
    nodes = [
        Node(id="F", level="feature", name="F"),
        Node(id="B", level="behavior", name="B", parent_id="F", gates=(Gate(min_pass_rate=0.5),), position=3),
        *(Node(id=f"S{n}", level="scenario", name=f"s{n}", parent_id="B", position=n // 2) for n in range(4)),
    ]
    cases = [Case(id=f"C{n}", scenario_id=f"S{n % 4}", input={"message": str(n)}) for n in range(30)]
    documents = [Document(name=f"{n}.md", text=f"text {n}") for n in range(5)]
    texts: list[str] = []
    for seed in range(3):
        path = tmp_path / f"{seed}.db"
        shuffled = random.Random(seed)
        for some in (cases, documents, nodes[2:]):
            shuffled.shuffle(some)
        nodes[2:] = shuffled.sample(nodes[2:], 4)
        with Project.create(path, "shuffled") as project:
            project.nodes.put(*nodes).result()
            for case in cases:
                project.cases.put([case])
            project.documents.put(*documents).result()
        db = connect(path)
        db.conn.execute("UPDATE meta SET value = 'same' WHERE key <> 'name'")
        db.conn.execute("UPDATE documents SET id = 'D' || name")
        db.conn.close()
        texts.append(dumped(synterm, path))
    assert texts[0] == texts[1] == texts[2]
    again = loaded(synterm, tmp_path, texts[0])
    with Project.open(again) as project:
        assert [case.id for case in project.cases.select()] == sorted(case.id for case in cases)
        assert project.nodes.tree()["B"].position == 3


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
WORDS = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["a\r\n b\n", " \n x ", "...\n---\n", "\x1b[0m"]
)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=10,
)
INPUTS = st.dictionaries(NAMES, JSONS, min_size=1, max_size=3)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(NAMES, NAMES, WORDS, JSONS, INPUTS, st.lists(WORDS, max_size=3))
def test_whatever_a_project_says_comes_back(
    synterm: Synterm,
    tmp_path: Path,
    name: str,
    other: str,
    text: str,
    value: Any,
    given: dict[str, Any],
    tags: list[str],
):
    folder = tmp_path / os.urandom(8).hex()
    folder.mkdir()
    path = folder / "hostile.db"
    body = PromptBody(
        messages=(Message(role="system", content=text), Message(role="user", content=other)),
        examples=(Example(input=given, expected=value),),
        params={name: value},
    )
    scenario = Node(level="scenario", name=other, description=text, parent_id="B", checks=({"type": name, "x": value},))
    with Project.create(path, name) as project:
        project.nodes.put(
            Node(id="F", level="feature", name=name), Node(id="B", level="behavior", name=name, parent_id="F"), scenario
        )
        project.cases.put([Case(scenario_id=scenario.id, input=given, expected=value, tags=tuple(tags))])
        project.prompts.add(name, [(text, body)]).result()
        project.models.put(ModelSpec(name=name[:100], model=other, params={"stop": value}))
        project.documents.put(Document(name=other, text=text)).result()
    all_of_it = dumped(synterm, path, "--all")
    again = loaded(synterm, folder, all_of_it)
    assert tables(again) == tables(path)
    assert dumped(synterm, loaded(synterm, folder, dumped(synterm, path), "second.db")) == dumped(synterm, path)


def test_a_project_that_is_open_elsewhere_is_dumped_with_what_is_new_and_left_alone(
    synterm_process: Synterm, used: Path
):
    with Project.open(used) as project:
        feature = Node(level="feature", name="just now")
        project.nodes.put(feature).result()
        beside = {file.name for file in used.parent.iterdir()}
        log = used.with_name(used.name + "-wal").read_bytes()
        done = synterm_process("dump", used)
        assert "feature: just now" in done.out
        assert {file.name for file in used.parent.iterdir()} == beside
        assert used.with_name(used.name + "-wal").read_bytes() == log
        project.nodes.remove(feature.id).result()


def test_a_file_of_an_older_version_is_dumped_and_left_as_it_is(synterm: Synterm, used: Path, tmp_path: Path):
    db = connect(used)
    for table in (
        "traffic",
        "traffic_logs",
        "tunings",
        "findings",
        "generations",
        "baselines",
        "batch_requests",
        "batches",
    ):
        db.conn.execute(f"DROP TABLE {table}")
    db.conn.execute("ALTER TABLE responses DROP COLUMN batch_id")
    db.conn.execute("DELETE FROM _sqlite_migrations WHERE name >= '0007'")
    db.conn.execute("PRAGMA user_version = 6")
    db.conn.close()
    before = used.read_bytes()
    text = dumped(synterm, used)
    assert "cases: [Routing, Ambiguous, borderline]" in text
    assert used.read_bytes() == before
    assert synterm("diff", used, used).code == 0
    assert used.read_bytes() == before


def test_a_file_that_was_copied_while_it_was_open_is_read_without_anything_beside_it(
    synterm: Synterm, used: Path, tmp_path: Path
):
    (tmp_path / "copied").mkdir()
    with Project.open(used) as project:
        project.nodes.put(Node(level="feature", name="just now")).result()
        copy = Path(shutil.copy(used, tmp_path / "copied" / "copy.db"))
    before = copy.read_bytes()
    assert synterm("dump", copy).out.startswith("# A synterm project")
    assert synterm("diff", copy, copy).code == 0
    assert ([*copy.parent.iterdir()], copy.read_bytes()) == ([copy], before)
    copy.write_bytes(before[:5000])
    done = synterm("dump", copy)
    assert (done.code, done.err.startswith(f"synterm: {copy}: the file is damaged")) == (2, True)


def test_a_file_of_a_newer_version_and_what_is_no_project_are_refused(synterm: Synterm, used: Path, tmp_path: Path):
    db = connect(used)
    db.conn.execute("PRAGMA user_version = 999")
    db.conn.close()
    done = synterm("dump", used)
    assert (done.code, done.out, "made by a newer synterm" in done.err) == (2, "", True)
    (tmp_path / "notes.db").write_text("mine")
    done = synterm("dump", tmp_path / "notes.db", "-o", tmp_path / "x.yaml")
    assert (done.code, "not a project file" in done.err) == (2, True)
    assert not (tmp_path / "x.yaml").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("dump", "PROJECT", "-o"),
        ("report", "PROJECT", "-o"),
        ("run", "PROJECT", "--json"),
        ("run", "PROJECT", "--junit"),
        ("doctor", "--json"),
        ("history", "PROJECT", "--json"),
        ("coverage", "PROJECT", "--html"),
    ],
    ids=" ".join,
)
def test_a_project_is_never_written_over_by_what_is_said_of_it(
    synterm: Synterm, used: Path, tmp_path: Path, words: tuple[str, ...]
):
    other = tmp_path / "other.db"
    shutil.copy(used, other)
    before = other.read_bytes()
    done = synterm(*(used if word == "PROJECT" else word for word in words), other)
    assert (done.code, "it is a database, and is not written over" in done.err) == (2, True), done.err
    assert other.read_bytes() == before


def test_json_alone_goes_to_stdout(synterm: Synterm, used: Path):
    assert synterm("history", used, "--json").json == synterm("history", used, "--json", "-").json


def test_a_text_written_by_hand_loads_and_new_makes_another_project(synterm: Synterm, used: Path, tmp_path: Path):
    hand = tmp_path / "hand.yaml"
    hand.write_text("---\nsynterm: 1\nname: ' by hand '\n")
    assert synterm("load", hand, "-o", tmp_path / "hand.db").code == 0
    hand.write_text(dumped(synterm, used))
    assert synterm("new", tmp_path / "new.db", "--from", hand).code == 0
    with Project.open(tmp_path / "hand.db") as one, Project.open(tmp_path / "new.db") as new, Project.open(used) as old:
        assert one.name == "by hand"
        assert (new.id != old.id, new.name, new.nodes.tree()) == (True, old.name, old.nodes.tree())


def test_a_row_can_be_added_by_hand(synterm: Synterm, used: Path, tmp_path: Path):
    text = dumped(synterm, used)
    head = "cases: [Routing, Out of scope, off-topic]\n---\n"
    again = loaded(synterm, tmp_path, text.replace(head, head + '# mine\n- {"input": {"message": "new"}}\n\n'))
    assert (
        '"title":"new"' in synterm("ls", again, "cases", "--json").out.replace('": "', '":"')
        or "new" in synterm("ls", again, "cases").out
    )


def test_what_can_not_work_is_kept_and_told(synterm: Synterm, used: Path, tmp_path: Path):
    text = dumped(synterm, used).replace("type: label,", "type: lable,").replace("Be terse.", '"Be {{ terse."')
    source = tmp_path / "text.yaml"
    source.write_text(text)
    done = synterm("load", source, "-o", tmp_path / "kept.db")
    assert done.code == 0
    assert (
        "kept as it was, though: text.yaml line 22: tree[0].checks[0].type: 'lable' is not a type of check" in done.err
    )
    assert "versions[0].messages[0].content: line 1" in done.err
    assert dumped(synterm, tmp_path / "kept.db").startswith(text.partition("---\n# Told")[0].removesuffix("---\n"))


def test_an_existing_file_is_never_touched(synterm: Synterm, used: Path, tmp_path: Path):
    text = tmp_path / "text.yaml"
    text.write_text(dumped(synterm, used))
    before = used.read_bytes()
    done = synterm("load", text, "-o", used)
    assert (done.code, "there is a file of that name already" in done.err) == (2, True)
    assert used.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"split": "holdout"', '"split": "test"', "line N: split: must be 'dev', 'holdout' or 'train'"),
        (
            '- {"input": {"message": "do it"}',
            '- {"inptu": {"message": "do it"}',
            "line N: input: is missing; inptu: is not a field here",
        ),
        ('- {"input": {"message": "do it"}', '  {"input": {"message": "do it"}', "line N: must be a row: a dash"),
        ('- {"input": {"message": "do it"}', '- {"input": {"message": "do it}', "line N: not JSON"),
        ("cases: [Routing, Ambiguous,", "cases: [Routing, Ambigous,", "line N: cases: there is no such scenario"),
        ("prompt: router", "promt: router", "line N: promt: a part begins with prompt, document, cases, list, table"),
        ("role: user", "role: robot", "versions[0].messages[1].role: must be 'system', 'user' or 'assistant'"),
        ("\n...\n", "\n", "the text ends without ..."),
        ("\n...\n", "\n...\nmore: 1\n", "something stands behind the end"),
        ("  - behavior: Ambiguous", "  - behavior: Out of scope", "'Out of scope' stands twice here"),
        ("document: faq.md", "document: ''", "name: must not be empty"),
        ('"passed": true', '"passed": 2', "passed: must be true or false"),
    ],
)
def test_a_text_with_an_error_makes_no_file(
    synterm: Synterm, used: Path, tmp_path: Path, old: str, new: str, said: str
):
    text = dumped(synterm, used)
    line = text[: text.index(old)].count("\n") + 1
    assert said.replace("line N:", f"text.yaml line {line}:") in refused(synterm, tmp_path, text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("table: runs\n", "table: nodes\n", "this synterm keeps no results in 'nodes'"),
        ("table: runs\n", "table: sqlite_schema\n", "this synterm keeps no results in 'sqlite_schema'"),
        ("table: runs\n", "table: MODELS\n", "this synterm keeps no results in 'MODELS'"),
        ("table: runs\n", "table: Runs\n", "this synterm keeps no results in 'Runs'"),
        ("table: runs\n", "table: _SQLITE_migrations\n", "this synterm keeps no results in '_SQLITE_migrations'"),
        ("table: grades\ncolumns: [pk, key", "table: grades\ncolumns: [PK, key", "grades has no column 'PK'"),
        ("table: grades\ncolumns: [pk, key", "table: grades\ncolumns: [pk, kye", "grades has no column 'kye'"),
        ("table: grades\ncolumns: [pk, key, body]", "table: grades\ncolumns: [pk, key]", "must be a list of 2 values"),
        ("table: run_columns\n", "table: run_columns # \n", ""),
        ('{"hex": "', '{"hex": "z', "bytes that can't be read"),
        ('{"hex": "', '{"hax": "', "or bytes under hex, text or base64"),
        ('"complete", "root"', '"done", "root"', "it can't be kept: CHECK constraint failed"),
        ('"row": 1,', '"row": 2,', "it stands twice (cases.pk)"),
    ],
)
def test_results_that_can_not_be_are_refused_too(
    synterm: Synterm, used: Path, tmp_path: Path, old: str, new: str, said: str
):
    db = connect(used)
    db.conn.execute("UPDATE runs SET who = 'root'")
    db.conn.close()
    text = dumped(synterm, used, "--all")
    assert old in text
    changed = text.replace(old, new)
    assert not said or said in refused(synterm, tmp_path, changed)


def test_rows_that_belong_to_nothing_or_stand_twice_are_told_with_their_line(
    synterm: Synterm, used: Path, tmp_path: Path
):
    text = dumped(synterm, used, "--all")
    lines = text.split("\n")
    runs = lines.index("table: runs")
    without = [*lines[: runs + 3], *lines[runs + 4 :]]
    said = refused(synterm, tmp_path, "\n".join(without))
    assert "it belongs to something that does not stand before it" in said
    twice = [*lines[: runs + 4], *lines[runs + 3 :]]
    assert f"text.yaml line {runs + 5}: it stands twice (runs.id)" in refused(synterm, tmp_path, "\n".join(twice))
    case = next(at for at, line in enumerate(lines) if '"do it"' in line)
    again = [*lines[:case], lines[case], *lines[case:]]
    assert f"text.yaml line {case + 2}: it stands twice (cases.pk)" in refused(synterm, tmp_path, "\n".join(again))


def test_dumping_loads_nothing_heavy(used: Path):
    heavy = "{'litellm', 'tiktoken', 'jinja2', 're2', 'aiohttp', 'textual', 'rich', 'yaml', 'numpy'}"
    code = (
        "import sys; from synterm.cli.main import main; "
        f"main(['dump', {str(used)!r}, '-o', {os.devnull!r}]); print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=True)
    assert done.stdout == b"[]\n"


@pytest.mark.skipif(GIT is None, reason="needs git")
def test_git_shows_how_projects_differ(synterm: Synterm, used: Path, tmp_path: Path):
    repository = tmp_path / "repository"
    repository.mkdir()
    (tmp_path / "home").mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "GIT_CONFIG_NOSYSTEM": "1"}
    environment |= {name: os.environ[name] for name in os.environ if name.startswith("SYNTERM_")}
    environment["PYTHONPATH"] = str(Path(package).parents[1])

    def git(*words: str) -> str:
        command = [str(GIT), "-c", "user.name=a", "-c", "user.email=a@example.org", *words]
        done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()

    git("init", "-q")
    (repository / ".gitattributes").write_text("*.db diff=synterm\n")
    git("config", "diff.synterm.textconv", f"{sys.executable} -m synterm dump")
    shutil.copy(used, repository / "small.db")
    git("add", ".")
    git("commit", "-qm", "first")
    synterm("edit", repository / "small.db", "prompt", "router", "--system", "You route one message.")
    synterm("add", repository / "small.db", "case", "Routing/Ambiguous/borderline", "--input", '{"message": "new one"}')
    shown = git("diff")
    assert '+- {"input": {"message": "new one"}, "id": "' in shown
    assert "+    messages: [{role: system, content: You route one message.}]" in shown
    assert "@@ cases: [Routing, Ambiguous, borderline]" in shown
    assert sorted(file.name for file in repository.iterdir() if file.name != ".git") == [".gitattributes", "small.db"]
    git("commit", "-qam", "second")
    assert "new one" in git("log", "-p", "-1")


def test_the_example_of_the_page_loads(synterm: Synterm, tmp_path: Path):
    page = (Path(package).parents[1] / "docs" / "sharing.md").read_text(encoding="utf-8")
    again = loaded(synterm, tmp_path, page.partition("```yaml\n")[2].partition("```")[0])
    assert "peru again" in synterm("show", again, "case", "1M8J4RWC774T9C6RZZ925KP33").out


def test_on_github_a_text_goes_to_a_file_and_not_where_its_lines_could_be_commands(
    synterm_process: Synterm, used: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    exact = synterm_process("dump", used).out
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for words in (("dump", used), ("report", used, "-o", "-"), ("review", used, "--export", "-", "--format", "csv")):
        done = synterm_process(*words)
        assert (done.code, done.out) == (2, "")
        assert "could take lines of it on stdout for commands" in done.err
        assert "write it to a file: -" in done.err
    target = tmp_path / "redirected.yaml"
    with target.open("wb") as file:
        subprocess.run([sys.executable, "-m", "synterm", "dump", str(used)], stdout=file, timeout=60, check=True)
    assert target.read_text(encoding="utf-8") == exact == dumped(synterm_process, used)


@pytest.mark.parametrize("option", ["--html", "--junit"])
def test_on_github_a_run_does_not_write_such_a_text_to_stdout(
    synterm: Synterm, make_project: MakeProject, monkeypatch: pytest.MonkeyPatch, option: str
):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = synterm("run", make_project(), option, "-")
    assert (done.code, done.out) == (2, "")
    assert f"write it to a file: {option} FILE" in done.err
