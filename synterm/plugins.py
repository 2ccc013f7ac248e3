"""From the names that projects and commands use to the classes that do the work, this package's or another one's.

Installed packages bring checks, generators, filters and sources by entry points (``synterm.checks``, …); what comes
with synterm has entry points of its own, too.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from inspect import getdoc
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from synterm.core.ids import canonical_json
from synterm.core.problems import InvalidError, Problem, problems_of
from synterm.errors import InputError, SyntermError, did_you_mean

_withheld: dict[str, frozenset[str]] = {}
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


def withhold(owner: str, names: Iterable[str]) -> None:
    """Run nothing of these names from now on in this process, and whatever else `owner` withheld.

    A project that is restricted withholds what it names, and other projects that name the same have to wait for it:
    better a check that abstains than one that was not allowed.
    """
    if found := frozenset(names):
        _withheld[owner] = found
    else:
        _withheld.pop(owner, None)


def is_withheld(name: str) -> bool:
    """Whether a project that is restricted names it."""
    return any(name in names for names in _withheld.values())


def where_raised(one: object, error: Exception) -> str | None:
    """Where in a plugin an error comes from, as ``someones_package.module line 12``; None where it is no plugin's.

    `one` is the object or class that was at work. A verdict that goes around, as ``not-`` does, is of synterm's module
    and of the plugin's class: its bases count, too.
    """
    kind = one if isinstance(one, type) else type(one)
    packages = {_package(base.__module__) for base in kind.__mro__} - {"synterm", "pydantic", *sys.stdlib_module_names}
    if not packages:
        return None
    frames = [
        (str(frame.f_globals.get("__name__", "")), line) for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    own = [f"{module} line {line}" for module, line in frames if _package(module) in packages]
    return own[-1] if own else kind.__module__


def _package(module: str) -> str:
    return module.partition(".")[0]


def failed(one: object, error: Exception) -> str:
    """An error that nobody foresaw, in words; of a plugin with its package, and the line of it."""
    where = where_raised(one, error)
    return f"{type(error).__name__}: {error}" + (f" (in {where})" if where else "")


@contextmanager
def as_words(one: object, name: str, *but: type[Exception]) -> Generator[None]:
    """While code of a plugin may be at work: whatever it raises becomes an InputError that names it.

    What is synterm's own stays as it is, and so do errors that are in words already, those of `but` among them.
    """
    try:
        yield
    except (SyntermError, ValidationError, *but):
        raise
    except Exception as error:
        if where_raised(one, error) is None:
            raise
        raise InputError(f"{name} failed: {failed(one, error)}", hint="tell those who made it") from error


class Registry(Generic[T]):
    """One kind of thing that plugins bring; nothing of it is imported before it is asked for."""

    def __init__(self, noun: str, base: type[T], built_in: Mapping[str, str]) -> None:
        """`noun` says what they are ("check"), and `base` is what each has to be.

        `built_in` says where those are that come with synterm, as ``module:Class``, the same as its entry points: so
        they are there in a checkout that is not installed, looking for plugins costs nothing until one is named, and no
        plugin takes their names.
        """
        self.noun = noun
        self.group = f"synterm.{noun}s"
        self.built_in = built_in
        self._base = base
        self._found: dict[str, type[T]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.built_in or name in self._places

    def __iter__(self) -> Iterator[str]:
        """The names of all that are here, those of plugins first."""
        return iter(self._places)

    def titles(self) -> dict[str, str]:
        """What each is in one line, by name; for one that can't be loaded, that and why."""
        return {name: self._title(name) for name in sorted(self)}

    def find(self, name: str) -> type[T]:
        """The class of a name. Raises InputError where there is none, or it can't be loaded."""
        if name not in self._found:
            self._found[name] = self._class(name)
        return self._found[name]

    def make(self: Registry[M], config: Mapping[str, Any]) -> M:
        """What a configuration such as ``{"type": "casing", "strength": 0.5}`` speaks of.

        Raises InvalidError, with each problem and its field, when it can't be made.
        """
        fields = dict(config)
        name = fields.pop("type", None)
        if not isinstance(name, str):
            problem = Problem(("type",), "is missing" if name is None else "must be text")
            raise InvalidError([problem], where=self.noun, hint=self._written(fields))
        try:
            found = self.find(name)
        except InputError as error:
            raise InvalidError([Problem(("type",), error.message)], hint=error.hint) from error
        try:
            canonical_json(fields)
            with as_words(found, f"the {self.noun} {name}"):
                return found.model_validate(fields)
        except TypeError as error:
            problem = Problem((), f"is not plain JSON: {error}")
            raise InvalidError([problem], where=f"{self.noun} {name}") from error
        except ValidationError as error:
            raise InvalidError(problems_of(error, found), where=f"{self.noun} {name}") from error

    def look_again(self) -> None:
        """Forget what was found: packages were installed since."""
        self._found.clear()
        for name in ("_places", "_others"):
            self.__dict__.pop(name, None)

    def packages(self) -> dict[str, str]:
        """By name of what plugins bring, the package that brings it: ``synterm-mail 0.1.0``."""
        dists = {name: one.dist for name, one in self._others.items()}
        return {name: f"{dist.name} {dist.version}" if dist else "?" for name, dist in dists.items()}

    @cached_property
    def _places(self) -> dict[str, str]:
        """Where each is, as ``module:Class``."""
        return {**{name: one.value for name, one in self._others.items()}, **self.built_in}

    @cached_property
    def _others(self) -> dict[str, EntryPoint]:
        return {one.name: one for one in entry_points(group=self.group) if one.name not in self.built_in}

    def _class(self, name: str) -> type[T]:
        if name not in self:
            raise InputError(f"{name!r} is not a type of {self.noun}", hint=self._near(name))
        place = self.built_in.get(name) or self._places[name]
        try:
            loaded: object = EntryPoint(name, place, self.group).load()
        # A plugin may fail in any way while it is imported.
        except (Exception, SystemExit) as error:
            why = str(error) or type(error).__name__
            raise InputError(f"the {self.noun} {name} can't be loaded from {place}: {why}") from error
        if not (isinstance(loaded, type) and issubclass(loaded, self._base)):
            raise InputError(f"{place} is not a {self.noun}")
        return loaded

    def _near(self, name: str) -> str:
        """What may have been meant, here or elsewhere."""
        elsewhere = f"a plugin's {self.noun} is there once its package is installed beside synterm: pip install PACKAGE"
        near = did_you_mean(name, self)
        return f"{near} {elsewhere[0].upper()}{elsewhere[1:]}" if near else elsewhere

    def _title(self, name: str) -> str:
        try:
            found = self.find(name)
        except InputError as error:
            return error.message
        said: str = getattr(found, "title", "")
        return said or (getdoc(found) or "").partition("\n")[0]

    def _written(self, fields: Mapping[str, Any]) -> str | None:
        """How it is written, for who left out the type: ``contains: refund``."""
        near = get_close_matches(str(next(iter(fields), "")), self, 1)
        return f"write {{type: {near[0]}, …}}" if near else did_you_mean("", self)
