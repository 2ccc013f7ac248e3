"""Short instructions in place of a long prompt: by behavior, in several phrasings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fnmatch import fnmatchcase

from synterm.core.prompt import Message, PromptBody
from synterm.core.training import TrainingPlan


def phrasings(plan: TrainingPlan, behavior: str, scenario: str) -> tuple[str, ...]:
    """The instructions for a behavior, by its path or that of the scenario: those of the longest glob that fits.

    None where there are none: the prompt stays as it is.
    """
    fitting = [glob for glob in plan.instructions if _fits(glob, behavior, scenario)]
    return plan.instructions[max(fitting, key=lambda glob: (glob != "*", len(glob), glob))] if fitting else ()


def chosen(plan: TrainingPlan, case_id: str, known: Sequence[str]) -> list[int]:
    """Which of the phrasings a case is put under, by their numbers: all of them, or one that its id tells."""
    if plan.every_phrasing:
        return [*range(len(known))]
    digest = hashlib.sha256(f"{plan.seed}:{case_id}".encode()).digest()
    return [int.from_bytes(digest[:4]) % len(known)]


def instructed(body: PromptBody, instruction: str) -> PromptBody:
    """The prompt with an instruction in place of its system messages and examples.

    Of its other messages the last by the user and what follows it stays.
    """
    users = [at for at, message in enumerate(body.messages) if message.role == "user"]
    rest = body.messages[users[-1] :] if users else ()
    # What stands in braces is said as it is, not filled in.
    words = f"{{% raw %}}{instruction}{{% endraw %}}" if "{" in instruction else instruction
    return body.model_copy(update={"messages": (Message(role="system", content=words), *rest), "examples": ()})


def _fits(glob: str, *paths: str) -> bool:
    names = {name for path in paths for name in (path, *path.split("/"))}
    return any(fnmatchcase(name.casefold(), glob.casefold()) for name in names)
