"""Prompts in the project file: the draft that is being typed, and immutable versions."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

from sqlite_utils import Database

from synterm.core.capabilities import SENT
from synterm.core.ids import new_id
from synterm.core.prompt import HalfTyped, Prompt, PromptBody, PromptVersion
from synterm.errors import InputError, NotFoundError
from synterm.storage.base import Store, T, not_found, require_json, text_or_none
from synterm.storage.clock import now
from synterm.storage.connect import DatabaseError
from synterm.storage.taken import Taken, put_back, take
from synterm.storage.trust import Renewal
from synterm.storage.writer import Work, Writer

MAX_NAME = 200
"""The most characters of a prompt's name."""
MAX_NOTE = 200
"""The most characters of what a version is called."""
_NOTHING_HALF = HalfTyped()


class PromptStore(Store):
    """Prompts by name.

    The futures raise InputError for a name that is empty or taken and for parameters that JSON can't hold,
    NotFoundError for a prompt that is gone.
    """

    def __init__(self, db: Database, writer: Writer, renewal: Renewal) -> None:
        super().__init__(db, writer)
        self._renewal = renewal

    def all(self) -> list[Prompt]:
        """All prompts with their versions, in the order they were made."""
        versions: dict[str, list[PromptVersion]] = {}
        rows = self._rows("SELECT id, name, draft, draft_examples, draft_params FROM prompts ORDER BY id")
        with self._reading("a prompt"):
            for prompt_id, number, note, created, pinned, body in self._rows(
                "SELECT prompt_id, number, note, created, pinned, body FROM prompt_versions "
                "JOIN prompt_bodies ON prompt_bodies.id = body_id ORDER BY number"
            ):
                version = PromptVersion(
                    body=PromptBody.model_validate_json(body),
                    number=number,
                    note=note,
                    created=created,
                    pinned=bool(pinned),
                )
                versions.setdefault(prompt_id, []).append(version)
            return [
                Prompt(
                    id=prompt_id,
                    name=name,
                    draft=PromptBody.model_validate_json(draft),
                    draft_examples=examples,
                    draft_params=params,
                    versions=tuple(versions.get(prompt_id, ())),
                )
                for prompt_id, name, draft, examples, params in rows
            ]

    def get(self, name: str) -> Prompt:
        """The prompt of that name. Raises NotFoundError."""
        prompts = {prompt.name: prompt for prompt in self.all()}
        if name not in prompts:
            raise not_found("prompt", name, prompts)
        return prompts[name]

    def add(self, name: str, versions: list[tuple[str, PromptBody]]) -> Future[str]:
        """A new prompt with one version (note, body) or more, oldest first; the last is its draft too. Gives its id."""
        prompt_id = new_id()

        def work(db: Database) -> str:
            _insert(db, prompt_id, name, versions[-1][1])
            for note, body in versions:
                _keep(db, prompt_id, body, note)
            return prompt_id

        return self._submit(work, *(body for _, body in versions))

    def save_draft(self, prompt_id: str, body: PromptBody, half: HalfTyped = _NOTHING_HALF) -> Future[None]:
        """Put what is being typed on disk, with the parts of it that can't be read yet."""
        return self._submit(
            lambda db: _update(
                db,
                prompt_id,
                draft=_text(body),
                draft_examples=text_or_none(half.examples),
                draft_params=text_or_none(half.params),
                updated=now(),
            ),
            body,
        )

    def keep(self, prompt_id: str, body: PromptBody, note: str = "") -> Future[int]:
        """Keep `body` as a version; gives its number. A body that was kept before gives the number it has."""
        return self._submit(lambda db: _keep(db, prompt_id, body, note), body)

    def annotate(
        self, prompt_id: str, number: int, *, note: str | None = None, pinned: bool | None = None
    ) -> Future[None]:
        """Give a version another note, pin it, or take its pin away; None leaves things as they are.

        The future raises InputError for a note of over `MAX_NOTE` characters, NotFoundError for a version that is gone.
        """
        return self._writer.submit(lambda db: _annotate(db, prompt_id, number, note, pinned))

    def rename(self, prompt_id: str, name: str) -> Future[None]:
        """Give a prompt another name."""
        return self._writer.submit(lambda db: _update(db, prompt_id, name=_checked(name), updated=now()))

    def remove(self, prompt_id: str) -> Future[int]:
        """Remove a prompt with its draft and its history, and give how many. Answers that were received stay."""
        return self._writer.submit(lambda db: _run(db, "DELETE FROM prompts WHERE id = ?", prompt_id))

    def take(self, prompt_id: str) -> Future[Taken]:
        """Remove a prompt with its draft and its history, and give the rows, to be put back."""
        queries = (("prompts", "id = ?", (prompt_id,)), ("prompt_versions", "prompt_id = ?", (prompt_id,)))
        return self._writer.submit(lambda db: take(db, *queries))

    def put_back(self, taken: Taken) -> Future[None]:
        """Put back what `take` gave."""
        return self._writer.submit(lambda db: _put_back(db, taken))

    def _submit(self, work: Work[T], *bodies: PromptBody) -> Future[T]:
        """Only parameters that say what an app is sent are a matter of trust: most drafts cost no look at it."""
        renews = any(not body.params.keys().isdisjoint(SENT) for body in bodies)
        return self._renewal.submit(self._writer, "prompts", work) if renews else self._writer.submit(work)


