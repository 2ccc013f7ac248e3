"""From the name of a format, or the look of a file, to what reads it."""

from __future__ import annotations

from collections.abc import Callable

from synterm.errors import InputError, UsageError, did_you_mean
from synterm.formats.sources.base import Source
from synterm.formats.sources.peek import Peek
from synterm.plugins import Registry, as_words

_GZIP = b"\x1f\x8b"
_HERE = "synterm.formats.sources"
BUILT_IN = {
    "garak": f"{_HERE}.garak:Garak",
    "promptfoo-redteam": f"{_HERE}.promptfoo_redteam:PromptfooRedteam",
    "promptfoo": f"{_HERE}.promptfoo:Promptfoo",
    "pydantic-evals": f"{_HERE}.pydantic_evals:PydanticEvals",
    "inspect": f"{_HERE}.inspect_log:InspectLog",
    "otel": f"{_HERE}.otel:OpenTelemetry",
    "guard": f"{_HERE}.guard_log:GuardLines",
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
"""In the order in which they are asked whether a file is one of theirs; those of plugins are asked first: they know
their files better."""
OF_CASES = frozenset(
    "garak promptfoo-redteam promptfoo pydantic-evals inspect synterm deepeval okareo text blocks".split()
)
"""Those that hold cases, and no calls of an app."""
SOURCES = Registry("source", Source, BUILT_IN)


def load_source(name: str) -> type[Source]:
    """The source of a name. Raises UsageError when there is none, InputError when it can't be loaded."""
    if name not in SOURCES:
        raise UsageError(f"{name!r} is no format that is read", hint=did_you_mean(name, SOURCES))
    return SOURCES.find(name)


def guess_source(
    peek: Peek, note: Callable[[str], None] = lambda _: None, but: frozenset[str] = frozenset()
) -> type[Source]:
    """What a file looks like, `but` for some; `note` is told of plugins that can't be asked. Raises UsageError when it
    looks like nothing that is read."""
    if peek.head.startswith(_GZIP):
        raise UsageError(f"{peek.name} is compressed", hint=f"zcat {peek.name} | synterm import PROJECT -")
    for name in SOURCES:
        if name in but:
            continue
        try:
            source = SOURCES.find(name)
            with as_words(source, f"the source {name}"):
                if source.fits(peek):
                    return source
        except InputError as error:
            note(error.message)
    hint = f"--format says what it is: {', '.join(source_names())}"
    raise UsageError(f"{peek.name} does not look like anything that is read", hint=hint)


def source_names() -> list[str]:
    """The formats that can be read here."""
    return list(SOURCES)
