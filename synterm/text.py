"""Text from models, files and other people, made safe to show and to store.

Stored text stays as it came; whatever is shown goes through `printable` first, so that it can't move the
cursor, change colours, hide itself or fill the clipboard of the terminal that shows it.
"""

from __future__ import annotations

import re

# C0 but tab and newline, DEL, C1, and the characters that reorder, join or hide what surrounds them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    """The same text with control and direction characters turned into visible marks; keeps tabs and newlines."""
    return _UNSAFE.sub(_mark, text.replace("\r\n", "\n")) if _UNSAFE.search(text) else text


def _mark(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"‹U+{code:04X}›"


def visible(text: str) -> str:
    """`text` with one visible character for each unsafe one, where its columns must stay where they are."""
    if not _UNSAFE.search(text):
        return text
    return _UNSAFE.sub(lambda match: mark if len(mark := _mark(match)) == 1 else "\ufffd", text)


def one_line(text: str, limit: int | None = None) -> str:
    """`text` as one printable line: runs of white space become one space; cut with … at `limit` characters."""
    if (limit is None or len(text) <= limit) and text.isprintable() and "  " not in text and text == text.strip():
        return text  # as it is, which most are
    head = text if limit is None or len(text) <= limit else text[: limit * 4]
    line = printable(" ".join(head.split()))
    if limit is not None and (len(line) > limit or len(head) < len(text)):
        return line[: max(limit - 1, 0)] + "…"
    return line


def storable(text: str) -> str:
    """`text` with lone surrogates, which no UTF-8 store takes, replaced by U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def plural(count: int, noun: str) -> str:
    """``1 case``, ``2 cases``, ``1,200 cases``."""
    ending = "" if count == 1 else "s"
    return f"{count:,} {noun}{ending}"


def megabytes(size: int) -> str:
    """A number of bytes in megabytes, as people read it; in kilobytes where that would be next to none."""
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{-(-size // 1000)} kB"
