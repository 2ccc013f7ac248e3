"""The guard inside of a LiteLLM proxy: a guardrail whose verdicts are those of a project's checks.

    guardrails:
      - guardrail_name: routing
        litellm_params:
          guardrail: synterm.production.litellm_guardrail.SyntermGuardrail
          mode: post_call
          default_on: true
          project: router.db

Only a proxy loads this module, as it imports litellm; docs/guard-litellm.md has the rest.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

from litellm.exceptions import GuardrailRaisedException
from litellm.integrations.custom_guardrail import CustomGuardrail
from litellm.types.guardrails import GuardrailEventHooks
from litellm.types.utils import GenericGuardrailAPIInputs, GuardrailStatus

from synterm.core.guarding import FailMode, GuardVerdict
from synterm.errors import UsageError
from synterm.production.guard import Guard
from synterm.production.litellm_calls import Decision, answers, asked_in, judged, message_in, told

if TYPE_CHECKING:
    from litellm.litellm_core_utils.litellm_logging import Logging

PROVIDER = "synterm"
"""Whose verdict it is, in LiteLLM's logs."""
_ASKED = ("messages", "input", "prompt")


class SyntermGuardrail(CustomGuardrail):
    """Holds back what the checks of a project say no to.

    After the call (``post_call``) it judges the answer: all choices of it, calls of tools, and a stream before any of
    it reaches the client. Before or beside the call (``pre_call``, ``during_call``) it judges what the user said last.
    With ``logging_only`` nothing is held back, and the verdict stands in LiteLLM's logs.

    Its keys in the proxy's configuration, beside LiteLLM's own, are named as the options of `synterm guard`: `project`,
    `behavior` (a name or a list), `fail`, `budget_ms`, `total_ms`, `judges`, `judge_seconds`, `judge_cap`, `log`.
    Raises UsageError, ProjectError, NotFoundError or InputError, with which the proxy does not start.
    """

    def __init__(
        self,
        project: str | None = None,
        behavior: str | list[str] | None = None,
        fail: FailMode = "closed",
        budget_ms: float = 50,
        total_ms: float | None = None,
        judges: bool = False,
        judge_seconds: float = 10,
        judge_cap: float = 1,
        log: str | None = None,
        **litellm: Any,
    ) -> None:
        if not project:
            raise UsageError(
                f"the guardrail {litellm.get('guardrail_name')!r} names no project",
                hint="Add `project: my.db` to its litellm_params.",
            )
        super().__init__(**litellm)
        # LiteLLM reads this: a stream is held back until its whole answer is judged, then let go as it came.
        self.streaming_buffer_until_moderated = True
        self.guard = Guard(
            project,
            behavior,
            fail=fail,
            budget_ms=budget_ms,
            total_ms=total_ms,
            judges=judges,
            judge_budget_s=judge_seconds,
            judge_cap_usd=judge_cap,
            log=log,
        )

    async def apply_guardrail(
        self,
        inputs: GenericGuardrailAPIInputs,
        request_data: dict[str, Any],
        input_type: Literal["request", "response"],
        logging_obj: Logging | None = None,
    ) -> GenericGuardrailAPIInputs:
        """Judge what LiteLLM hands over, and let it pass unchanged. Raises GuardrailRaisedException to hold it back."""
        decision = await self._decision(inputs, request_data, input_type)
        self._record(decision, request_data, input_type)
        if decision.held is not None and self.event_hook != GuardrailEventHooks.logging_only:
            raise self._held(decision.held)
        return inputs

    async def _decision(
        self, inputs: GenericGuardrailAPIInputs, request_data: Mapping[str, Any], input_type: str
    ) -> Decision:
        texts = inputs.get("texts")
        if input_type == "request":
            return await judged(self.guard, message_in(texts, inputs.get("structured_messages")))
        asked = next(filter(None, (asked_in(request_data.get(name)) for name in _ASKED)), None)
        return await judged(self.guard, answers(texts, inputs.get("tool_calls")), asked)

    def _record(self, decision: Decision, request_data: dict[str, Any], input_type: str) -> None:
        """Put the verdicts where LiteLLM's loggers find them: `guardrail_information` of what they log."""
        now = time.time()
        for verdict in decision.verdicts:
            self.add_standard_logging_guardrail_information_to_request_data(
                guardrail_json_response=verdict.model_dump(mode="json", by_alias=True),
                request_data=request_data,
                guardrail_status=_status(verdict),
                start_time=now - verdict.took_ms / 1000,
                end_time=now,
                duration=verdict.took_ms / 1000,
                guardrail_provider=PROVIDER,
                event_type=self._event(input_type),
            )

    def _event(self, input_type: str) -> GuardrailEventHooks | None:
        """When it was judged, where `mode` names several times; else LiteLLM says so itself."""
        if not isinstance(self.event_hook, list):
            return None
        return next((event for event in _EVENTS[input_type] if event in self.event_hook), None)

    def _held(self, verdict: GuardVerdict) -> GuardrailRaisedException:
        why = told(verdict)
        words = self.render_violation_message(
            f"Held back by the guardrail {self.guardrail_name}: {why}",
            {"reason": why, "behavior": verdict.behavior, "id": verdict.id},
        )
        return GuardrailRaisedException(
            guardrail_name=self.guardrail_name,
            message=words,
            should_wrap_with_default_message=False,
            blocked_content=verdict.passed is False,
        )


_EVENTS = {
    "request": (GuardrailEventHooks.pre_call, GuardrailEventHooks.during_call, GuardrailEventHooks.logging_only),
    "response": (GuardrailEventHooks.post_call, GuardrailEventHooks.logging_only),
}


def _status(verdict: GuardVerdict) -> GuardrailStatus:
    """LiteLLM's word for it."""
    if verdict.passed is None:
        return "guardrail_failed_to_respond"
    return cast("GuardrailStatus", "success" if verdict.allowed else "guardrail_intervened")
