"""The route that LiteLLM's generic guardrail API asks: for proxies that run nothing of ours.

What it sends and takes is written down in LiteLLM's documentation under "Generic Guardrail API"; docs/guard-litellm.md
has the proxy's side of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from synterm.core.guarding import GuardVerdict
from synterm.core.record import record
from synterm.errors import did_you_mean
from synterm.production.litellm_calls import Questions, answers, asked_in, judged, message_in, told
from synterm.production.service.answers import JSON, RefusedError, Route, json_answer
from synterm.production.service.asked import Asked
from synterm.production.service.body import read_json
from synterm.production.service.checking import judged as verdict_on

if TYPE_CHECKING:
    from synterm.production.service.service import Service

PATH = "/beta/litellm_basic_guardrail_api"
"""LiteLLM puts it after the `api_base` of the guardrail."""
PARAMETERS = ("behavior", "requests")
"""What `additional_provider_specific_params` of the guardrail may say."""
_REQUESTS = ("judge", "remember")


@record
class Handed:
    """What LiteLLM hands over."""

    is_request: bool
    call_id: str = ""
    """Of the call, the same for its request and its answer."""
    texts: tuple[str, ...] = ()
    tool_calls: tuple[Any, ...] = ()
    messages: Any = None
    behavior: str | None = None
    """Whose checks judge; None: those that the service was started with."""
    only_remember: bool = False
    """Whether a request is not judged, and only shown to the checks that judge its answer."""


def routes(service: Service) -> Iterator[Route]:
    """``POST /beta/litellm_basic_guardrail_api``."""
    questions = Questions()

    async def guardrail(request: web.BaseRequest) -> web.StreamResponse:
        handed = handed_over(read_json(await service.read(request, (JSON,))))
        with service.turn():
            return json_answer(await _action(service, handed, questions))

    yield Route("POST", PATH, guardrail)


def handed_over(value: Any) -> Handed:
    """`value`, of a request's JSON, as what is handed over. Raises RefusedError, which names what is wrong."""
    fields = _object(value, "The body")
    kind = fields.get("input_type")
    if kind not in ("request", "response"):
        raise _wrong("input_type must be request or response")
    given = _object(fields.get("additional_provider_specific_params") or {}, "additional_provider_specific_params")
    for name in given:
        if name not in PARAMETERS:
            raise _wrong(f"there is no parameter {name[:60]!r}", did_you_mean(name[:60], PARAMETERS))
    behavior, requests = given.get("behavior"), given.get("requests", "judge")
    if behavior is not None and not (isinstance(behavior, str) and behavior):
        raise _wrong("the parameter behavior must be the path of a behavior, such as 'Routing/Out of scope'")
    if requests not in _REQUESTS:
        raise _wrong(f"the parameter requests must be {' or '.join(_REQUESTS)}")
    return Handed(
        kind == "request",
        _text(fields.get("litellm_call_id")),
        tuple(text for text in _list(fields, "texts") if isinstance(text, str)),
        tuple(_list(fields, "tool_calls")),
        fields.get("structured_messages"),
        behavior,
        requests == "remember",
    )


async def _action(service: Service, handed: Handed, questions: Questions) -> dict[str, str]:
    """What LiteLLM is to do."""
    judge = _Counted(service, handed.behavior)
    if handed.is_request:
        questions.keep(handed.call_id, asked_in(handed.messages))
        texts = () if handed.only_remember else message_in(handed.texts, handed.messages)
        decision = await judged(judge, texts)
    else:
        decision = await judged(judge, answers(handed.texts, handed.tool_calls), questions.of(handed.call_id))
    held = decision.held
    return {"action": "NONE"} if held is None else {"action": "BLOCKED", "blocked_reason": told(held)}


class _Counted:
    """A guard whose verdicts the service counts."""

    def __init__(self, service: Service, behavior: str | None) -> None:
        self._service = service
        self._behavior = behavior

    async def acheck(self, output: str, input: str | None = None) -> GuardVerdict:
        return await verdict_on(self._service, Asked(output, input, behavior=self._behavior))


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(f"{name} must be an object")
    return cast("dict[str, Any]", value)


def _list(fields: dict[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    if value is not None and not isinstance(value, list):
        raise _wrong(f"{name} must be a list")
    return cast("list[Any]", value or [])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _wrong(words: str, hint: str | None = None) -> RefusedError:
    return RefusedError(400, "bad_field", words, hint or "docs/guard-litellm.md tells what a proxy sends.")
