"""One request to an app: a single call, or the turn of a conversation with all that has to go before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.ids import content_id
from synterm.core.prompt import Message
from synterm.core.request import Request
from synterm.errors import InputError
from synterm.providers.http_answers import answer_of, session_of
from synterm.providers.http_body import Values, variables
from synterm.providers.http_config import CallConfig, StartConfig
from synterm.providers.http_exchange import App, Exchange, prepare, send
from synterm.providers.http_sessions import Conversation, Conversations

if TYPE_CHECKING:
    import aiohttp

Watch = Callable[[Exchange], None]
"""Called with each exchange, once it is over."""


class Talk:
    """What is sent for one request."""

    def __init__(self, app: App, request: Request, client: aiohttp.ClientSession, watch: Watch | None) -> None:
        self._app = app
        self._request = request
        self._client = client
        self._watch = watch
        self._calls = 0

    async def answer(self, conversations: Conversations) -> Completion:
        """The app's answer. Its latency is that of the call that gave it; its attempts are all calls made for it.

        Raises InputError for a case from which the request can't be made.
        """
        start, turn = self._app.config.start, self._app.config.turn
        if start is None or turn is None:
            known = variables(self._request.values, self._request.messages)
            completion = answer_of(self._app, await self._exchange(self._app.config, known, "call"))
        else:
            completion = await _Chat(self, self._app, self._request, conversations, start, turn).answer()
        return replace(completion, attempts=max(1, self._calls))

    async def begin(self, start: StartConfig, values: Values) -> Conversation | Completion:
        """A conversation that the app has open now; or why it has not."""
        exchange = await self._exchange(start, values, "start")
        if exchange.failure is not None:
            return answer_of(self._app, exchange)
        try:
            session = session_of(self._app, start.session, exchange)
        except InputError as error:
            said = f"no conversation began at {self._app.place}: {error}"
            failed = failed_call(Outcome.MALFORMED, said, "set start.session in the model's params")
            return replace(failed, latency_ms=exchange.latency_ms, raw=exchange.body)
        return self._conversation(session, values)

    async def turn(self, call: CallConfig, values: Values, what: str) -> tuple[Completion, int | None]:
        """The answer to one message, and the status that it came with."""
        exchange = await self._exchange(call, values, what)
        return answer_of(self._app, exchange), exchange.status

    def _conversation(self, session: str | int, values: Values) -> Conversation:
        if (call := self._app.config.end) is None:
            return Conversation(session, None)
        # Made now: a template that can't be filled is told of, not found out when nobody waits for it any more.
        last = prepare(self._app, call, {**values, "session": session}, "end")

        async def end() -> None:
            await send(self._app, last, self._client)
            if self._watch:
                self._watch(last)

        return Conversation(session, end)

    async def _exchange(self, call: CallConfig, values: Values, what: str) -> Exchange:
        exchange = prepare(self._app, call, values, what)
        self._calls += 1
        await send(self._app, exchange, self._client)
        if self._watch:
            self._watch(exchange)
        return exchange


class _Chat:
    """The turn of a conversation."""

    def __init__(
        self,
        talk: Talk,
        app: App,
        request: Request,
        conversations: Conversations,
        start: StartConfig,
        turn: CallConfig,
    ) -> None:
        self._talk = talk
        self._app = app
        self._request = request
        self._conversations = conversations
        self._start = start
        self._turn = turn
        self._turns = [at for at, message in enumerate(request.messages) if message.role == "user"]

    async def answer(self) -> Completion:
        """The answer to the last user message, in the session where the ones before were said, or in one of its own."""
        if not self._turns:
            raise InputError("there is no user message to send", where="prompt")
        last = self._turns[-1]
        if conversation := self._conversations.take(self._key(self._request.messages[:last])):
            completion, status = await self._say(conversation, [last])
            if not _is_gone(status):
                return completion
        opening = variables(self._request.values, self._request.messages[: self._turns[0]])
        begun = await self._talk.begin(self._start, opening)
        if isinstance(begun, Completion):
            return begun
        completion, _ = await self._say(begun, self._turns)
        return completion

    async def _say(self, conversation: Conversation, turns: Sequence[int]) -> tuple[Completion, int | None]:
        """Send these messages one after the other; the answer to the last, or what the first one failed with, and its
        status. The conversation goes on only where all went well: what an app makes of a turn that failed, only the
        app knows."""
        goes_on: str | None = None
        try:
            completion, status = await self._each(conversation, turns)
            if completion.outcome.answered:
                answer = Message(role="assistant", content=completion.text)
                goes_on = self._key([*self._request.messages[: turns[-1] + 1], answer])
            return completion, status
        finally:
            if goes_on is None:
                self._conversations.drop(conversation)
            else:
                self._conversations.keep(goes_on, conversation)

    async def _each(self, conversation: Conversation, turns: Sequence[int]) -> tuple[Completion, int | None]:
        for at in turns[:-1]:
            completion, status = await self._send(conversation, at, "earlier turn")
            if not completion.outcome.answered:
                said = f"an earlier turn, sent again: {completion.error or completion.outcome.value}"
                return replace(completion, error=said), status
        return await self._send(conversation, turns[-1], "turn")

    async def _send(self, conversation: Conversation, at: int, what: str) -> tuple[Completion, int | None]:
        known = variables(self._request.values, self._request.messages[: at + 1])
        return await self._talk.turn(self._turn, {**known, "session": conversation.session}, what)

    def _key(self, said: Sequence[Message]) -> str:
        """What a conversation is found by: the model, the case's values, the repeat, and what was said so far."""
        history = [[message.role, message.content] for message in said]
        return content_id("conversation", {**self._request.canonical(), "messages": history})


def _is_gone(status: int | None) -> bool:
    """Whether a session that was open before may have ended at the app: it refuses the turn as the client's fault."""
    return status is not None and 400 <= status < 500 and status != 429
