"""Mailboxes, as mail programs write them."""

from __future__ import annotations

from pathlib import Path

from synterm.errors import InputError
from synterm.formats.sources.base import SourceFile, SourceRow
from synterm.formats.sources.peek import peek
from synterm_mail.mbox import Mbox

BOX = """\
From ann@mail.example Mon Mar  3 09:12:00 2025
From: Ann <ann@mail.example>
Subject: =?utf-8?q?My_parcel=E2=80=A6?=
Content-Type: text/plain; charset=utf-8

Where is my parcel?

From bob@mail.example Mon Mar  3 09:15:00 2025
Subject: Hello
Content-Type: text/html

<p>Hello</p>

From cat@mail.example Mon Mar  3 09:17:00 2025
Subject: odd
Content-Type: text/plain; charset=klingon

x
"""


def test_each_mail_is_a_row_or_says_why_not(tmp_path: Path) -> None:
    path = tmp_path / "support.mbox"
    path.write_text(BOX, encoding="utf-8")
    first, second, third = Mbox().rows(SourceFile(path, path.name, peek(path, path.name)))
    assert isinstance(first, SourceRow)
    assert first.fields == {"message": "Where is my parcel?", "subject": "My parcel…", "from": "Ann <ann@mail.example>"}
    assert (first.where, first.number) == ("support.mbox mail 1", 1)
    assert isinstance(second, InputError)
    assert "no plain text" in second.message
    assert isinstance(third, InputError)
    assert "klingon" in third.message
    assert path.read_text(encoding="utf-8") == BOX


def test_it_is_known_by_its_name_or_its_look(tmp_path: Path) -> None:
    path = tmp_path / "inbox"
    path.write_text(BOX, encoding="utf-8")
    assert Mbox.fits(peek(path, "inbox"))
    path.write_text("From here on it is a letter.", encoding="utf-8")
    assert not Mbox.fits(peek(path, "inbox"))
