"""Prompts on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from synterm.cli.places import text_of
from synterm.core.examples import parse_examples
from synterm.core.prompt import Example, Message, PromptBody, Role
from synterm.core.render import Renderer
from synterm.errors import InputError, UsageError
from synterm.formats.fields import read_pairs
from synterm.formats.prompt_text import only_variable


def add_arguments(parser: argparse.ArgumentParser, *, editing: bool) -> None:
    """The options for a prompt."""
    add = parser.add_argument
    also = ", and replaces all" if editing else ""
    add("--system", metavar="TEXT", help="the system message, a Jinja template; @FILE reads it from a file")
    add("--user", metavar="TEXT", help="the user message, such as '{{ message }}'; or @FILE")
    add(
        "--example",
        action="append",
        metavar="'INPUT -> ANSWER'",
        help=f"a few-shot example; @FILE for a file of such lines; may be repeated{also}",
    )
    add(
        "--param",
        action="append",
        metavar="NAME=VALUE",
        help=f'a parameter that belongs to it: the model\'s, or context={{"top_k": 4}}; may be repeated{also}',
    )
    add("--note", metavar="TEXT", help="what is special about this version")
    if editing:
        add("--name", metavar="NAME", help="another name")
        add("--no-examples", action="store_true", help="take its examples away")
        add("--no-params", action="store_true", help="take its parameters away")


def new_body(args: argparse.Namespace) -> PromptBody:
    """The body that the options say. Raises InputError naming the option."""
    if args.system is None and args.user is None:
        raise UsageError("a prompt needs --system or --user, or both")
    return _body([], (), {}, args)


def edited_body(body: PromptBody, args: argparse.Namespace) -> PromptBody:
    """`body` with the changes that the options say. Raises InputError naming the option."""
    examples = () if args.no_examples else body.examples
    params = {} if args.no_params else body.params
    return _body(list(body.messages), examples, params, args)


def _body(
    messages: list[Message], examples: Sequence[Example], params: dict[str, Any], args: argparse.Namespace
) -> PromptBody:
    if args.system is not None:
        _put_system(messages, text_of(args.system))
    if args.user is not None:
        _put_user(messages, text_of(args.user))
    if args.param is not None:
        params = read_pairs(args.param, "--param")
    plain = PromptBody(messages=tuple(messages), params=params)
    if args.example is not None:
        examples = _examples(args.example, only_variable(plain))
    body = plain.model_copy(update={"examples": tuple(examples)})
    Renderer(body)
    return body


def _put_system(messages: list[Message], text: str) -> None:
    message = Message(role="system", content=text)
    if messages and messages[0].role == "system":
        messages[0] = message
    else:
        messages.insert(0, message)


def _put_user(messages: list[Message], text: str) -> None:
    """In the place of the last user message, or at the end."""
    role: Role = "user"
    message = Message(role=role, content=text)
    at = next((at for at in reversed(range(len(messages))) if messages[at].role == role), len(messages))
    messages[at : at + 1] = [message]


def _examples(texts: Sequence[str], variable: str | None) -> list[Example]:
    found: list[Example] = []
    for number, text in enumerate(texts, start=1):
        try:
            found.extend(parse_examples(text_of(text), variable))
        except InputError as error:
            where = f"--example {number}" + (f", {error.where}" if text.startswith("@") else "")
            raise InputError(error.message, where=where, hint=error.hint) from error
    return found
