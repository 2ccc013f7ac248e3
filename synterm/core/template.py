"""Jinja templates of prompts, sandboxed: they come from project files of other people.

Values are only put in, never rendered again. A short list of filters and text methods, no macros, small loops,
little joining of texts and a size limit: no way to the interpreter, and a template bomb ends in a clear error.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, meta, nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from synterm.errors import InputError

MAX_CHARACTERS = 2_000_000
MAX_SECONDS = 1.0
_MAX_RANGE = 1000
_MAX_LOOP_DEPTH = 2
_MAX_SOURCE = 1_000_000
_MAX_TAGS = 5000
"""Python compiles what Jinja makes of a template in one step, and nothing else runs meanwhile: 2 s for 70,000 tags."""
_MAX_JOINS = 16
_TOO_DEEP = "nests too deeply"
_FILTERS = frozenset(
    "abs capitalize count d default dictsort escape e first float groupby int items join last length list lower "
    "map max min reject rejectattr reverse round select selectattr sort string title tojson trim truncate "
    "unique upper urlencode wordcount".split()
)
_TEXT_METHODS = frozenset(
    "capitalize count endswith find isalnum isalpha isdigit lower lstrip removeprefix removesuffix rstrip split "
    "splitlines startswith strip title upper".split()
)
# A name is missing where Jinja wrote 1e999 as `inf`, an attribute where `dictsort` was given no mapping.
_FAILURES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    NameError,
    RecursionError,
    TypeError,
    ValueError,
)
# Without assignments nothing can be built up step by step: what a template makes is about as long as what it says.
_FORBIDDEN = (
    nodes.Macro,
    nodes.CallBlock,
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
    nodes.Block,
    nodes.Assign,
    nodes.AssignBlock,
    nodes.With,
    nodes.FilterBlock,
)


class _Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset(("*", "**", "%"))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(f"{operator} takes numbers only")
        if operator == "**" and (abs(left) > 1000 or abs(right) > 100):
            raise SecurityError("** takes small numbers only")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str):
            return attr in _TEXT_METHODS
        return super().is_safe_attribute(obj, attr, value)


def _small_join(values: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    """`join` without the blow-up: refuses before it builds a text that is too long."""
    items = [str(value if attribute is None else _SANDBOX.getitem(value, attribute)) for value in values]
    if sum(map(len, items)) + len(d) * len(items) > MAX_CHARACTERS:
        raise SecurityError(f"join gives over {MAX_CHARACTERS:,} characters")
    return d.join(items)


def _small_range(*bounds: int) -> range:
    steps = range(*bounds)
    if len(steps) > _MAX_RANGE:
        raise SecurityError(f"range() over more than {_MAX_RANGE} steps")
    return steps


def _environment() -> _Sandbox:
    # The text is a prompt, not a page: nothing is to be escaped for HTML.
    sandbox = _Sandbox(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    sandbox.filters = {name: call for name, call in sandbox.filters.items() if name in _FILTERS}
    sandbox.filters["join"] = _small_join
    sandbox.globals.clear()
    sandbox.globals["range"] = _small_range  # pyright: ignore[reportArgumentType]
    return sandbox


_SANDBOX = _environment()


class Template:
    """A compiled template. Raises InputError, naming the line, for text that does not compile."""

    def __init__(self, source: str) -> None:
        self.source = source
        if len(source) > _MAX_SOURCE:
            raise InputError(f"over {_MAX_SOURCE:,} characters", where="template")
        if source.count("{{") + source.count("{%") > _MAX_TAGS:
            raise InputError(f"more than {_MAX_TAGS:,} tags", where="template")
        self._plain = "{" not in source
        if self._plain:
            self.variables: frozenset[str] = frozenset()
            return
        try:
            tree = _SANDBOX.parse(source)
            self.variables = frozenset(meta.find_undeclared_variables(tree)) - {"range"}
            _refuse_bombs(tree)
            self._template = _SANDBOX.from_string(tree)  # pyright: ignore[reportArgumentType]
        except TemplateSyntaxError as error:
            raise InputError(error.message or "not a template", where=f"line {error.lineno}") from error
        except TemplateError as error:
            raise InputError(str(error), where="template") from error
        except (RecursionError, MemoryError) as error:
            raise InputError(_TOO_DEEP, where="template") from error
        except (SyntaxError, ValueError, OverflowError) as error:
            # Jinja makes Python of a template, and takes some that Python doesn't.
            raise InputError(_refusal(error), where="template") from error

    def render(self, values: Mapping[str, Any]) -> str:
        """The text with `values` put in. Raises InputError for a missing value or a template that runs wild."""
        if self._plain:
            return self.source
        deadline = time.monotonic() + MAX_SECONDS
        parts: list[str] = []
        size = 0
        try:
            for part in self._template.generate(values):
                parts.append(part)
                size += len(part)
                if size > MAX_CHARACTERS:
                    raise InputError(f"the rendered text is over {MAX_CHARACTERS:,} characters", where="template")
                if time.monotonic() > deadline:
                    raise InputError(f"rendering took over {MAX_SECONDS:g} s", where="template")
        except TemplateError as error:
            raise InputError(str(error), where="template") from error
        except _FAILURES as error:
            raise InputError(f"the template fails: {error or type(error).__name__}", where="template") from error
        return "".join(parts)


@lru_cache(maxsize=256)
def compile_template(source: str) -> Template:
    """The compiled template of `source`; compiled once for texts in use."""
    return Template(source)


def _refusal(error: Exception) -> str:
    """What Python has against a template, in words for whoever wrote it: the line it names is none of theirs."""
    if not isinstance(error, SyntaxError):
        return "a number or a character in it can't be used: numbers may have up to 4,300 digits"
    if "too many" in error.msg:
        return f"{_TOO_DEEP}, or has too many filters, or too many times and / or, in a row"
    return f"Python refuses it: {error.msg}"


def _refuse_bombs(tree: nodes.Template) -> None:
    if found := next(tree.find_all(_FORBIDDEN), None):
        raise InputError(f"{type(found).__name__.lower()} is not for prompts", where=f"line {found.lineno}")
    if _loop_depth(tree) > _MAX_LOOP_DEPTH:
        raise InputError(f"loops nest deeper than {_MAX_LOOP_DEPTH}", where="template")
    if sum(1 for _ in tree.find_all((nodes.Concat, nodes.Add))) > _MAX_JOINS:
        raise InputError(f"more than {_MAX_JOINS} times + or ~", where="template")


def _loop_depth(node: nodes.Node) -> int:
    below = max((_loop_depth(child) for child in node.iter_child_nodes()), default=0)
    return below + isinstance(node, nodes.For)
