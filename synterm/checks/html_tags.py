"""The tags of HTML in answers, found in time proportional to the text's length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from synterm.errors import InputError

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
"""Elements without an end tag."""
SELF_ENDING = frozenset(
    "html head body p li dt dd option optgroup thead tbody tfoot tr td th colgroup caption rb rt rtc rp".split()
)
"""Elements whose end tag HTML lets out."""
_OTHERS = (
    "a abbr acronym address applet article aside audio b bdi bdo big blink blockquote button canvas center cite code "
    "data datalist del details dfn dialog dir div dl em fencedframe fieldset figcaption figure font footer form frame "
    "frameset h1 h2 h3 h4 h5 h6 header hgroup i iframe ins kbd label legend main map mark marquee math menu meter nav "
    "nobr noscript object ol output picture pre progress q ruby s samp script search section select slot small span "
    "strike strong style sub summary sup svg table template textarea time title tt u ul var video xmp"
)
KNOWN = VOID | SELF_ENDING | frozenset(_OTHERS.split())
"""The elements of HTML, also the old ones (html.spec.whatwg.org)."""
_TEXT_ONLY = frozenset("script style textarea title".split())
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*+)((?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+)>")
_START = re.compile(r"<(?=[A-Za-z/!?])")


MAX_TAGS = 100_000
"""So many are read."""


class Tag(NamedTuple):
    """A tag, or what is not shown: a comment or a declaration, whose name begins with ``!``."""

    name: str
    """In lower case."""
    start: int
    end: int
    closes: bool = False
    alone: bool = False
    """Whether it ends with ``/>``."""
    attributes: bool = False


class UnclosedError(ValueError):
    """A tag, a comment or a script has no end."""


def tags(text: str) -> Iterator[Tag]:
    """The tags in order. Raises UnclosedError where one has no end, and InputError where there are too many."""
    at = count = 0
    while (begun := _START.search(text, at)) is not None:
        tag = _tag(text, begun.start())
        if tag is not None:
            count += 1
            if count > MAX_TAGS:
                raise InputError(f"the answer has over {MAX_TAGS:,} tags, too many for this check")
            yield tag
            if tag.name in _TEXT_ONLY and not tag.closes and not tag.alone:
                tag = _end_of(tag, text)
                yield tag
        at = begun.start() + 1 if tag is None else tag.end


def _tag(text: str, start: int) -> Tag | None:
    if text.startswith("<!--", start):
        return Tag("!--", start, _found(text, "-->", start, 4) + 3)
    if text[start + 1] in "!?":
        return Tag(text[start + 1 : start + 9].lower(), start, _found(text, ">", start) + 1)
    if text[start + 1] == "/" and not text[start + 2 : start + 3].isalpha():
        return None
    match = _TAG.match(text, start)
    if match is None:
        raise UnclosedError(f"the tag {text[start : start + 20]!r} has no end")
    rest = match[3].strip()
    return Tag(match[2].lower(), start, match.end(), bool(match[1]), rest.endswith("/"), bool(rest.strip("/")))


def _end_of(tag: Tag, text: str) -> Tag:
    """The end tag of an element in which no other tags count."""
    match = re.compile(rf"</{tag.name}[^>]*+>", re.IGNORECASE).search(text, tag.end)
    if match is None:
        raise UnclosedError(f"<{tag.name}> is not closed")
    return Tag(tag.name, match.start(), match.end(), True)


def _found(text: str, mark: str, start: int, skipped: int = 0) -> int:
    end = text.find(mark, start + skipped)
    if end < 0:
        raise UnclosedError(f"{text[start : start + 4]!r} has no end")
    return end
