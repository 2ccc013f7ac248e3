"""Each sample as a new user meets it: listed, made, found whole, and evaluated by the real embedded model."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from synterm.cli.samples import sample_names
from synterm.providers import weights
from tests.cli.conftest import Synterm

ANSWERED = {
    # One case each. The first versions of the prompts are the short ones, which a model has read soon.
    "invoice_mail": ("--prompt", "form@v1", "--behavior", "Form/Amounts and dates/amounts"),
    "table_booking": ("--prompt", "assistant@v1", "--behavior", "Booking/Asks for what is missing/one thing missing"),
}


def test_the_samples_are_listed_with_a_sentence_each(synterm: Synterm) -> None:
    lines = synterm("new", "--sample").out.splitlines()
    assert [line.split("  ")[0] for line in lines] == sample_names()
    assert sample_names()[0] == "meeting_router"
    assert all(line.endswith(".") and len(line) <= 80 for line in lines), lines


def test_a_sample_without_its_name_and_one_that_is_not_there_are_told(synterm: Synterm, tmp_path: Path) -> None:
    bare = synterm("new", tmp_path / "a.db", "--sample")
    assert (bare.code, "synterm new --sample says which there are" in bare.err) == (2, True)
    near = synterm("new", tmp_path / "a.db", "--sample", "table-booking")
    assert (near.code, "did you mean table_booking?" in near.err) == (2, True)
    fileless = synterm("new", "--sample", "invoice_mail")
    assert (fileless.code, "synterm new my.db --sample invoice_mail" in fileless.err) == (2, True)
    assert synterm("demo", tmp_path / "a.db", "--sample", "invoicemail").code == 2
    assert list(tmp_path.iterdir()) == []


def test_the_demo_takes_a_sample_by_its_name(synterm: Synterm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTERM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("synterm.cli.demo._evaluate", _nothing)
    done = synterm("demo", "--sample", "invoice_mail", "--headless")
    assert done.code == 0
    assert [path.name for path in (tmp_path / "data" / "demo").glob("*.db")] == ["invoice_mail.db"]
    assert "name: invoice mail" in synterm("dump", tmp_path / "data" / "demo" / "invoice_mail.db").out


@pytest.mark.parametrize("name", sample_names())
def test_the_doctor_finds_nothing_wrong_with_a_sample(synterm: Synterm, tmp_path: Path, name: str) -> None:
    assert synterm("new", tmp_path / "s.db", "--sample", name).code == 0
    examined = synterm("doctor", tmp_path / "s.db", "--quiet")
    assert (examined.code, examined.out.count("✗"), examined.out.count("!")) == (0, 0, 0), examined.out


@pytest.mark.parametrize("name", sorted(ANSWERED))
def test_the_embedded_model_answers_a_sample(synterm: Synterm, tmp_path: Path, name: str) -> None:
    asyncio.run(weights.fetch(lambda arrived, expected: None))
    path = tmp_path / "s.db"
    assert synterm("new", path, "--sample", name).code == 0
    report = synterm("run", path, *ANSWERED[name], "--limit", "1", "--fail-on", "error", "--json", "-").json
    assert (report["totals"]["evaluations"], report["totals"]["errors"]) == (1, 0)
    (evaluation,) = report["evaluations"]
    checks = {check["type"]: check["passed"] for check in evaluation["checks"]}
    if name == "invoice_mail":
        assert checks["is-json"] is True  # it is held to the schema, so that holds whatever it makes of the mail
    if name == "table_booking":
        assert [turn["role"] for turn in evaluation["dialog"]["turns"]] == ["user", "assistant"] * 2
    assert None not in checks.values()


def _nothing(path: Path, json_target: str | None) -> int:
    """In place of an evaluation."""
    return 0
