"""A project: the open project file, and its parts."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from concurrent.futures import Future
from functools import cached_property
from pathlib import Path

from sqlite_utils import Database

from synterm.core.gate import Gate
from synterm.errors import ProjectError
from synterm.storage.accepted import AcceptedStore
from synterm.storage.arriving import ArrivingStore
from synterm.storage.baselines import BaselineStore
from synterm.storage.batches import BatchStore
from synterm.storage.cases import CaseStore
from synterm.storage.comparing import Comparing
from synterm.storage.connect import DatabaseError, connect, damaged, in_a_hurry, project_error
from synterm.storage.contents import ContentStore
from synterm.storage.coverage import CoverageStore
from synterm.storage.documents import DocumentStore
from synterm.storage.drafts import DraftStore
from synterm.storage.file_made import fill, make_private
from synterm.storage.file_opened import OpenFile, look_at_file, open_file
from synterm.storage.findings import FindingStore
from synterm.storage.gates import put_gates, read_gates
from synterm.storage.generations import GenerationStore
from synterm.storage.graded import GradedStore
from synterm.storage.grades import GradeStore
from synterm.storage.held import place_of
from synterm.storage.imports import ImportStore
from synterm.storage.inbox import InboxStore
from synterm.storage.known import note
from synterm.storage.logged import LoggedStore
from synterm.storage.models import ModelStore
from synterm.storage.nodes import NodeStore
from synterm.storage.opening import check_project_file
from synterm.storage.outside import Marks, Outside
from synterm.storage.promotions import PromotionStore
from synterm.storage.prompts import PromptStore
from synterm.storage.pruning import PruningStore
from synterm.storage.responses import ResponseStore
from synterm.storage.reviews import ReviewStore
from synterm.storage.runs import RunStore
from synterm.storage.spending import SpendingStore
from synterm.storage.stubborn import StubbornStore
from synterm.storage.traffic import TrafficStore
from synterm.storage.training import TrainingStore
from synterm.storage.trends import TrendStore
from synterm.storage.trust import Renewal, Trust
from synterm.storage.tunings import TuningStore
from synterm.storage.whole import WholeStore
from synterm.storage.writer import Writer


class Project:
    """An open project file. Reads happen on the thread that opened it, writes on the writer's.

    Open one with `Project.open` or `Project.create`, and close it: closing folds everything into the one file.
    """

    def __init__(
        self, path: Path, db: Database, writer: Writer, *, read_only: bool = False, renewal: Renewal | None = None
    ) -> None:
        self.path = path
        self.read_only = read_only
        """Whether the file can only be looked at; whatever would write raises ProjectError."""
        self.notice = ""
        """What to know of the file while it is looked at; empty for nearly all."""
        self._db = db
        self._file = place_of(path).file
        self._closed = False
        self._writer = writer
        self._outside = Outside()
        self.trust = Trust(db, writer, renewal)
        """Whether this user trusts it, and with what."""

    @classmethod
    def create(cls, path: Path, name: str) -> Project:
        """A new, empty project file. Raises ProjectError when `path` is taken or can't be written."""
        if path.exists() or path.is_symlink():
            raise ProjectError("there is a file of that name already", where=str(path), hint="choose another name")
        make_private(path)
        try:
            with _errors(path), contextlib.closing(connect(path)) as db:
                fill(db, name)
            note(path, place_of(path).file)
            return cls.open(path)
        except ProjectError:
            path.unlink(missing_ok=True)
            raise

    @classmethod
    def open(cls, path: Path, *, keep_older: bool = True) -> Project:
        """Open an existing project file, to look at only where it can't be written.

        One of a newer version can only be looked at; of an older one a copy is kept before it is brought up to date,
        unless `keep_older` is False. Raises ProjectError when it is none, is damaged or can't be read, holds what no
        synterm puts there, or is of an older version and can't be written or kept.
        """
        header = check_project_file(path)
        return cls._of(open_file(path, header, keep_older=keep_older))

    @classmethod
    def look(cls, path: Path) -> Project:
        """Open a project file to read it only, beside whoever else has it open: for reading in another thread.

        Raises ProjectError as `open` does.
        """
        check_project_file(path)
        return cls._of(look_at_file(path))

    @classmethod
    def _of(cls, opened: OpenFile) -> Project:
        path, read_only = opened.path, opened.read_only
        project = cls(path, opened.db, Writer(path, read_only=read_only), read_only=read_only)
        project.notice = opened.notice
        return project

    @contextlib.contextmanager
    def beside(self) -> Generator[Project]:
        """The same for another thread: reads on a connection of its own, writes with this one's writer.

        Raises ProjectError.
        """
        with _errors(self.path):
            db = connect(self.path, read_only=True)
        try:
            yield Project(self.path, db, self._writer, read_only=self.read_only, renewal=self.trust.renewal)
        finally:
            db.conn.close()

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what waits and fold everything into the one file. Closing twice does nothing."""
        self._db.conn.close()
        self._writer.close()
        if not (self.read_only or self._closed):
            note(self.path, self._file)
        self._closed = True

    @cached_property
    def id(self) -> str:
        """The project's ULID."""
        return self._meta("id")

    @property
    def name(self) -> str:
        """What people call it."""
        return self._meta("name")

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The gates over all that a run evaluates."""
        with _errors(self.path):
            row = self._db.execute("SELECT value FROM meta WHERE key = 'gates'").fetchone()
        return read_gates(row[0], self.path) if row else ()

    def set_gates(self, gates: Sequence[Gate]) -> Future[None]:
        """Have these gates, and no others, over all that a run evaluates."""
        return self._writer.submit(put_gates(gates))

    @cached_property
    def nodes(self) -> NodeStore:
        """The behavior tree."""
        return NodeStore(self._db, self._writer, self.trust)

    @cached_property
    def cases(self) -> CaseStore:
        """The data points."""
        return CaseStore(self._db, self._writer)

    @cached_property
    def accepted(self) -> AcceptedStore:
        """The accepted cases, to compare other texts with."""
        return AcceptedStore(self._db, self._writer)

    @cached_property
    def imports(self) -> ImportStore:
        """Cases by the import that they came with."""
        return ImportStore(self._db, self._writer)

    @cached_property
    def generations(self) -> GenerationStore:
        """Cases that were made together, and what became of all that was made."""
        return GenerationStore(self._db, self._writer, self.cases)

    @cached_property
    def findings(self) -> FindingStore:
        """What looking into failures brought to light."""
        return FindingStore(self._db, self._writer)

    @cached_property
    def tunings(self) -> TuningStore:
        """Models that were trained, and trainings that run."""
        return TuningStore(self._db, self._writer)

    @cached_property
    def traffic(self) -> TrafficStore:
        """What the app was asked in production, and what it answered."""
        return TrafficStore(self._db, self._writer)

    @cached_property
    def inbox(self) -> InboxStore:
        """The same traffic counted, and by row number."""
        return InboxStore(self._db, self._writer)

    @cached_property
    def promotions(self) -> PromotionStore:
        """Cases that were made of traffic."""
        return PromotionStore(self._db, self._writer)

    @cached_property
    def logged(self) -> LoggedStore:
        """Traffic on its way through a run."""
        return LoggedStore(self._db, self._writer)

    @cached_property
    def prompts(self) -> PromptStore:
        """Prompts, their drafts and versions."""
        return PromptStore(self._db, self._writer, self.trust.renewal)

    @cached_property
    def models(self) -> ModelStore:
        """The models it names."""
        return ModelStore(self._db, self._writer, self.trust.renewal)

    @cached_property
    def documents(self) -> DocumentStore:
        """Texts that prompts take context from."""
        return DocumentStore(self._db, self._writer)

    @cached_property
    def responses(self) -> ResponseStore:
        """Every answer that was received: the cache."""
        return ResponseStore(self._db, self._writer)

    @cached_property
    def batches(self) -> BatchStore:
        """What was handed to providers' batch APIs."""
        return BatchStore(self._db, self._writer)

    @cached_property
    def grades(self) -> GradeStore:
        """Verdicts of checks that cost something."""
        return GradeStore(self._db, self._writer)

    @cached_property
    def contents(self) -> ContentStore:
        """Which cases have which content."""
        return ContentStore(self._db, self._writer)

    @cached_property
    def graded(self) -> GradedStore:
        """What checks found about answers that people judged."""
        return GradedStore(self._db, self._writer)

    @cached_property
    def reviews(self) -> ReviewStore:
        """What people said about answers."""
        return ReviewStore(self._db, self._writer)

    @cached_property
    def drafts(self) -> DraftStore:
        """Cases that wait for review, and what people decide about them."""
        return DraftStore(self._db, self._writer, self.cases)

    @cached_property
    def runs(self) -> RunStore:
        """Runs and their evaluations."""
        return RunStore(self._db, self._writer)

    @cached_property
    def pruning(self) -> PruningStore:
        """Removing runs that nobody will look at again."""
        return PruningStore(self._db, self._writer)

    @cached_property
    def baselines(self) -> BaselineStore:
        """Runs that are pinned under a name."""
        return BaselineStore(self._db, self._writer)

    @cached_property
    def comparing(self) -> Comparing:
        """Runs, read for comparisons."""
        return Comparing(self._db, self._writer)

    @cached_property
    def stubborn(self) -> StubbornStore:
        """Which cases keep failing."""
        return StubbornStore(self._db, self._writer)

    @cached_property
    def training(self) -> TrainingStore:
        """What recorded runs say of the answers to cases."""
        return TrainingStore(self._db, self._writer)

    @cached_property
    def trends(self) -> TrendStore:
        """How scenarios fared in the last runs."""
        return TrendStore(self._db, self._writer)

    @cached_property
    def coverage(self) -> CoverageStore:
        """How many of the cases recorded runs evaluated."""
        return CoverageStore(self._db, self._writer)

    @cached_property
    def spending(self) -> SpendingStore:
        """What was spent on each day, and what is reserved."""
        return SpendingStore(self._db, self._writer)

    @cached_property
    def whole(self) -> WholeStore:
        """All that it holds, to be written out."""
        return WholeStore(self._db, self._writer)

    @cached_property
    def arriving(self) -> ArrivingStore:
        """What was written out, put in again."""
        return ArrivingStore(self._db, self._writer)

    @property
    def version(self) -> int:
        """Another number once anyone wrote into the file; raises ProjectError while it is locked."""
        with _errors(self.path), in_a_hurry(self._db):
            return self._db.execute("PRAGMA data_version").fetchone()[0]

    def outside(self) -> Future[Marks | None]:
        """What others wrote since this was asked last; None when nobody did. What was written here is on disk then."""
        return self._writer.submit(self._outside.look)

    def marks(self) -> Future[Marks]:
        """What tells of changes, once all that was written here is on disk."""
        return self._writer.submit(self._outside.marks)

    @property
    def pending(self) -> int:
        """How many pieces of work are not on disk yet."""
        return self._writer.pending

    def _meta(self, key: str) -> str:
        with _errors(self.path):
            row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise damaged(f"the {key}", self.path)
        return row[0]


@contextlib.contextmanager
def _errors(path: Path) -> Generator[None]:
    try:
        yield
    except DatabaseError as error:
        raise project_error(error, path) from error
