"""The user's list of trusted projects: theirs alone, sealed, and none where it is damaged."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path

import pytest

from synterm.core.capabilities import Capabilities, capabilities_of
from synterm.core.model import ModelSpec
from synterm.storage.trusted import TrustedProjects

MAY = capabilities_of([ModelSpec(name="m", model="openai/m", api_base="https://host.example/v1")])
MORE = capabilities_of([ModelSpec(name="m", model="openai/m", api_base="https://evil.example/v1")])


def test_what_was_put_is_found_by_its_owner_alone(tmp_path: Path) -> None:
    kept = TrustedProjects(tmp_path / "config")
    assert kept.find("A") == (None, None)
    kept.put("A", MAY)
    assert kept.find("A") == (MAY, None)
    assert kept.find("B") == (None, None)
    for name in ("trusted.json", "trust.key"):
        assert (tmp_path / "config" / name).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "config").stat().st_mode & 0o777 == 0o700
    assert kept.remove("A")
    assert not kept.remove("A")
    assert kept.find("A") == (None, None)


def test_an_entry_that_was_changed_moved_or_made_elsewhere_counts_as_none(tmp_path: Path) -> None:
    kept = TrustedProjects(tmp_path)
    kept.put("A", MAY)
    body = json.loads(kept.path.read_text())
    foreign = TrustedProjects(tmp_path / "elsewhere")
    foreign.put("A", MORE)
    changed = {**body["projects"]["A"], "may": MORE.document()}
    for entry in (
        changed,
        {**changed, "seal": "é"},
        {**changed, "seal": 5},
        {"may": MAY.document()},
        json.loads(foreign.path.read_text())["projects"]["A"],
    ):
        kept.path.write_text(json.dumps({**body, "projects": {"A": entry}}))
        found, doubt = kept.find("A")
        assert found is None
        assert doubt is not None
        assert "was not made by you" in doubt
    kept.path.write_text(json.dumps({**body, "projects": {"B": body["projects"]["A"]}}))
    assert kept.find("B")[0] is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"projects": 5}', "\x00" * 50])
def test_a_damaged_list_counts_as_empty_is_told_and_is_replaced_by_the_next_entry(tmp_path: Path, text: str) -> None:
    kept = TrustedProjects(tmp_path)
    kept.put("A", MAY)
    kept.path.write_text(text)
    found, doubt = kept.find("A")
    assert found is None
    assert str(kept.path) in (doubt or "")
    kept.put("B", MAY)
    assert kept.find("B") == (MAY, None)
    assert (tmp_path / "trusted.json.damaged").read_text() == text


def test_a_list_without_its_secret_is_worth_nothing(tmp_path: Path) -> None:
    kept = TrustedProjects(tmp_path / "mine")
    kept.put("A", MAY)
    shutil.copytree(tmp_path / "mine", tmp_path / "copied")
    (tmp_path / "copied" / "trust.key").unlink()
    found, doubt = TrustedProjects(tmp_path / "copied").find("A")
    assert found is None
    assert "trust.key" in (doubt or "")


def test_what_others_can_write_is_not_believed(tmp_path: Path) -> None:
    kept = TrustedProjects(tmp_path)
    kept.put("A", MAY)
    for name in ("trusted.json", "trust.key"):
        (tmp_path / name).chmod(0o620)
        found, doubt = kept.find("A")
        assert found is None
        assert "others than you can write it" in (doubt or "")
        (tmp_path / name).chmod(0o600)
    kept.path.unlink()
    os.mkfifo(kept.path)
    assert kept.find("A")[0] is None  # and nobody waits for its other end


def test_entries_of_many_at_once_all_stay(tmp_path: Path) -> None:
    def put(name: str) -> None:
        TrustedProjects(tmp_path).put(name, MAY)

    threads = [threading.Thread(target=put, args=(f"P{number}",)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(TrustedProjects(tmp_path).find(f"P{number}") == (MAY, None) for number in range(12))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trust.key", "trusted.json", "trusted.json.lock"]


def test_what_is_read_back_is_what_was_meant(tmp_path: Path) -> None:
    may = Capabilities.model_validate(
        {"models": [{"model": "http/a", "sends": {"body": {"a": None, "b": [1, 1.5, True]}}}], "plugins": ["x"]}
    )
    TrustedProjects(tmp_path).put("A", may)
    assert TrustedProjects(tmp_path).find("A") == (may, None)
