"""One call to the model that stands in the form, shown below it."""

from __future__ import annotations

from synterm.core.evaluation import Variant
from synterm.core.model import ModelSpec
from synterm.core.request import Request
from synterm.errors import InputError
from synterm.evaluate.trial import MESSAGE, case_request, message_request, try_out
from synterm.providers.availability import usable
from synterm.providers.registry import Providers
from synterm.reports.trial import trial_lines
from synterm.tui.session import Session


async def try_model(spec: ModelSpec, session: Session, providers: Providers) -> str:
    """Ask it about the first case in scope by the prompt that is open, else say hello; what was said, in words.

    Raises InputError for weights that would have to be fetched first.
    """
    if usable(spec).state == "fetch":
        raise InputError("the embedded model is not fetched yet", hint="save it; the workbench asks before it fetches")
    trial = await try_out(providers, _request(spec, session))
    return "\n".join(trial_lines(trial))


def _request(spec: ModelSpec, session: Session) -> Request:
    if session.prompt is None or session.body is None or not len(session.rows):
        return message_request(spec, MESSAGE)
    variant = Variant(session.prompt.name, session.prompt.draft_label, session.body, spec)
    return case_request(variant, session.rows[0], session.checklist)
