"""Merging gives the same whatever the order: of the files, and of the merges."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome, Usage
from synterm.core.document import Document
from synterm.core.evaluation import CheckResult, Evaluation, Task, Variant
from synterm.core.finding import Finding
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.core.request import Request
from synterm.core.review import Review, output_id
from synterm.core.tree import Node
from synterm.storage.merge.merge import merge
from synterm.storage.project import Project
from synterm.storage.received import Received
from tests.support.logical import digest, logical

Edit = tuple[str, int, int]
"""What is done, to which thing, and what is said of it."""
EDITS = st.lists(
    st.tuples(
        st.sampled_from(
            "case change retag uncase version draft note model node renode document review run pin spend".split()
        ),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    max_size=5,
)
TWINS = ("nodes", "models", "documents")
MODEL = ModelSpec(name="stub", model="scripted/rules")


def body(number: int) -> PromptBody:
    return PromptBody(messages=(Message(role="user", content=f"text {number}: {{{{ message }}}}"),))


def make_base(path: Path) -> None:
    with Project.create(path, "a project") as project:
        feature = Node(level="feature", name="Routing")
        behavior = Node(level="behavior", name="All", parent_id=feature.id)
        scenarios = [Node(level="scenario", name=f"s{number}", parent_id=behavior.id) for number in range(2)]
        project.nodes.put(feature, behavior, *scenarios).result()
        project.models.put(MODEL).result()
        project.prompts.add("router", [("first", body(0)), ("second", body(100))]).result()
        cases = [Case(scenario_id=scenarios[number % 2].id, input={"message": f"m{number}"}) for number in range(3)]
        project.cases.put(cases).result()


def _case(project: Project, number: int) -> Case | None:
    cases = [*project.cases.select()]
    return cases[number] if number < len(cases) else None


def do(project: Project, edit: Edit, who: str) -> None:
    kind, which, what = edit
    tree = project.nodes.tree()
    case, prompt = _case(project, which), project.prompts.get("router")
    if kind == "case":
        project.cases.put([Case(scenario_id=tree.scenarios()[0].id, input={"message": f"new {what}"})]).result()
    elif kind == "change" and case:
        project.cases.put([case.model_copy(update={"input": {"message": f"changed {what}"}})]).result()
    elif kind == "retag" and case:
        project.cases.put([case.model_copy(update={"tags": (f"t{what}",)})]).result()
    elif kind == "uncase" and case:
        project.cases.remove([case.id]).result()
    elif kind == "version":
        project.prompts.keep(prompt.id, body(1 + which * 3 + what), f"by {who}").result()
    elif kind == "draft":
        project.prompts.save_draft(prompt.id, body(50 + what)).result()
    elif kind == "note":
        project.prompts.annotate(prompt.id, 1, note=f"note {what}").result()
    elif kind == "model":
        project.models.put(ModelSpec(name=f"m{which}", model=f"scripted/{what}")).result()
    elif kind == "node":
        names = {node.name for node in tree.walk()}
        if f"f{which}" not in names:
            feature = Node(level="feature", name=f"f{which}", description=f"d{what}")
            behavior = Node(level="behavior", name=f"b{which}", parent_id=feature.id)
            project.nodes.put(feature, behavior).result()
    elif kind == "renode":
        node = tree.scenarios()[which % 2]
        project.nodes.put(node.model_copy(update={"description": f"d{what}"})).result()
    elif kind == "document":
        project.documents.put(Document(name=f"d{which}", text=f"text {what}")).result()
    elif kind == "spend":
        project.spending.reserve(f"2026-01-0{which + 1}", 1.0 + what, None).result()
    elif kind in ("run", "review", "pin"):
        _run(project, case, what, who, kind)


def _run(project: Project, case: Case | None, what: int, who: str, kind: str) -> None:
    if case is None:
        return
    prompt = project.prompts.get("router")
    version = prompt.versions[-1]
    variant = Variant("router", version.label, version.body, MODEL)
    asked = Request(model=MODEL, messages=version.body.messages)
    task = Task(case, variant, 0, asked, content=case.content_id)
    answer = Completion(Outcome.COMPLETE, f"answer {what}", usage=Usage(1, 2), cost_usd=0.5, latency_ms=1.0)
    [pk] = project.responses.add_all([Received(task, answer, "2026-01-02", 0.0)]).result()
    assert isinstance(pk, int)
    if kind == "review":
        review = Review(case.content_id, output_id(answer.text), what == 0, who="ann", note=f"n{what}", response_pk=pk)
        project.reviews.put(review).result()
        return
    run_id = project.runs.start({"cases": 1, "plan": "p"}, who=who, git_commit=None).result()
    found = CheckResult("equals", what == 0, float(what == 0), f"reason {what}")
    stored = Completion(Outcome.COMPLETE, answer.text, stored=pk)
    project.runs.add(run_id, [Evaluation(task, stored, (found,), what == 0, float(what == 0))]).result()
    project.runs.finish(run_id, "complete" if kind == "pin" else "interrupted", {"evaluations": 1}).result()


def merged(target: Path, *inputs: Path, base: Path | None = None, newest: bool = True) -> Path:
    found = merge(inputs, base, "newest" if newest else None, target.parent, target)
    assert target.exists() == (newest or not found.conflict_count)
    return target


def _edited(folder: Path, name: str, edits: list[Edit]) -> Path:
    path = folder / f"{name}.db"
    shutil.copy(folder / "base.db", path)
    with Project.open(path) as project:
        for edit in edits:
            do(project, edit, name)
    return path


def trees(join: Callable[..., Path], one: Path, two: Path, three: Path) -> list[Path]:
    """All at once in every order, and one after the other."""
    made = [join(*order) for order in permutations((one, two, three))]
    return [*made, join(join(one, two), three), join(one, join(three, two)), join(join(two, one), join(three, one))]


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS, EDITS, EDITS)
def test_any_order_and_any_tree_of_merges_give_the_same(one: list[Edit], two: list[Edit], three: list[Edit]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_base(folder / "base.db")
        files = [_edited(folder, who, edits) for who, edits in zip("abc", (one, two, three), strict=True)]
        count = 0

        def join(*inputs: Path) -> Path:
            nonlocal count
            count += 1
            return merged(folder / f"merged-{count}.db", *inputs)

        made = trees(join, *files)
        said = logical(made[0])
        for other in made[1:]:
            assert logical(other) == said
        again = merge([made[0], *files], None, "newest", folder, folder / "again.db")
        assert digest(folder / "again.db") == digest(made[0])
        # What two people made under one name has one of their ids now, so the other's is another one each time.
        counts = [(table, count) for gathered in again.files[1:] for table, count in gathered.counts.items()]
        assert [table for table, count in counts if count.added and table not in TWINS] == []


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS, EDITS, EDITS)
def test_with_a_base_too_unless_people_changed_the_same(one: list[Edit], two: list[Edit], three: list[Edit]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = folder / "base.db"
        make_base(base)
        files = [_edited(folder, who, edits) for who, edits in zip("abc", (one, two, three), strict=True)]
        if merge(files, base, None, folder, None).conflict_count:
            return
        count = 0

        def join(*inputs: Path) -> Path:
            nonlocal count
            count += 1
            return merged(folder / f"merged-{count}.db", *inputs, base=base, newest=False)

        made = trees(join, *files)
        said = logical(made[0])
        for other in made[1:]:
            assert logical(other) == said


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS)
def test_a_file_merged_with_what_it_came_from_is_itself(edits: list[Edit]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_base(folder / "base.db")
        edited = _edited(folder, "a", edits)
        out = merged(folder / "out.db", folder / "base.db", edited, base=folder / "base.db", newest=False)
        found, expected = logical(out), logical(edited)
        # A day's spending is counted anew from what the answers cost.
        assert {**found, "spending": []} == {**expected, "spending": []}


def test_what_a_person_said_of_a_failure_is_not_lost_to_a_later_proposal(tmp_path: Path) -> None:
    base, mine, theirs = (tmp_path / f"{name}.db" for name in ("base", "mine", "theirs"))
    make_base(base)

    def kept(path: Path, **body: object) -> None:
        with Project.open(path) as project:
            project.findings.put(
                Finding("triage", ("case", "answer"), {"confirmed": "type" in body, **body}),
                Finding("cluster", ("c1",), {"name": "rooms", **body}),
            ).result()

    kept(base, by="rules")
    for path in (mine, theirs):
        shutil.copy(base, path)
    kept(mine, by="ann", type="spec gap")
    kept(theirs, by="model judge")
    for at, files in enumerate(permutations([mine, theirs])):
        for name, common in (("with", base), ("without", None)):
            out = tmp_path / f"{name}-{at}.db"
            merge([*files], common, None, tmp_path, out)
            with Project.open(out) as project:
                found = [*project.findings.all("triage"), *project.findings.all("cluster")]
                assert [one.body["by"] for one in found] == ["ann", "ann"]
