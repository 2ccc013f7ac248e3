"""The sandbox that templates run in: what they may use, and how much they may make of it.

Jinja's own sandbox keeps a template from the interpreter, and not from using up time and memory. Here the time is
looked at wherever a template can work without writing anything, and what a step makes is measured before the next.
"""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import GeneratorType
from typing import Any, cast

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

MAX_CHARACTERS = 2_000_000
MAX_SECONDS = 1.0
_TOO_MUCH = f"what it makes is over {MAX_CHARACTERS:,} characters"
_ITEM = 10
"""What an item of a list counts for, besides its characters."""
_MAX_RANGE = 1000
_MAX_BITS = 20_000
"""Of a number: those that are written out have at most 4,300 digits."""
_MAX_STRIPPED = 1000
"""`strip` looks for each character among all those that it was given."""
_MAX_DIGITS = 100
_MAX_INDENT = 20
_FILTERS = frozenset(
    "abs capitalize count d default dictsort escape e first float groupby int items join last length list lower "
    "map max min reject rejectattr reverse round select selectattr sort string title tojson trim truncate "
    "unique upper urlencode wordcount".split()
)
_TEXT_METHODS = frozenset(
    "capitalize count endswith find isalnum isalpha isdigit lower lstrip removeprefix removesuffix rstrip split "
    "splitlines startswith strip title upper".split()
)
_TAKES_APART = frozenset("dictsort groupby list max min sort unique".split())
"""Filters to which a text is a list of its characters."""
# No template can say these names.
_EACH, _TIMED = "(each)", "(timed)"

_until: ContextVar[float] = ContextVar("until", default=float("inf"))


@contextmanager
def limited_time() -> Generator[None]:
    """What templates do within raises SecurityError once it has taken `MAX_SECONDS`."""
    token = _until.set(time.monotonic() + MAX_SECONDS)
    try:
        yield
    finally:
        _until.reset(token)


def check_time() -> None:
    """Raises SecurityError when the time is over."""
    if time.monotonic() > _until.get():
        raise SecurityError(f"rendering took over {MAX_SECONDS:g} s")


def watched(tree: nodes.Template) -> nodes.Template:
    """The template with a look at the time wherever it works without writing: in loops, comparisons and cuts."""
    return cast("nodes.Template", _Watch().visit(tree))


class _Watch(NodeTransformer):
    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        super().generic_visit(node, *args, **kwargs)
        match node:
            case nodes.For():
                node.iter = _passed(node.iter, _EACH)
            case nodes.Compare():
                node.expr = _passed(node.expr, _TIMED)
            case nodes.Getitem() if isinstance(node.arg, nodes.Slice):
                node.node = _passed(node.node, _TIMED)
            case nodes.Concat():
                node.nodes = [_passed(one, _TIMED) for one in node.nodes]
            case _:
                pass
        return node


