"""Mailboxes: what mail programs export, a file with one mail after the other."""

from __future__ import annotations

import mailbox
from email import message_from_binary_file, policy
from email.message import EmailMessage
from typing import IO, Any, cast

from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.peek import Peek


class Mbox(Source):
    """A row for each mail: its text as `message`, its `subject`, `from` and `date`. Only plain text is read."""

    name = "mbox"
    title = "mailboxes: an mbox file with one mail after the other"

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        """By the name, or by the line that every mail in an mbox begins with."""
        return peek.ending == ".mbox" or (peek.head.startswith(b"From ") and b"\nSubject:" in peek.head)

    def rows(self, file: SourceFile) -> Rows:
        """Each mail as it is asked for; for one without plain text the error."""
        box = cast("Any", mailbox.mbox(file.path, factory=_read, create=False))  # pyright: ignore[reportArgumentType]
        try:
            for number, key in enumerate(box.keys(), start=1):
                yield _row(f"{file.title} mail {number}", number, box.get(key))
        finally:
            box.close()


def _read(source: IO[bytes]) -> EmailMessage:
    return message_from_binary_file(source, policy=policy.default)


def _row(where: str, number: int, mail: EmailMessage) -> SourceRow | InputError:
    body = mail.get_body(preferencelist=("plain",))
    try:
        text = "" if body is None else str(body.get_content())
    except (LookupError, UnicodeError) as error:
        return InputError(f"its text can't be read: {error}", where=where)
    if not text.strip():
        return InputError("has no plain text", where=where, hint="a mail of HTML alone is left out")
    fields = {name.lower(): str(mail[name]) for name in ("Subject", "From", "Date") if mail[name]}
    return SourceRow(where, number, {"message": text.replace("\r\n", "\n").strip("\n"), **fields})
