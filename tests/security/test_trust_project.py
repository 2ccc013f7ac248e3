"""A project is restricted until its user trusts it, stays trusted through what they change, and not through others."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.core.tree import Node
from synterm.formats.build import build_project
from synterm.formats.project_text import read_project_text
from synterm.storage.project import Project
from tests.conftest import SMALL

EVIL = "https://evil.example/v1"
STRANGE = SMALL.replace(
    "models:\n", f"models:\n  - {{name: far, model: openai/far, api_base: '{EVIL}', api_key_env: MY_KEY}}\n"
)
OTHER = ModelSpec(name="other", model="openai/other", api_base="https://other.example/v1")


def build(folder: Path, text: str) -> Path:
    source, path = folder / "text.yaml", folder / "project.db"
    source.write_text(text)
    build_project(path, read_project_text(source))
    return path


@pytest.fixture
def strange(tmp_path: Path) -> Iterator[Project]:
    with Project.open(build(tmp_path, STRANGE)) as project:
        yield project


def from_outside(project: Project, sql: str) -> None:
    """Change the file as another program does."""
    with sqlite3.connect(project.path) as db:
        db.execute(sql)
    db.close()


def test_what_asks_for_nothing_is_not_restricted(tmp_path: Path) -> None:
    with Project.open(build(tmp_path, SMALL)) as project:
        assert project.trust.capabilities.nothing
        assert not project.trust.restricted


def test_a_text_that_asks_for_something_is_restricted_until_it_is_trusted(strange: Project, own_config: Path) -> None:
    trust = strange.trust
    assert trust.restricted
    assert trust.before is None
    assert trust.why() == [f"ask openai/far at {EVIL}, with the key in MY_KEY"]
    trust.grant()
    assert not trust.restricted
    assert trust.before == trust.capabilities
    with Project.open(strange.path) as again:
        assert not again.trust.restricted
    assert EVIL not in (own_config / "trust.key").read_bytes().decode("latin-1")
    assert trust.revoke()
    assert trust.restricted
    assert not trust.revoke()


def test_what_changed_from_outside_is_restricted_again_with_the_difference(strange: Project) -> None:
    strange.trust.grant()
    assert not strange.trust.restricted
    from_outside(strange, "UPDATE models SET spec = replace(spec, 'evil.example', 'worse.example')")
    assert strange.trust.restricted
    assert strange.trust.why() == [
        "new: ask openai/far at https://worse.example/v1, with the key in MY_KEY",
        f"gone: ask openai/far at {EVIL}, with the key in MY_KEY",
    ]


def test_only_what_somebody_read_is_granted(strange: Project) -> None:
    read = strange.trust.capabilities
    from_outside(strange, "UPDATE models SET spec = replace(spec, 'evil.example', 'worse.example')")
    strange.trust.grant(read)
    assert strange.trust.restricted


def test_asking_for_less_or_with_other_parameters_restricts_nothing(strange: Project) -> None:
    strange.trust.grant()
    from_outside(strange, "UPDATE models SET spec = json_insert(spec, '$.params', json('{\"temperature\": 1.0}'))")
    assert not strange.trust.restricted
    from_outside(strange, "DELETE FROM models WHERE name = 'far'")
    assert not strange.trust.restricted


def test_what_its_user_changes_stays_trusted(strange: Project) -> None:
    strange.trust.grant()
    strange.trust.follow_edits()
    strange.models.put(OTHER).result()
    assert not strange.trust.restricted
    strange.models.replace("other", OTHER.model_copy(update={"model": "openai/another"})).result()
    assert not strange.trust.restricted
    taken = strange.models.take("other").result()
    strange.models.put_back(taken).result()
    assert not strange.trust.restricted
    strange.nodes.put(Node(level="feature", name="F", checks=({"type": "acme"},))).result()
    assert not strange.trust.restricted
    body = PromptBody(messages=(Message(role="user", content="x"),), params={"body": {"a": 1}})
    strange.prompts.add("p", [("", body)]).result()
    assert not strange.trust.restricted
    with Project.open(strange.path) as again:
        assert not again.trust.restricted


def test_what_its_user_took_out_has_to_be_trusted_anew(strange: Project) -> None:
    strange.trust.grant()
    strange.trust.follow_edits()
    spec = strange.models.get("far")
    strange.models.remove("far").result()
    strange.marks().result()
    from_outside(
        strange, f"INSERT INTO models (id, name, spec, updated) VALUES ('x', 'x', '{spec.model_dump_json()}', '')"
    )
    assert strange.trust.restricted


def test_a_change_here_trusts_nothing_that_was_not_trusted(strange: Project) -> None:
    strange.trust.follow_edits()
    strange.models.put(OTHER).result()
    assert strange.trust.restricted
    assert strange.trust.before is None


def test_a_change_here_trusts_nothing_that_another_program_wrote(strange: Project) -> None:
    strange.trust.grant()
    strange.trust.follow_edits()
    from_outside(strange, "UPDATE models SET spec = replace(spec, 'evil.example', 'worse.example')")
    strange.models.put(OTHER).result()
    assert strange.trust.restricted


def test_an_app_that_is_added_does_not_vouch_for_prompts_of_a_stranger(tmp_path: Path) -> None:
    with Project.open(build(tmp_path, SMALL)) as project:
        params = '{"method": "DELETE"}'
        from_outside(project, f"UPDATE prompts SET draft = json_set(draft, '$.params', json('{params}'))")
        project.trust.follow_edits()
        project.models.put(ModelSpec(name="app", model="http/app", api_base="https://app.example")).result()
        assert project.trust.restricted
        assert "let a prompt change what apps are sent: method DELETE" in project.trust.why()


def test_writing_for_somebody_else_renews_nothing(strange: Project) -> None:
    strange.trust.grant()
    strange.models.put(OTHER).result()
    assert strange.trust.restricted


def test_a_digest_of_ci_trusts_exactly_that(strange: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = strange.trust.capabilities.digest
    assert digest.startswith("sha256:")
    strange.trust.accept("sha256:0000")
    assert strange.trust.restricted
    strange.trust.accept(digest)
    assert not strange.trust.restricted
    monkeypatch.setenv("SYNTERM_TRUST_MANIFEST", digest)
    with Project.open(strange.path) as again:
        assert not again.trust.restricted
        from_outside(again, "UPDATE models SET spec = replace(spec, 'evil.example', 'worse.example')")
        assert again.trust.restricted


def test_a_copy_is_trusted_as_the_project_is_and_another_project_of_the_same_content_is_not(
    strange: Project, tmp_path: Path
) -> None:
    strange.trust.grant()
    shutil.copy(strange.path, tmp_path / "copy.db")
    with Project.open(tmp_path / "copy.db") as copy:
        assert not copy.trust.restricted
    (tmp_path / "new").mkdir()
    with Project.open(build(tmp_path / "new", STRANGE)) as new:
        assert new.trust.restricted


def test_a_file_that_can_only_be_read_is_judged_too(strange: Project) -> None:
    with Project.look(strange.path) as looked:
        assert looked.trust.restricted
        looked.trust.grant()
        assert not looked.trust.restricted
    assert not strange.trust.restricted


def test_a_list_that_can_not_be_kept_is_told_and_the_change_stands(strange: Project, own_config: Path) -> None:
    strange.trust.grant()
    strange.trust.follow_edits()
    (own_config / "trust.key").write_bytes(b"short")
    strange.models.put(OTHER).result()
    assert "other" in {spec.name for spec in strange.models.all()}
    assert strange.trust.restricted
    assert any("trust.key" in line for line in strange.trust.why())


def test_a_change_in_another_window_restricts_this_one_not_for_a_moment(strange: Project) -> None:
    """Two windows of one user: what one writes is trusted before the other can see it, and forgotten after it."""
    strange.trust.grant()
    with Project.open(strange.path) as other:
        other.trust.follow_edits()
        for number in range(30):
            done = other.models.put(OTHER.model_copy(update={"model": f"openai/m{number}"}))
            while not done.done():
                assert not strange.trust.restricted
            assert not strange.trust.restricted
    before = strange.trust.before
    assert before is not None
    assert len(before.models) == 2, "what was replaced is not kept"