def _passed(node: nodes.Node, through: str) -> nodes.Expr:
    return nodes.Filter(cast("nodes.Expr", node), through, [], [], None, None, lineno=node.lineno)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of templates. What it refuses raises SecurityError."""

    intercepted_binops = frozenset(("*", "**", "%", "//"))

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls: `range`, or a method of a text."""
        check_time()
        if getattr(obj, "__name__", "").endswith("strip") and any(len(str(one)) > _MAX_STRIPPED for one in args):
            raise SecurityError(f"strip takes up to {_MAX_STRIPPED:,} characters")
        return _measured(super().call(context, obj, *args, **kwargs))

    def call_test(self, *args: Any, **kwargs: Any) -> Any:
        """Apply a test that `select` or `reject` names."""
        check_time()
        return super().call_test(*args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Work out `left operator right`."""
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(f"{operator} takes numbers only")
        if operator == "**" and (abs(left) > 1000 or abs(right) > 100):
            raise SecurityError("** takes small numbers only")
        return _measured(super().call_binop(context, operator, _measured(left), _measured(right)))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may see it."""
        if isinstance(obj, str):
            return attr in _TEXT_METHODS
        return super().is_safe_attribute(obj, attr, value)


def _measured(value: Any) -> Any:
    """The value, if the texts in it, each counted as often as it stands there, are short enough to be put together."""
    if isinstance(value, str):
        if len(value) > MAX_CHARACTERS:
            raise SecurityError(_TOO_MUCH)
        return value
    if isinstance(value, int):
        if value.bit_length() > _MAX_BITS:
            raise SecurityError("too large a number")
        return value
    if isinstance(value, list | tuple | dict):
        _measure_all(cast("Iterable[Any]", value))
    return cast("Any", value)


def _measure_all(value: Iterable[Any]) -> None:
    size = 0
    within: list[Iterator[Any]] = [_parts(value)]
    while within:
        for one in within[-1]:
            size += _ITEM
            if isinstance(one, str):
                size += len(one)
            elif isinstance(one, list | tuple | dict):
                within.append(_parts(cast("Iterable[Any]", one)))
                break
        else:
            within.pop()
        if size > MAX_CHARACTERS:
            raise SecurityError(_TOO_MUCH)


def _parts(value: Iterable[Any]) -> Iterator[Any]:
    if isinstance(value, dict):
        named = cast("dict[Any, Any]", value)
        return itertools.chain(named, named.values())
    return iter(value)


def _each(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        check_time()
        yield value


def _timed(value: Any) -> Any:
    check_time()
    return _measured(value)


def _bounded(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """A filter or test that looks at the time, and measures what it was given and what it makes."""

    most = MAX_CHARACTERS // _ITEM if name in _TAKES_APART else MAX_CHARACTERS

    # Jinja reads from the function's attributes what it wants to be given.
    @functools.wraps(call)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        check_time()
        for one in args:
            if isinstance(one, str) and len(one) > most:
                raise SecurityError(f"{name} takes up to {most:,} characters")
            _measured(one)
        made = call(*args, **kwargs)
        return _each(cast("Iterable[Any]", made)) if isinstance(made, GeneratorType) else _measured(made)

    return bounded


def _join(values: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    """`join` without the blow-up: refuses before it builds a text that is too long."""
    items = [str(value if attribute is None else SANDBOX.getitem(value, attribute)) for value in _each(values)]
    if sum(map(len, items)) + len(d) * len(items) > MAX_CHARACTERS:
        raise SecurityError(f"join gives over {MAX_CHARACTERS:,} characters")
    return d.join(items)


def _range(*bounds: int) -> range:
    steps = range(*bounds)
    if len(steps) > _MAX_RANGE:
        raise SecurityError(f"range() over more than {_MAX_RANGE} steps")
    return steps


def _sandbox() -> Sandbox:
    # The text is a prompt, not a page: nothing is to be escaped for HTML.
    sandbox = Sandbox(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False, finalize=_measured)
    filters: dict[str, Any] = {name: call for name, call in sandbox.filters.items() if name in _FILTERS}
    filters["join"] = _join
    filters["round"] = _small("round", filters["round"], 0, "precision", _MAX_DIGITS)
    filters["tojson"] = _small("tojson", filters["tojson"], 1, "indent", _MAX_INDENT)
    filters = {name: _bounded(name, call) for name, call in filters.items()}
    filters |= {_EACH: _each, _TIMED: _timed}
    sandbox.filters = filters
    sandbox.tests = {name: _bounded(name, call) for name, call in sandbox.tests.items()}
    sandbox.globals.clear()
    sandbox.globals["range"] = _range  # pyright: ignore[reportArgumentType]
    return sandbox


def _small(name: str, call: Callable[..., Any], place: int, argument: str, most: int) -> Callable[..., Any]:
    """A filter whose number `argument` may not be large: it makes a number or a text of that many digits."""

    @functools.wraps(call)
    def small(*args: Any, **kwargs: Any) -> Any:
        given: Any = kwargs.get(argument, args[place + 1] if len(args) > place + 1 else None)
        if isinstance(given, int | float) and abs(given) > most:
            raise SecurityError(f"{name} takes {argument} up to {most}")
        return call(*args, **kwargs)

    return small


SANDBOX = _sandbox()
