"""The lock, the licences, and the audit. That no import asks anything of a network, tests/test_wheel.py holds."""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCK: dict[str, Any] = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def script(name: str) -> Any:
    """A script of .ci as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def own() -> dict[str, Any]:
    return next(one for one in LOCK["package"] if one["name"] == "synterm")


def test_the_lock_belongs_to_the_project() -> None:
    """As `uv lock --check`, where there is no uv."""

    def known(requirement: str) -> tuple[str, str]:
        name, specifier = (
            re.split(r"(?=[<>=!~])", requirement, maxsplit=1) if re.search("[<>=]", requirement) else (requirement, "")
        )
        return re.sub(r"[-_.]+", "-", name).lower(), ",".join(sorted(specifier.split(",")))

    wanted = {("", *known(one)) for one in PROJECT["dependencies"]}
    for extra, listed in PROJECT["optional-dependencies"].items():
        wanted |= {(extra, *known(one)) for one in listed}
    locked: set[tuple[str, str, str]] = set()
    for one in own()["metadata"]["requires-dist"]:
        extra = re.search(r"extra == '(\w+)'", one.get("marker", ""))
        locked.add((extra[1] if extra else "", one["name"], ",".join(sorted(one.get("specifier", "").split(",")))))
    assert locked == wanted, "uv lock"


def test_every_file_of_every_package_is_locked_by_its_hash() -> None:
    files = 0
    for one in LOCK["package"]:
        if one["name"] == "synterm":
            continue
        assert one["source"] == {"registry": "https://pypi.org/simple"}, one["name"]
        listed = [*one.get("wheels", []), *([one["sdist"]] if "sdist" in one else [])]
        assert listed, one["name"]
        for file in listed:
            assert re.fullmatch("sha256:[0-9a-f]{64}", file["hash"]), one["name"]
        files += len(listed)
    assert files > 1000


def test_litellm_is_one_release_and_none_of_the_malicious() -> None:
    (version,) = [one["version"] for one in LOCK["package"] if one["name"] == "litellm"]
    assert f"litellm=={version}" in PROJECT["dependencies"]
    assert not list(script("audit").hits("litellm", version, ROOT / "nowhere"))
    assert list(script("audit").hits("litellm", "1.82.8", ROOT / "nowhere")) == ["a malicious release"]


def test_licences_are_listed_as_they_are_and_all_fine() -> None:
    licences = script("licenses")
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    found, said = licences.packages(page), {name: one.strip() for name, one in licences.table_of(page).items()}
    assert set(said) == set(found), "python .ci/licenses.py"
    assert len(found) > 60
    assert [name for name, licence in said.items() if not licences.is_fine(licence)] == []
    # What is installed may be a later release, with other words for the same licence.
    assert [name for name, licence in found.items() if not licences.is_fine(licence)] == []


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("Apache-2.0 AND CNRI-Python", True),
        ("GPL-3.0-or-later", False),
        ("MIT AND AGPL-3.0-only", False),
        ("unknown", False),
        ("not known here", False),
    ],
)
def test_which_licences_are_fine(licence: str, fine: bool) -> None:
    assert script("licenses").is_fine(licence) == fine


def test_the_audit_reads_ranges_versions_and_withdrawals(tmp_path: Path) -> None:
    folder = tmp_path / "vulns" / "some-package"
    folder.mkdir(parents=True)
    events = [{"introduced": "1.2"}, {"fixed": "1.4.1"}, {"introduced": "2.0"}, {"last_affected": "2.3"}]
    body: dict[str, Any] = {
        "id": "PYSEC-1",
        "aliases": ["CVE-1"],
        "details": "bad\nthing",
        "affected": [
            {
                "package": {"name": "Some_Package"},
                "ranges": [{"type": "ECOSYSTEM", "events": events}],
                "versions": ["0.9"],
            }
        ],
    }
    (folder / "PYSEC-1.yaml").write_text(json.dumps(body))
    (folder / "PYSEC-2.yaml").write_text(json.dumps({**body, "id": "PYSEC-2", "withdrawn": "2026-01-01T00:00:00Z"}))
    audit = script("audit")
    for version, hit in {"0.9": 1, "1.1": 0, "1.2": 1, "1.4": 1, "1.4.1": 0, "2.0.1": 1, "2.3": 1, "2.4": 0}.items():
        assert len(list(audit.hits("some-package", version, tmp_path))) == hit, version
    assert list(audit.hits("some-package", "1.3", tmp_path)) == ["PYSEC-1 (CVE-1): bad thing"]
    assert list(audit.hits("other", "1.3", tmp_path)) == []
