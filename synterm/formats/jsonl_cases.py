"""Lists of cases as JSONL (jsonlines.org): one JSON object a line, in UTF-8.

``{"input": {…} | "text", "expected": …, "tags": […], "split": "dev"}``; only `input` is required.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

from pydantic import ValidationError

from synterm.core.problems import InvalidError, problems_of
from synterm.errors import InputError
from synterm.formats.case_text import CaseText, named_input
from synterm.formats.strict_json import load_json

MAX_LINE_BYTES = 5_000_000

Form = TypeVar("Form", bound=CaseText)


def read_cases(
    path: Path, *, variable: str | None, name: str | None = None, form: type[Form] = CaseText
) -> Iterator[Form | InputError]:
    """Each case of a file, read as it is asked for, with its input as named values; for a bad line the error.

    `variable` is what a bare text as input fills; None when that is not clear. `name` is how errors call the file,
    `form` what a line may hold.
    Blank lines are skipped. A file that can't be read, or a line that is too long to be one, ends it with an error.
    """
    name = name or path.name
    try:
        with path.open("rb") as file:
            yield from _cases(file, variable, name, form)
    except OSError as error:
        yield InputError(error.strerror or str(error), where=name)


def _cases(file: BinaryIO, variable: str | None, name: str, form: type[Form]) -> Iterator[Form | InputError]:
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        where = f"{name} line {number}"
        if len(line) > MAX_LINE_BYTES:
            yield InputError(f"the line is over {MAX_LINE_BYTES:,} bytes long", where=where)
            return
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.strip():
            yield _case(line, variable, where, form)


def _case(line: bytes, variable: str | None, where: str, form: type[Form]) -> Form | InputError:
    try:
        case = form.model_validate(load_json(line.decode().rstrip("\r\n")))
        named = named_input(case.input, variable)
        return case if named is case.input else case.model_copy(update={"input": named})
    except UnicodeDecodeError as error:
        return InputError(f"not UTF-8: byte {error.start + 1} of the line", where=where)
    except ValidationError as error:
        return InvalidError(problems_of(error, form), where=where)
    except ValueError as error:
        return InputError(str(error), where=where)
    except InputError as error:
        return InputError(error.message, where=where, hint=error.hint)
