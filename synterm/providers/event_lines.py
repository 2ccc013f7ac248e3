"""Cutting a stream of events (``text/event-stream``) into what its ``data:`` lines say."""

from __future__ import annotations


class EventLines:
    """Takes a body in chunks of any size.

    Each ``data:`` line is taken for an event of its own, as model endpoints send them, also where no empty line
    follows. Comments, other fields and empty lines say nothing.
    """

    def __init__(self) -> None:
        self._rest: list[bytes] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """What the lines say that `chunk` completes."""
        chunk = chunk.replace(b"\r", b"\n")
        if b"\n" not in chunk:
            self._rest.append(chunk)
            return []
        *lines, rest = b"".join((*self._rest, chunk)).split(b"\n")
        self._rest = [rest]
        return _data(lines)

    def end(self) -> list[bytes]:
        """What a last line says that no line break ended."""
        lines, self._rest = [b"".join(self._rest)], []
        return _data(lines)


def _data(lines: list[bytes]) -> list[bytes]:
    found = (line[5:].strip() for line in lines if line.startswith(b"data:"))
    return [data for data in found if data]
