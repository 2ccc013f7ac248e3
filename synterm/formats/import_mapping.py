"""Which column of a file becomes which part of a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from synterm.core.case import Split
from synterm.core.dialog import NAME as DIALOG
from synterm.errors import InputError, UsageError, did_you_mean
from synterm.formats.sources.base import SourceRow, split_named
from synterm.formats.strict_json import load_json

_INPUTS = (
    "input text message question query prompt utterance sentence user_input user_message instruction request content "
    "inputs body title 1"
).split()
"""Names of columns that hold the input, the likeliest first."""
_EXPECTED = (
    "expected expected_output expected_result expected_label label labels target gold ground_truth reference "
    "reference_answer ideal intent category class answer output completion result response 2"
).split()
_ARMS = ("arm", "ab_arm", "experiment_arm", "ab_variant")
_TAGS = ("tags", "tag")
_SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Columns:
    """What was asked for, and then what is done: columns by their names in the file."""

    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    """By variable of the prompt."""
    expected: str | None = None
    no_expected: bool = False
    tags: str | None = None
    """A column with tags: a list, or a text with commas between."""
    arms: tuple[str, ...] = ()
    """Columns whose values become tags with the column's name before: ``arm:B``."""
    no_tags: bool = False
    split: str | None = None
    no_split: bool = False
    path: str | None = None
    """A column with the scenario's path, or the end of it."""
    as_named: bool = False
    """Whether inputs keep the names that the file gives them."""
    bare: str | None = None
    """The variable that an input without a name fills."""

    def words(self) -> str:
        """``message ← text, expected ← intent``."""
        parts = [f"{variable} ← {column}" for variable, column in self.inputs.items()]
        if self.as_named and not parts:
            parts = ["inputs as the file names them" + (f", bare ones as {self.bare}" if self.bare else "")]
        named = (("expected", self.expected), ("tags", self.tags), ("split", self.split), ("scenario", self.path))
        parts += [f"{part} ← {column}" for part, column in named if column]
        return ", ".join([*parts, *(f"tag {arm}:… ← {arm}" for arm in self.arms)])


@dataclass(frozen=True, slots=True)
class Parts:
    """What a row says of a case."""

    input: dict[str, Any]
    expected: Any
    tags: tuple[str, ...]
    split: Split | None
    path: str | None


@dataclass(frozen=True, slots=True)
class Prompting:
    """What the project's prompts take."""

    variables: Sequence[str] = ()
    only: str | None = None
    """The variable that a bare text fills."""


def choose_columns(
    rows: Sequence[SourceRow], wanted: Columns, prompting: Prompting, *, tells_expected: bool
) -> tuple[Columns, list[str]]:
    """The columns of a file by its first rows, and what to tell about what was guessed.

    `tells_expected`: the format says itself what is expected. Raises UsageError where it is not clear.
    """
    names = list(dict.fromkeys(name for row in rows for name in row.fields))
    notes: list[str] = []
    single = (wanted.expected, wanted.path, wanted.tags, wanted.split)
    asked = (*wanted.inputs.values(), *wanted.arms, *filter(None, single))
    real = {column: _real(column, names) for column in asked}
    chosen = replace(
        wanted,
        inputs={variable: real[column] for variable, column in wanted.inputs.items()},
        expected=real.get(wanted.expected or ""),
        path=real.get(wanted.path or ""),
        tags=real.get(wanted.tags or ""),
        split=real.get(wanted.split or ""),
        arms=tuple(real[arm] for arm in wanted.arms),
        as_named=bool(rows) and all(row.whole for row in rows),
    )
    if chosen.as_named:
        return _named_inputs(rows, chosen, prompting), notes
    taken = {*chosen.inputs.values(), *chosen.arms, *filter(None, (chosen.expected, chosen.path))}
    free = [name for name in names if name not in taken]
    chosen = replace(
        chosen,
        tags=chosen.tags or (None if wanted.no_tags else _first(_TAGS, free)),
        split=chosen.split or (None if wanted.no_split else _first((_SPLIT,), free)),
        arms=chosen.arms or tuple(name for name in free if name.casefold() in _ARMS),
    )
    if chosen.expected is None and not wanted.no_expected and not tells_expected:
        # What says the scenario may well be what is expected: an intent.
        used = {*chosen.inputs.values(), *chosen.arms, chosen.tags, chosen.split}
        variables = {name.casefold() for name in prompting.variables}
        others = [name for name in names if name not in used and name.casefold() not in variables]
        chosen = replace(chosen, expected=_first(_EXPECTED, others))
        if chosen.expected:
            notes.append(f"expected ← {chosen.expected}: guessed by its name; --expected, --no-expected say otherwise")
        else:
            notes.append("no column looks like an expected result; --expected COLUMN names one")
    inputs = _inputs(names, chosen, prompting)
    if not wanted.inputs and any(variable.casefold() != column.casefold() for variable, column in inputs.items()):
        notes.append("the input was guessed; --map VARIABLE=COLUMN says otherwise")
    return replace(chosen, inputs=inputs), notes


