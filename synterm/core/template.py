"""Jinja templates of prompts, sandboxed: they come from project files of other people.

Values are only put in, never rendered again. A short list of filters and text methods, no macros, small loops,
little joining of texts and a size limit: no way to the interpreter, and a template bomb ends in a clear error.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

from jinja2 import TemplateSyntaxError, meta, nodes
from jinja2.exceptions import TemplateError

from synterm.core.sandbox import MAX_CHARACTERS, SANDBOX, check_time, limited_time, watched
from synterm.errors import InputError

_MAX_LOOP_DEPTH = 2
_MAX_SOURCE = 1_000_000
_MAX_TAGS = 5000
"""Python compiles what Jinja makes of a template in one step, and nothing else runs meanwhile: 2 s for 70,000 tags."""
_MAX_SYMBOLS = 25_000
"""Names, numbers, marks: as many take a second to be compiled, in one expression too."""
_MAX_DEPTH = 50
_MAX_DEPTHS = 40_000
"""How deep all its parts are, added up: Python takes the longer to compile a part, the deeper it is."""
_MAX_JOINS = 16
_NO_SYMBOLS = frozenset(("data", "whitespace", "comment", "raw_begin", "raw_end"))
_TOO_DEEP = "nests too deeply, or has too many filters, or too many times and / or, in a row"
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
            _refuse_very_many_symbols(source)
            tree = SANDBOX.parse(source)
            _refuse_bombs(tree)
            self.variables = frozenset(meta.find_undeclared_variables(tree)) - {"range"}
            # What is constant is worked out here.
            with limited_time():
                self._template = SANDBOX.from_string(watched(tree))
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
        parts: list[str] = []
        size = 0
        try:
            with limited_time():
                for part in self._template.generate(values):
                    parts.append(part)
                    size += len(part)
                    if size > MAX_CHARACTERS:
                        raise InputError(f"the rendered text is over {MAX_CHARACTERS:,} characters", where="template")
                    check_time()
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
        return _TOO_DEEP
    return f"Python refuses it: {error.msg}"


def _refuse_very_many_symbols(source: str) -> None:
    if len(source) <= _MAX_SYMBOLS:
        return
    symbols = (kind for _, kind, _ in SANDBOX.lex(source) if kind not in _NO_SYMBOLS)
    if next(islice(symbols, _MAX_SYMBOLS, None), None) is not None:
        raise InputError(f"more than {_MAX_SYMBOLS:,} names, numbers and marks in its tags", where="template")


def _refuse_bombs(tree: nodes.Template) -> None:
    _refuse_depth(tree)
    if found := next(tree.find_all(_FORBIDDEN), None):
        raise InputError(f"{type(found).__name__.lower()} is not for prompts", where=f"line {found.lineno}")
    if _loop_depth(tree) > _MAX_LOOP_DEPTH:
        raise InputError(f"loops nest deeper than {_MAX_LOOP_DEPTH}", where="template")
    joined = sum(1 for _ in tree.find_all((nodes.Concat, nodes.Add)))
    if joined + _collected(tree) > _MAX_JOINS:
        raise InputError(f"more than {_MAX_JOINS} times + or ~, or values in lists", where="template")


def _refuse_depth(tree: nodes.Template) -> None:
    level: list[nodes.Node] = [tree]
    depth = depths = 0
    while level:
        depths += depth * len(level)
        if depth > _MAX_DEPTH or depths > _MAX_DEPTHS:
            raise InputError(_TOO_DEEP, where="template")
        level = [child for node in level for child in node.iter_child_nodes()]
        depth += 1


def _collected(tree: nodes.Template) -> int:
    """How often what is given stands in a list or dict: each time it may be as long as it likes."""
    lists = (one.items for one in tree.find_all((nodes.List, nodes.Tuple)) if getattr(one, "ctx", "load") == "load")
    pairs = ([pair.value] for pair in tree.find_all(nodes.Pair))
    return sum(_is_given(one) for items in (*lists, *pairs) for one in items)


def _is_given(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) or node.find(nodes.Name) is not None


def _loop_depth(node: nodes.Node) -> int:
    below = max((_loop_depth(child) for child in node.iter_child_nodes()), default=0)
    return below + isinstance(node, nodes.For)
