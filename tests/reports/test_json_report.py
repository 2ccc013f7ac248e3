"""Reports as JSON files."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from synterm.errors import InputError
from synterm.reports.json import json_text, write_json

UNSAFE = "\x1b\x7f\x9b\u202e\u2028\ufeff\U000e0041"


class Holder(BaseModel):
    value: Any


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_text_comes_back_and_none_of_it_acts_on_a_terminal(text: str):
    written = json_text(Holder(value=text))
    assert json.loads(written) == {"value": text}
    assert not set(UNSAFE) & set(written)


def test_text_in_other_scripts_stays_readable():
    assert "一二 é 🙂" in json_text(Holder(value=f"一二 é 🙂{UNSAFE}"))


def test_what_is_no_number_in_json_is_null():
    assert json.loads(json_text(Holder(value=float("nan"))), parse_constant=pytest.fail) == {"value": None}


def test_a_file_is_replaced_as_a_whole_and_readable_by_all(tmp_path: Path):
    target = tmp_path / "report.json"
    target.write_text("old" * 100_000)
    write_json(Holder(value=1), str(target))
    assert json.loads(target.read_text()) == {"value": 1}
    assert target.stat().st_mode & 0o777 == 0o644
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_a_link_stays_a_link(tmp_path: Path):
    target = tmp_path / "real.json"
    target.write_text("old")
    (tmp_path / "link.json").symlink_to(target)
    write_json(Holder(value=1), str(tmp_path / "link.json"))
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads(target.read_text()) == {"value": 1}


def test_a_pipe_is_written_to_not_replaced(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text()))
    reader.start()
    write_json(Holder(value=1), str(pipe))
    reader.join()
    assert json.loads(received[0]) == {"value": 1}
    assert pipe.is_fifo()


def test_a_place_that_can_not_be_written_is_an_error_with_its_name(tmp_path: Path):
    with pytest.raises(InputError, match=r"nowhere/report\.json: can't be written: No such file"):
        write_json(Holder(value=1), str(tmp_path / "nowhere" / "report.json"))