def _put_back(db: Database, taken: Taken) -> None:
    try:
        put_back(db, taken)
    except DatabaseError as error:
        if "prompts.name" in str(error):
            raise InputError("there is a prompt of that name by now", where="name") from error
        raise


def _checked(name: str) -> str:
    if not 0 < len(name) <= MAX_NAME:
        raise InputError(f"a prompt's name has 1 to {MAX_NAME} characters", where="name")
    return name


def _text(body: PromptBody) -> str:
    require_json(body.model_dump(), "prompt")
    return body.model_dump_json()


def _update(db: Database, prompt_id: str, **values: str | None) -> None:
    columns = ", ".join(f"{column} = ?" for column in values)
    if not _run(db, f"UPDATE prompts SET {columns} WHERE id = ?", *values.values(), prompt_id):
        raise _gone()


def _annotate(db: Database, prompt_id: str, number: int, note: str | None, pinned: bool | None) -> None:
    if note is not None and len(note) > MAX_NOTE:
        raise InputError(f"a version's note has at most {MAX_NOTE} characters", where="note")
    text = text_or_none(note)
    if not _run(
        db,
        "UPDATE prompt_versions SET note = coalesce(?, note), pinned = coalesce(?, pinned) "
        "WHERE prompt_id = ? AND number = ?",
        text,
        pinned,
        prompt_id,
        number,
    ):
        raise NotFoundError("the version was removed from the project", hint="look again at what is there")


def _gone() -> NotFoundError:
    return NotFoundError("the prompt was removed from the project", hint="keep its text under another name")


def _run(db: Database, sql: str, *values: Any) -> int:
    """How many rows it concerned."""
    try:
        return db.conn.execute(sql, values).rowcount
    except DatabaseError as error:
        if "prompts.name" in str(error):
            raise InputError("there is a prompt of that name already", where="name") from error
        raise


def _insert(db: Database, prompt_id: str, name: str, draft: PromptBody) -> None:
    _run(
        db,
        "INSERT INTO prompts (id, name, draft, updated) VALUES (?, ?, ?, ?)",
        prompt_id,
        _checked(name),
        _text(draft),
        now(),
    )


def _keep(db: Database, prompt_id: str, body: PromptBody, note: str) -> int:
    text = _text(body)
    if not db.conn.execute("SELECT 1 FROM prompts WHERE id = ?", (prompt_id,)).fetchone():
        raise _gone()
    _run(db, "INSERT OR IGNORE INTO prompt_bodies (id, body) VALUES (?, ?)", body.id, text)
    known = db.conn.execute(
        "SELECT number FROM prompt_versions WHERE prompt_id = ? AND body_id = ?", (prompt_id, body.id)
    ).fetchone()
    if known:
        return known[0]
    (last,) = db.conn.execute(
        "SELECT coalesce(max(number), 0) FROM prompt_versions WHERE prompt_id = ?", (prompt_id,)
    ).fetchone()
    _run(
        db,
        "INSERT INTO prompt_versions (prompt_id, number, body_id, note, created) VALUES (?, ?, ?, ?, ?)",
        prompt_id,
        last + 1,
        body.id,
        note,
        now(),
    )
    return last + 1
