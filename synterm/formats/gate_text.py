"""Gates as people type them: in a form's field, and on the command line.

``90%`` · ``0.9`` · ``90% lower`` · ``no regression`` · ``no regression against main`` · ``$0.002 a case`` · ``$0.5`` ·
``p95 1500 ms`` · ``must pass`` · ``must pass 8FH3K2QW`` · ``must pass #critical`` · ``score 0.8`` · or a gate as JSON
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
from pydantic import ValidationError

from synterm.core.gate import ALL, Gate, decimal
from synterm.core.problems import InvalidError, problems_of
from synterm.errors import InputError
from synterm.formats.fields import read_share
from synterm.formats.strict_json import load_json

HELP = "90%, 90% lower, no regression, $0.002 a case, p95 1500 ms, must pass, must pass #TAG, score 0.8, or JSON"
_NUMBER = r"(\d{1,15}(?:\.\d{1,15})?)"
_Read = Callable[[re.Match[str]], dict[str, Any]]
_SHORT: tuple[tuple[str, _Read], ...] = (
    (r"no regression(?: against (\S.{0,199}))?", lambda said: {"no_regression": True, "baseline": said[1]}),
    (rf"\$ ?{_NUMBER} (?:a|per) case", lambda said: {"max_cost_usd_per_case": float(said[1])}),
    (rf"\$ ?{_NUMBER}", lambda said: {"max_cost_usd": float(said[1])}),
    (
        rf"(?:p{_NUMBER} )?{_NUMBER} ?ms",
        lambda said: {"max_latency_ms": float(said[2]), "percentile": float(said[1]) if said[1] else None},
    ),
    (r"(?:all )?must pass", lambda _: {"must_pass": ALL}),
    (r"must pass #(\S{1,200})", lambda said: {"must_pass_tag": said[1]}),
    (r"must pass ([0-9a-z]{6,}(?: [0-9a-z]{6,})*)", lambda said: {"must_pass": said[1].split()}),
    (r"score (\S+)", lambda said: {"min_score": read_share(said[1], "score")}),
    (r"(\S+) lower", lambda said: {"min_pass_rate": read_share(said[1], "pass rate"), "bound": "lower"}),
)
"""What can be said shortly; each pattern takes time in proportion to the text."""


def make_gate(fields: dict[str, Any]) -> Gate:
    """The gate with these fields. Raises InputError naming the field, and what it may hold."""
    try:
        return Gate.model_validate({name: value for name, value in fields.items() if value is not None})
    except ValidationError as error:
        raise InvalidError(problems_of(error, Gate)) from error


def read_gate(text: str, where: str) -> Gate:
    """One gate. Raises InputError saying `where`."""
    try:
        return make_gate(_fields(" ".join(text.split()) if not text.lstrip().startswith("{") else text))
    except InputError as error:
        raise InputError(str(error), where=where, hint=error.hint) from error


def read_gates(text: str, where: str = "gates") -> tuple[Gate, ...]:
    """Gates with commas or line ends between them."""
    return tuple(read_gate(part, where) for part in _parts(text))


def gates_text(gates: Iterable[Gate]) -> str:
    """Gates as `read_gates` reads them."""
    return ", ".join(map(gate_text, gates))


def gate_text(gate: Gate) -> str:
    """One gate as `read_gate` reads it: in short where that says the same, else as JSON."""
    short = _short(gate)
    try:
        if short and list(_parts(short)) == [short] and read_gate(short, "") == gate:
            return short
    except InputError:
        pass  # A name that reads as something else is said as JSON.
    return orjson.dumps(gate.model_dump(mode="json")).decode()


def _fields(text: str) -> dict[str, Any]:
    if text.lstrip().startswith("{"):
        try:
            return load_json(text)
        except ValueError as error:
            raise InputError(str(error), hint='{"min_pass_rate": 0.9}') from error
    for pattern, read in _SHORT:
        if said := re.fullmatch(pattern, text, re.IGNORECASE):
            return read(said)
    try:
        return {"min_pass_rate": read_share(text, "")}
    except InputError as error:
        if text[:1].isdigit():
            raise
        raise InputError(f"{text!r} is no gate", hint=HELP) from error


def _parts(text: str) -> Iterator[str]:
    """The texts of single gates; within JSON no comma parts anything."""
    depth, quoted, escaped, start = 0, False, False, 0
    for at, sign in enumerate(text):
        if quoted:
            quoted, escaped = escaped or sign != '"', sign == "\\" and not escaped
        elif depth:
            quoted = sign == '"'
            depth += (sign in "{[") - (sign in "}]")
        elif sign == "{" and not text[start:at].strip():
            depth = 1
        elif sign in ",\n":
            yield from filter(None, [text[start:at].strip()])
            start = at + 1
    yield from filter(None, [text[start:].strip()])


def _short(gate: Gate) -> str:
    match gate.kind:
        case "min_pass_rate":
            return _rate(gate.min_pass_rate or 0.0) + (" lower" if gate.bound else "")
        case "no_regression":
            return "no regression" + (f" against {gate.baseline}" if gate.baseline else "")
        case "max_cost_usd_per_case":
            return f"${_number(gate.max_cost_usd_per_case)} a case"
        case "max_cost_usd":
            return f"${_number(gate.max_cost_usd)}"
        case "max_latency_ms":
            percentile = "" if gate.percentile is None else f"p{_number(gate.percentile)} "
            return f"{percentile}{_number(gate.max_latency_ms)} ms"
        case "must_pass":
            return "must pass" if gate.must_pass == ALL else f"must pass {' '.join(gate.must_pass or ())}"
        case "must_pass_tag":
            return f"must pass #{gate.must_pass_tag}"
        case "min_score":
            return f"score {_number(gate.min_score)}"
        case "min_metric":
            return ""


def _rate(rate: float) -> str:
    """As percent, where that is read as the same rate again."""
    percent = f"{decimal(rate * 100)}%"
    return percent if read_share(percent, "") == rate else decimal(rate)


def _number(value: float | None) -> str:
    return decimal(value or 0.0)
