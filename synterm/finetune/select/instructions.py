"""Short system prompts in place of a prompt's own: which one a case is asked with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from synterm.core.prompt import Message, PromptBody
from synterm.core.render import EXAMPLES
from synterm.core.template import compile_template
from synterm.core.tree import Tree
from synterm.errors import InputError, NotFoundError, did_you_mean
from synterm.evaluate.scenarios import fits

_WILD = "*?["


class Instructions:
    """The phrasings of each behavior: those of the glob that says most about it."""

    def __init__(self, tree: Tree, given: Mapping[str, Sequence[str]]) -> None:
        """Raises NotFoundError for a glob that matches nothing."""
        self._tree = tree
        self._given = sorted(given.items(), key=lambda item: _says(item[0]), reverse=True)
        self._known: dict[str, Sequence[str]] = {}
        names = {text for node in tree.walk() for text in (tree.path(node.id), node.name)}
        for glob in given:
            if names and not any(fits(name, glob) for name in names):
                raise NotFoundError(
                    f"an instruction is for {glob!r}, and nothing in the tree matches that",
                    hint=did_you_mean(glob, names),
                )

    def of(self, scenario_id: str) -> Sequence[str]:
        """The phrasings for a scenario's cases; none: the prompt as it is."""
        if scenario_id not in self._known:
            line = self._tree.lineage(scenario_id)
            texts = [text for node in line for text in (self._tree.path(node.id), node.name)]
            self._known[scenario_id] = next(
                (phrasings for glob, phrasings in self._given if any(fits(text, glob) for text in texts)), ()
            )
        return self._known[scenario_id]


def phrasing_of(case_id: str, count: int) -> int:
    """Which of so many phrasings a case is asked with: told by its id, so that it is the same in every set."""
    return int.from_bytes(hashlib.sha256(case_id.encode()).digest()[:8]) % count


def instructed(body: PromptBody, instruction: str) -> PromptBody:
    """The prompt with an instruction in place of its system messages and examples.

    Of its other messages the last by the user and what follows it stays. Raises InputError without one by the user.
    """
    # What stands in braces is said as it is, not filled in.
    words = instruction.replace("{", "{{ '{' }}")
    rest = body.messages[_last_user(body) :]
    return body.model_copy(update={"messages": (Message(role="system", content=words), *rest), "examples": ()})


def require_whole(body: PromptBody) -> None:
    """Raise InputError where an instruction would take away what a case says, or was found for it.

    The last user message and what follows it stays; what else of the prompt has placeholders must have them there too.
    """
    kept = {name for message in body.messages[_last_user(body) :] for name in _variables(message)}
    lost = {name for message in body.messages for name in _variables(message)} - kept - {EXAMPLES}
    if lost:
        named = ", ".join(f"{{{{ {name} }}}}" for name in sorted(lost))
        raise InputError(
            f"with an instruction only the last user message stays, and {named} stands elsewhere in the prompt",
            hint="keep a version of the prompt that has it in the user message",
        )


def _last_user(body: PromptBody) -> int:
    users = [index for index, message in enumerate(body.messages) if message.role == "user"]
    if not users:
        raise InputError("an instruction stands before the last user message, and the prompt has none")
    return users[-1]


def _variables(message: Message) -> frozenset[str]:
    return compile_template(message.content).variables


def _says(glob: str) -> tuple[bool, int, str]:
    """What makes one glob say more than another: no wildcard, then more letters; the text decides between equals."""
    return not any(sign in glob for sign in _WILD), sum(sign not in _WILD for sign in glob), glob
