"""Logs of inspect: one JSON text, or a .eval file, which is a ZIP with a JSON text for each sample."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any, cast

from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.chat import fields_of, text_of_content
from synterm.formats.sources.json_list import objects_of
from synterm.formats.sources.peek import Peek
from synterm.formats.strict_json import load_json
from synterm.text import plural

_MOST_BYTES = 50_000_000
"""Of a sample."""
_MOST_SAMPLES = 1_000_000
_DUMP = "inspect log dump LOG.eval > log.json makes a file that can be read"


class InspectLog(Source):
    """The samples of an evaluation with inspect; of a sample that ran in several epochs, the first."""

    name = "inspect"
    title = "logs of inspect, .json or .eval, and its datasets"
    tells_expected = True

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        if peek.ending == ".eval":
            return True
        sample = {"input", "target"} <= peek.first.keys()
        return sample or (peek.is_json and {"status", "eval"} <= peek.names)

    def rows(self, file: SourceFile) -> Rows:
        epochs = 0
        for where, number, found in _samples(file):
            if isinstance(found, InputError):
                yield found
            elif isinstance(epoch := found.get("epoch"), int) and epoch > 1:
                epochs += 1
            else:
                yield _row(where, number, found)
        if epochs:
            file.note(f"{plural(epochs, 'sample')} left out: further epochs of others")


def _samples(file: SourceFile) -> Iterator[tuple[str, int, dict[str, Any] | InputError]]:
    if file.peek.head.startswith(b"PK"):
        return _zipped(file)
    if file.peek.has_lines_of_json and "samples" not in file.peek.names:
        from synterm.formats.sources.json_lines import json_lines

        return json_lines(file)
    return objects_of(file, *(() if file.peek.text.lstrip().startswith("[") else ("samples",)))


def _zipped(file: SourceFile) -> Iterator[tuple[str, int, dict[str, Any] | InputError]]:
    try:
        with zipfile.ZipFile(file.path) as archive:
            members = [one for one in archive.infolist() if one.filename.startswith("samples/")]
            for number, member in enumerate(members[:_MOST_SAMPLES], start=1):
                where = f"{file.title} {member.filename}"
                yield where, number, _member(archive, member, where)
    except (zipfile.BadZipFile, EOFError) as error:
        raise InputError(f"not a ZIP file: {error}", where=file.title) from error
    if not members:
        raise InputError("holds no samples", where=file.title, hint=_DUMP)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, where: str) -> dict[str, Any] | InputError:
    try:
        # What the ZIP says of sizes may be wrong: only so much is read.
        with archive.open(member) as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            return InputError(f"over {_MOST_BYTES // 1_000_000} MB", where=where)
        value = load_json(raw.decode())
    except NotImplementedError:
        return InputError("compressed in a way that can't be read here", where=where, hint=_DUMP)
    except (zipfile.BadZipFile, EOFError, RuntimeError, UnicodeDecodeError, ValueError, OSError) as error:
        return InputError(f"can't be read: {error}", where=where, hint=_DUMP)
    except Exception as error:  # noqa: BLE001 - each way of packing has errors of its own (zlib.error, LZMAError)
        return InputError(f"can't be unpacked: {error}", where=where, hint=_DUMP)
    return cast("dict[str, Any]", value) if isinstance(value, dict) else InputError("must be an object", where=where)


def _row(where: str, number: int, sample: dict[str, Any]) -> SourceRow | InputError:
    fields = fields_of(sample.get("input"))
    if fields is None:
        return InputError("no user says anything in its input", where=where)
    if isinstance(choices := sample.get("choices"), list) and choices:
        fields["choices"] = "\n".join(
            f"{chr(65 + place)}) {choice}" for place, choice in enumerate(cast("list[Any]", choices)[:26])
        )
    target = sample.get("target")
    if isinstance(target, list) and len(target) == 1:  # pyright: ignore[reportUnknownArgumentType]
        target = cast("list[Any]", target)[0]
    detail: dict[str, Any] = {name: sample[name] for name in ("id", "metadata", "files") if sample.get(name)}
    if answer := _answer(sample.get("output")):
        detail["answer"] = answer
    if isinstance(scores := sample.get("scores"), dict):
        detail["scores"] = {
            str(name): score.get("value") if isinstance(score, dict) else score  # pyright: ignore[reportUnknownMemberType]
            for name, score in cast("dict[Any, Any]", scores).items()
        }
    return SourceRow(where, number, fields, expected=target or None, detail={"inspect": detail} if detail else {})


def _answer(output: Any) -> str:
    if not isinstance(output, dict):
        return ""
    found = cast("dict[str, Any]", output)
    if isinstance(said := found.get("completion"), str):
        return said
    choices = found.get("choices")
    first: Any = cast("list[Any]", choices)[0] if isinstance(choices, list) and choices else None
    message = cast("dict[str, Any]", first).get("message") if isinstance(first, dict) else None
    return text_of_content(cast("dict[str, Any]", message).get("content")) if isinstance(message, dict) else ""
