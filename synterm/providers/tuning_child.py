"""What LiteLLM's process does for jobs that tune a model at a provider.

LiteLLM's fine-tuning API speaks OpenAI's protocol to OpenAI, Azure and what is compatible. It has no word for
preference tuning and for a job's events; those go through the very client that it makes for its own calls.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

from synterm.core.completion import Completion
from synterm.providers.batch_child import Body, OpenAICalls, answer_call, only_place
from synterm.providers.http_guard import Exchange
from synterm.providers.loose_json import as_list, as_object

_PAGE = 100
_MOST_PAGES = 5
"""So many pages of jobs are looked through for one, and of events for losses; the newest stand first."""


class Once(Exchange):
    """A call that is one request. Azure's client tries again by itself, which could begin a second job."""

    _begun = False

    def begin(self, request: httpx.Request) -> None:
        """Note the request. Raises httpx.ConnectError for a second one."""
        if self._begun:
            raise httpx.ConnectError("a job is not begun twice", request=request)
        super().begin(request)
        self._begun = True


class Jobs(OpenAICalls):
    """The jobs of one provider. Each call gives the document that came, and raises what the client raises."""

    async def upload(self, path: Path) -> Body:
        """Bring a file of rows there."""
        with path.open("rb") as lines:
            file = (path.name, lines, "application/jsonl")
            return await self._document(self._litellm.acreate_file(file=file, purpose="fine-tune", **self._rest))

    async def create(self, asked: Body) -> Body:
        """Begin a job."""
        if asked["method"] == "sft":
            how = {"hyperparameters": asked["hyperparameters"]}
            return await self._document(self._litellm.acreate_fine_tuning_job(**asked["job"], **how, **self._rest))
        method = {"type": asked["method"], asked["method"]: {"hyperparameters": asked["hyperparameters"]}}
        return await self._document(self._client().fine_tuning.jobs.create(**asked["job"], method=method))

    async def find(self, training_file: str) -> Body:
        """The newest job that learns from this file, or nothing."""
        after: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._document(self._litellm.alist_fine_tuning_jobs(after=after, limit=_PAGE, **self._rest))
            if not isinstance(page.get("data"), list):
                raise ValueError("the endpoint sent no list of jobs")
            items = [as_object(item) for item in page["data"]]
            for item in items:
                if item.get("training_file") == training_file:
                    return item
            after = items[-1].get("id") if items else None
            if not page.get("has_more") or not isinstance(after, str):
                break
        return {}

    async def retrieve(self, job: str) -> Body:
        """How far a job is."""
        return await self._document(self._litellm.aretrieve_fine_tuning_job(fine_tuning_job_id=job, **self._rest))

    async def cancel(self, job: str) -> Body:
        """End a job."""
        return await self._document(self._litellm.acancel_fine_tuning_job(fine_tuning_job_id=job, **self._rest))

    async def events(self, job: str) -> Body:
        """What it told on the way, the newest first."""
        found: list[Any] = []
        after: Body = {}
        for _ in range(_MOST_PAGES):
            listed = self._client().fine_tuning.jobs.list_events(job, limit=_PAGE, **after)
            page = await self._document(listed)
            items = as_list(page.get("data"))
            if not items:
                break
            found += items
            last = as_object(items[-1]).get("id")
            if not page.get("has_more") or not isinstance(last, str):
                break
            after = {"after": last}
        return {"data": found}

    def _client(self) -> Any:
        """The client that LiteLLM makes for its own calls, with its endpoint and key."""
        main = import_module("litellm.fine_tuning.main")
        limits = {"timeout": self._rest["timeout"], "max_retries": 0}
        if self._rest["custom_llm_provider"] == "azure":
            found: Any = import_module("litellm.llms.azure.common_utils").get_azure_credentials(
                api_base=self._rest.get("api_base"), api_key=self._rest.get("api_key"), api_version=None
            )
            azure: Any = main.azure_fine_tuning_apis_instance
            return azure.get_openai_client(
                api_base=found.api_base,
                api_key=found.api_key,
                api_version=found.api_version,
                organization=None,
                _is_async=True,
                litellm_params=limits,
                **limits,
            )
        openai: Any = main.openai_fine_tuning_apis_instance
        place = {name: self._rest.get(name) for name in ("api_base", "api_key")}
        return openai.get_openai_client(**place, organization=None, _is_async=True, **limits)


async def answer_tuning_call(litellm: Any, body: Body) -> Completion:
    """Do what a call asks for; what came of it is the text of a complete answer, as JSON."""
    place = only_place(body)
    exchange = Once(place) if body["tuning"] in ("upload", "create") else Exchange(place)
    return await answer_call(body, exchange, lambda exchange: _answer(Jobs(litellm, body, exchange), body))


async def _answer(jobs: Jobs, body: Body) -> Body:
    match body["tuning"]:
        case "upload":
            return await jobs.upload(Path(body["path"]))
        case "create":
            return await jobs.create(body["asked"])
        case "find":
            return await jobs.find(body["file"])
        case "retrieve":
            return await jobs.retrieve(body["id"])
        case "cancel":
            return await jobs.cancel(body["id"])
        case _:
            return await jobs.events(body["id"])
