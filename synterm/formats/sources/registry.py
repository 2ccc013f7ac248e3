"""From the name of a format, or the look of a file, to what reads it."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from synterm.errors import InputError, UsageError, did_you_mean
from synterm.formats.sources.base import Source
from synterm.formats.sources.peek import Peek

GROUP = "synterm.sources"
"""The entry points by which installed packages bring sources."""

_GZIP = b"\x1f\x8b"
_HERE = "synterm.formats.sources"
BUILT_IN = {
    "promptfoo": f"{_HERE}.promptfoo:Promptfoo",
    "pydantic-evals": f"{_HERE}.pydantic_evals:PydanticEvals",
    "inspect": f"{_HERE}.inspect_log:InspectLog",
    "log": f"{_HERE}.request_log:RequestLog",
    "synterm": f"{_HERE}.synterm_lines:SyntermLines",
    "deepeval": f"{_HERE}.deepeval:Deepeval",
    "okareo": f"{_HERE}.okareo:Okareo",
    "huggingface": f"{_HERE}.hugging_face:HuggingFace",
    "parquet": f"{_HERE}.parquet:Parquet",
    "jsonl": f"{_HERE}.json_lines:JsonLines",
    "json": f"{_HERE}.json_list:JsonList",
    "csv": f"{_HERE}.table:Table",
    "text": f"{_HERE}.plain_text:PlainText",
    "blocks": f"{_HERE}.plain_text:TextBlocks",
}
"""The sources that come with synterm, as in its entry points, in the order in which they are asked whether a file is
one of theirs."""


def load_source(name: str) -> type[Source]:
    """The source of a name. Raises UsageError when there is none, InputError when it can't be loaded."""
    places = _places()
    if name not in places:
        raise UsageError(f"{name!r} is no format that is read", hint=did_you_mean(name, places))
    try:
        # A plugin may fail in any way while it is imported.
        loaded: object = EntryPoint(name, places[name], GROUP).load()
    except Exception as error:
        raise InputError(f"the source {name} can't be loaded from {places[name]}: {error}") from error
    if not (isinstance(loaded, type) and issubclass(loaded, Source)):
        raise InputError(f"{places[name]} is not a source")
    return loaded


def guess_source(peek: Peek) -> type[Source]:
    """What a file looks like. Raises UsageError when it looks like nothing that is read."""
    if peek.head.startswith(_GZIP):
        raise UsageError(f"{peek.name} is compressed", hint=f"zcat {peek.name} | synterm import PROJECT -")
    for name in _places():
        source = load_source(name)
        if source.fits(peek):
            return source
    hint = f"--format says what it is: {', '.join(source_names())}"
    raise UsageError(f"{peek.name} does not look like anything that is read", hint=hint)


def source_names() -> list[str]:
    """The formats that can be read here."""
    return list(_places())


@lru_cache(maxsize=1)
def _places() -> dict[str, str]:
    others = {entry.name: entry.value for entry in entry_points(group=GROUP) if entry.name not in BUILT_IN}
    # Those that were installed besides are asked first: they know their files better.
    return {**others, **BUILT_IN}