def parts_of(row: SourceRow, columns: Columns) -> Parts:
    """What a row says, by these columns. Raises InputError, without a place, where it is not enough."""
    given = _given(row, columns)
    expected = row.expected if columns.expected is None else _expected(row.fields.get(columns.expected))
    tags = [*row.tags, *(_tags(row.fields.get(columns.tags)) if columns.tags else ())]
    for arm in columns.arms:
        if (value := row.fields.get(arm)) not in (None, ""):
            tags.append(f"{arm}:{value}")
    split = _split(row.fields.get(columns.split)) if columns.split else None
    path = row.path
    if columns.path:
        path = _text(row.fields.get(columns.path)).strip()
        if not path:
            raise InputError(f"nothing stands under {columns.path!r}, which says the scenario")
    return Parts(given, None if columns.no_expected else expected, tuple(dict.fromkeys(tags)), split or row.split, path)


def _given(row: SourceRow, columns: Columns) -> dict[str, Any]:
    if not columns.as_named:
        given = {variable: row.fields.get(column) for variable, column in columns.inputs.items()}
        if row.whole and all(value is None for value in given.values()):
            given = dict(row.fields)
    else:
        moved = {column: variable for variable, column in columns.inputs.items()}
        if row.bare and moved.keys().isdisjoint(row.fields):
            if columns.bare is None:
                raise InputError("its input has no name", hint=f"say --map VARIABLE={next(iter(row.fields))}")
            moved = dict.fromkeys(row.fields, columns.bare)
        others = {columns.path, *columns.arms, columns.expected}
        given = {
            moved.get(name, name): value for name, value in row.fields.items() if name not in others or name in moved
        }
    empty = [name for name, value in given.items() if value is None or value == ""]
    if len(empty) == len(given):
        under = empty if columns.as_named else [columns.inputs.get(name, name) for name in empty]
        raise InputError(f"nothing stands under {', '.join(map(repr, under)) or 'any name'}")
    return given


def _named_inputs(rows: Sequence[SourceRow], chosen: Columns, prompting: Prompting) -> Columns:
    """The inputs of a format that names them: as they are, but that one bare value fills the only variable."""
    bare = {name for row in rows if row.bare for name in row.fields}
    if bare and prompting.only is None and bare.isdisjoint(chosen.inputs.values()):
        raise _unclear(sorted(bare), prompting)
    names = {name for row in rows if not row.bare for name in row.fields}
    is_clear = chosen.inputs or DIALOG in names or names & set(prompting.variables)
    if len(names or bare) == 1 and prompting.only and not is_clear:
        chosen = replace(chosen, inputs={prompting.only: next(iter(names or bare))})
    return replace(chosen, bare=prompting.only)


def _inputs(names: list[str], chosen: Columns, prompting: Prompting) -> dict[str, str]:
    """The column of each variable: as was asked for, else of the same name, else of the only one the likeliest."""
    inputs = dict(chosen.inputs)
    used = {*chosen.arms, *filter(None, (chosen.expected, chosen.path, chosen.tags, chosen.split))}
    free = [name for name in names if name not in used]
    for variable in prompting.variables:
        if variable not in inputs and (same := _first((variable.casefold(),), free)):
            inputs[variable] = same
    if inputs:
        return inputs
    likely = free[0] if len(free) == 1 else _first(_INPUTS, free)
    if prompting.only is None or likely is None:
        raise _unclear(names, prompting)
    return {prompting.only: likely}


def _unclear(names: Iterable[str], prompting: Prompting) -> UsageError:
    listed = list(names)
    columns = ", ".join(listed[:20]) + (" …" if len(listed) > 20 else "")
    variable = next(iter(prompting.variables), "message")
    if not prompting.variables:
        said = "the project has no prompt yet that says what an input is called"
    elif prompting.only is None:
        said = f"the prompts take {', '.join(prompting.variables)}"
    else:
        said = f"no column looks like the input {variable}"
    return UsageError(f"{said}; the file has {columns or 'no columns'}", hint=f"say --map {variable}=COLUMN")


def _real(column: str, names: Sequence[str]) -> str:
    if column in names:
        return column
    if found := _first((column.casefold(),), names):
        return found
    raise UsageError(f"the file has no column {column!r}", hint=did_you_mean(column, names))


def _first(wanted: Iterable[str], names: Sequence[str]) -> str | None:
    folded = {name.casefold(): name for name in reversed(names)}
    spaced = {name.casefold().replace(" ", "_").replace("-", "_"): name for name in reversed(names)}
    return next((found for name in wanted if (found := folded.get(name) or spaced.get(name))), None)


def _expected(value: Any) -> Any:
    """A cell as an expected result: nothing where it is empty, JSON where it is an object or a list."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith(("{", "[")):
        try:
            return load_json(value)
        except ValueError:
            return value  # a text that only begins so
    return value or None


def _tags(value: Any) -> list[str]:
    parts = cast("list[Any]", value) if isinstance(value, list) else _text(value).split(",")
    return [tag for part in parts if (tag := _text(part).strip())]


def _split(value: Any) -> Split | None:
    if value is None or value == "":
        return None
    if (found := split_named(_text(value))) is None:
        raise InputError(f"the split {_text(value)!r} is none", hint="dev, holdout or train")
    return found


def _text(value: Any) -> str:
    return "" if value is None else str(value)
