"""The door to jobs that tune a model at a provider, by LiteLLM's fine-tuning API.

Files and jobs go through LiteLLM's process, which keeps keys to their hosts as for any call. LiteLLM speaks to OpenAI,
to what is compatible, and to Azure. Of Vertex AI it can only begin jobs, so nobody would learn what became of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from synterm.core.completion import Completion, Outcome
from synterm.core.model import ModelSpec
from synterm.errors import UsageError, did_you_mean
from synterm.providers.access import origin
from synterm.providers.batch import LONGEST_UPLOAD_S, BatchCallError, way_of
from synterm.providers.batch_documents import is_name
from synterm.providers.families import BY_NAME
from synterm.providers.http_outcomes import provider_error
from synterm.providers.loose_json import as_object, read_json
from synterm.providers.registry import Providers
from synterm.providers.tuning_documents import Losses, RemoteJob, read_job, read_losses

TRAINERS = ("openai", "azure", "custom_openai", "openai_like", "litellm_proxy")
"""Providers that LiteLLM's fine-tuning API reaches; the last three where a model of the project says."""
_CALL_S = 60.0
CLOSED = (
    "OpenAI is closing fine-tuning: organisations new to it can't begin jobs since May 2026, nobody can after "
    "6 January 2027. --trainer local trains here; synterm export writes files for other tools"
)
"""What to know when it refuses."""


class TuningCallError(BatchCallError):
    """A call about a job failed."""

    @property
    def unknown(self) -> bool:
        """Whether the provider says that there is no such thing."""
        return self.failure.outcome is Outcome.PROVIDER_ERROR and " answered 404" in self.message


def check_trainer(name: str) -> None:
    """Raises UsageError for a provider that LiteLLM can't tune at, naming those that it can."""
    if name in TRAINERS:
        return
    those = f"local, and {', '.join(TRAINERS)}"
    if name == "vertex_ai":
        raise UsageError(
            "LiteLLM begins jobs at Vertex AI, but can't ask what became of them", hint=f"trainers here: {those}"
        )
    if name in BY_NAME:
        raise UsageError(
            f"LiteLLM's fine-tuning API does not reach {BY_NAME[name].title}",
            hint=f"trainers here: {those}; or synterm export --format openai-sft, and upload its files there",
        )
    raise UsageError(f"there is no trainer {name!r}", hint=did_you_mean(name, ("local", *TRAINERS)))


def place_of(spec: ModelSpec) -> str:
    """Where data goes when a model is tuned: the endpoint's origin, or the provider's name."""
    base = way_of(spec).call.get("api_base") or spec.api_base
    return (origin(base) if base else None) or BY_NAME[spec.provider].title


class TuningDoor:
    """Jobs of all providers. Use one instance from one event loop."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers

    async def upload(self, spec: ModelSpec, path: Path) -> str:
        """Bring a file of rows to the provider; gives the file's id. Raises TuningCallError."""
        document = await self._call(spec, LONGEST_UPLOAD_S, tuning="upload", path=str(path))
        if not is_name(document.get("id")):
            raise TuningCallError(_unreadable("no file"))
        return str(document["id"])

    async def create(
        self, spec: ModelSpec, job: Mapping[str, Any], method: str, hyperparameters: Mapping[str, Any]
    ) -> RemoteJob:
        """Begin a job on uploaded files: `job` has ``training_file``, ``validation_file``, ``suffix``, ``seed``.

        Raises TuningCallError.
        """
        name = spec.model.partition("/")[2] or spec.model
        asked = {"job": {"model": name, **job}, "method": method, "hyperparameters": dict(hyperparameters)}
        return _job(await self._call(spec, _CALL_S, tuning="create", asked=asked))

    async def find(self, spec: ModelSpec, training_file: str) -> RemoteJob | None:
        """The job that learns from a file; None when there is none. Raises TuningCallError where nobody can tell."""
        document = await self._call(spec, _CALL_S, tuning="find", file=_checked(training_file))
        return _job(document) if document else None

    async def retrieve(self, spec: ModelSpec, job: str) -> RemoteJob:
        """How far a job is. Raises TuningCallError."""
        return _job(await self._call(spec, _CALL_S, tuning="retrieve", id=_checked(job)))

    async def cancel(self, spec: ModelSpec, job: str) -> RemoteJob:
        """End a job; gives how far it is then. Raises TuningCallError."""
        return _job(await self._call(spec, _CALL_S, tuning="cancel", id=_checked(job)))

    async def losses(self, spec: ModelSpec, job: str) -> tuple[Losses, Losses]:
        """The losses that a job told: of the training part, and of the validation part. Raises TuningCallError."""
        return read_losses(await self._call(spec, _CALL_S, tuning="events", id=_checked(job)))

    async def _call(self, spec: ModelSpec, limit_s: float, **call: Any) -> dict[str, Any]:
        way = way_of(spec)
        answer = await self._providers.litellm_for(spec).batch(
            spec, {"protocol": way.protocol, **call, **way.call}, limit_s
        )
        if answer.outcome is Outcome.MALFORMED:
            # What came is no document, so nobody knows whether it was done: another look tells.
            answer = replace(answer, retry_after_s=0.0)
        if answer.outcome is not Outcome.COMPLETE:
            raise TuningCallError(_with_hint(answer, spec) if call["tuning"] == "create" else answer)
        return as_object(read_json(answer.text.encode()))


def _with_hint(answer: Completion, spec: ModelSpec) -> Completion:
    """The same; where OpenAI itself refuses to tune, with what most likely is why."""
    refused = answer.outcome is Outcome.PROVIDER_ERROR and answer.retry_after_s is None
    if not refused or spec.provider != "openai" or spec.api_base is not None:
        return answer
    return replace(answer, hint=f"{answer.hint}; {CLOSED}" if answer.hint else CLOSED)


def _job(document: Mapping[str, Any]) -> RemoteJob:
    job = read_job(document)
    if job is None:
        raise TuningCallError(_unreadable("no job"))
    return job


def _checked(name: str) -> str:
    """An id from the project file, which someone else may have written."""
    if not is_name(name):
        raise TuningCallError(provider_error("the project file names a job in a way that no provider does"))
    return name


def _unreadable(what: str) -> Completion:
    return Completion(
        Outcome.MALFORMED,
        error=f"the endpoint sent what is {what}",
        hint="see whether it offers OpenAI's fine-tuning API",
        retry_after_s=0.0,
    )
