"""What LiteLLM hands a guardrail, as texts that a guard judges; and what the guard's verdicts mean to LiteLLM.

The same for a guardrail inside of the proxy and for LiteLLM's generic guardrail API: both hand over the texts of a
request or of an answer, flat, with the calls of tools beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from synterm.core.guarding import GuardVerdict
from synterm.formats.sources.chat import turns_of
from synterm.providers.tool_calls import answer_text, calls_said

_USERS = frozenset(("user", "human"))
_OVERHEAD = 200
"""Characters that an entry counts for beside its text, so that many empty ones end somewhere too."""


class Judge(Protocol):
    """What judges one text: a `Guard`."""

    async def acheck(self, output: str, input: str | None = None) -> GuardVerdict:
        """The verdict on `output`, which answers `input`."""
        ...


@dataclass(frozen=True, slots=True)
class Decision:
    """What a guard says of all that was handed over together."""

    verdicts: tuple[GuardVerdict, ...] = ()
    """One for each text, up to the first that must not pass."""

    @property
    def held(self) -> GuardVerdict | None:
        """The verdict that holds it back; None: it may pass."""
        return next((verdict for verdict in self.verdicts if not verdict.allowed), None)

    @property
    def undecided(self) -> bool:
        """Whether a text is without a verdict, so that what the guard does without one decided."""
        return any(verdict.passed is None for verdict in self.verdicts)


class Questions:
    """What was asked, by the id of the call, until its answer is judged: the generic guardrail API hands over an answer
    without it. The oldest are forgotten when they hold more than so many characters together."""

    def __init__(self, most: int = 10_000_000) -> None:
        self._most = most
        self._size = 0
        self._asked: dict[str, str] = {}

    def keep(self, call_id: str, asked: str | None) -> None:
        """Remember it, where there is anything."""
        if not call_id or asked is None or len(asked) > self._most:
            return
        self._forget(call_id)
        self._asked[call_id] = asked
        self._size += len(asked) + _OVERHEAD
        while self._size > self._most and len(self._asked) > 1:
            self._forget(next(iter(self._asked)))

    def of(self, call_id: str) -> str | None:
        """What that call asked; None where nobody said, or it is forgotten."""
        return self._asked.get(call_id)

    def _forget(self, call_id: str) -> None:
        if (asked := self._asked.pop(call_id, None)) is not None:
            self._size -= len(asked) + _OVERHEAD


async def judged(judge: Judge, texts: Iterable[str], asked: str | None = None) -> Decision:
    """Judges one text after the other, to the first that must not pass. `asked`: what they answer, where known."""
    verdicts: list[GuardVerdict] = []
    for text in texts:
        verdicts.append(await judge.acheck(text, input=asked))
        if not verdicts[-1].allowed:
            break
    return Decision(tuple(verdicts))


def told(verdict: GuardVerdict) -> str:
    """What the client is told of an answer that is held back, in one line, with the id by which logs have it.

    Why there is no verdict concerns those who run the guard: it may name a judge's address."""
    why = verdict.reason if verdict.passed is False else "there is no verdict on it"
    return f"{why} (verdict {verdict.id})"


def answers(texts: Sequence[Any] | None, tool_calls: Sequence[Any] | None) -> tuple[str, ...]:
    """The answers in what LiteLLM hands over of a response: a text for each of its choices, and all calls of tools.

    One choice that calls tools is one answer, as everywhere here: its calls as JSON. With several choices it is not
    said whose calls they are; they are then an answer of their own.
    """
    said = tuple(text for text in texts or () if isinstance(text, str))
    calls = calls_said({"tool_calls": [_as_dict(call) for call in tool_calls or ()]})
    if not calls:
        return said
    return (answer_text(said[0] if said else "", calls),) if len(said) < 2 else (*said, answer_text("", calls))


def asked_in(messages: Any) -> str | None:
    """What the user said last, in the messages of a chat or a prompt that is a text; None: no user says anything in
    text."""
    said = [text for role, text in turns_of(messages) if role in _USERS and text.strip()]
    return said[-1] if said else None


def message_in(texts: Sequence[Any] | None, messages: Any) -> tuple[str, ...]:
    """The message that a request is judged by: what the user said last, or the last text where there are none."""
    if (said := asked_in(messages)) is not None:
        return (said,)
    last = next((text for text in reversed(texts or ()) if isinstance(text, str)), "")
    return (last,) if not messages and last.strip() else ()


def _as_dict(call: Any) -> Any:
    return call.model_dump() if hasattr(call, "model_dump") else call
