"""An app's response read into a completion."""

from __future__ import annotations

from dataclasses import replace

from synterm.core.case import value_text
from synterm.core.completion import Completion, Outcome, failed_call
from synterm.errors import InputError
from synterm.providers.http_exchange import App, Exchange, reported
from synterm.providers.http_outcomes import WORDS, provider_error
from synterm.providers.http_paths import JsonPath
from synterm.providers.loose_json import read_json
from synterm.text import one_line, storable

_LONGEST_SESSION = 2000


def answer_of(app: App, exchange: Exchange) -> Completion:
    """The completion of a call: its answer, or why there is none."""
    completion = exchange.failure or _read(app, exchange)
    return replace(
        completion,
        text=storable(completion.text),
        cost_usd=app.cost_usd if completion.outcome.answered else None,
        latency_ms=exchange.latency_ms,
        raw=exchange.body,
    )


def session_of(app: App, path: str, exchange: Exchange) -> str | int:
    """The id of the session that an app began. Raises InputError where its response tells none."""
    try:
        found = JsonPath(path).find(read_json(exchange.body))
    except ValueError as error:
        raise InputError(f"{app.place} sent no JSON: {_excerpt(exchange)}") from error
    whole = isinstance(found, int) and not isinstance(found, bool)
    if not whole and not (isinstance(found, str) and 0 < len(found) <= _LONGEST_SESSION):
        raise InputError(f"what stands at {path} is no session id: {one_line(value_text(found), 80) or 'nothing'}")
    return storable(found) if isinstance(found, str) else found


def _read(app: App, exchange: Exchange) -> Completion:
    if (words := reported(app.config, exchange)) is not None:
        return provider_error(f"{app.place} reports: {words}", "the response says so; see error in the model's params")
    path = app.config.answer
    if path is None:
        return _answered(exchange.body.decode("utf-8", "replace"))
    try:
        return _answered(value_text(JsonPath(path).find(read_json(exchange.body))))
    except InputError as error:
        hint = "set answer in the model's params to where the text stands"
        return failed_call(Outcome.MALFORMED, f"{app.place} answered {exchange.status}, but {error}", hint)
    except ValueError:
        hint = "leave answer out of the model's params where the response is plain text"
        return failed_call(Outcome.MALFORMED, f"{app.place} sent no JSON: {_excerpt(exchange)}", hint)


def _answered(text: str) -> Completion:
    return Completion(Outcome.COMPLETE if text.strip() else Outcome.EMPTY, text, "stop")


def _excerpt(exchange: Exchange) -> str:
    return one_line(exchange.body[: 4 * WORDS].decode("utf-8", "replace"), WORDS) or "nothing"
