"""From a training set to a tuned model of the project: its rows written, the adapter trained and kept."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from synterm.core.ids import new_id
from synterm.core.manifest import ExportOptions, Manifest
from synterm.core.model import DEFAULT_EMBEDDED
from synterm.core.training import Part, TrainingSet
from synterm.core.tuning import Tuning
from synterm.errors import SyntermError
from synterm.evaluate.provenance import who
from synterm.finetune.export import export
from synterm.finetune.train.job import Finished, Step, TrainEvent, TrainJob, TrainSettings, Validated
from synterm.finetune.train.run import TrainingError, Watch, train
from synterm.providers import adapters, weights
from synterm.storage.project import Project

FORMATS = {"sft": "trl-prompt-completion", "dpo": "trl-dpo", "kto": "trl-kto"}
"""In which rows are written for a method."""


class LocalTuning:
    """A tuning of the embedded model on this machine. Use it in a ``with``: its files lie in a private folder."""

    def __init__(self, project: Project, chosen: TrainingSet, settings: TrainSettings, prompt: str) -> None:
        """Writes the rows. `prompt`: the version that the tuned model is to be asked with.

        Raises UsageError where the set has no rows for the method.
        """
        self._project = project
        self._chosen = chosen
        self._settings = settings
        self._prompt = prompt
        self._place = tempfile.TemporaryDirectory(prefix="synterm-training-", ignore_cleanup_errors=True)
        self._losses: list[tuple[int, float]] = []
        self._validation: list[tuple[int, float]] = []
        self._began = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            options = ExportOptions(epochs=settings.epochs)
            self.manifest: Manifest = export(project, chosen, FORMATS[settings.method], self._folder, options)
        except BaseException:
            self._place.cleanup()
            raise

    def __enter__(self) -> LocalTuning:
        return self

    def __exit__(self, *_error: object) -> None:
        self._place.cleanup()

    @property
    def rows(self) -> int:
        """That are trained on."""
        return self.manifest.rows["train"]

    @property
    def estimate_s(self) -> float:
        """About how long it takes, in processor seconds, by what a processor of 2023 took."""
        return estimate_s(self._settings, self.rows, self.manifest.tokens["train"])

    async def make(self, watch: Watch, model_name: str) -> Tuning:
        """Train; the adapter is kept, and so is the tuning, in the project file.

        Raises ModelError; TrainingError where it can't be trained, which the project file remembers. Cancelled, it
        leaves nothing.
        """
        path = self._folder.parent / "adapter.gguf"
        try:
            done = await train(self._job(path), lambda event: self._take(event, watch))
        except TrainingError as error:
            self._keep(self._tuning(status="failed", error=str(error)))
            raise
        try:
            sha256, _ = adapters.install(path)
        except SyntermError as error:
            raise TrainingError(f"the trained adapter can't be kept: {error}", hint=error.hint) from error
        tuning = self._done(done, sha256, model_name)
        self._keep(tuning)
        return tuning

    def _keep(self, tuning: Tuning) -> None:
        self._project.tunings.put(tuning).result()

    def _job(self, adapter: Path) -> TrainJob:
        path = weights.find()
        assert path is not None, "weights are fetched before"
        work = self._folder.parent / "work"
        work.mkdir()
        kto = self.manifest.kto
        return TrainJob(
            weights=str(path),
            train=self._file("train") or "",
            validation=self._file("validation"),
            adapter=str(adapter),
            work=str(work),
            settings=self._settings,
            right_weight=kto.desirable if kto else 1.0,
            wrong_weight=kto.undesirable if kto else 1.0,
        )

    def _file(self, part: Part) -> str | None:
        names = [one.name for one in self.manifest.data if one.part == part]
        return str(self._folder / names[0]) if names else None

    @property
    def _folder(self) -> Path:
        return Path(self._place.name) / "rows"

    def _take(self, event: TrainEvent, watch: Watch) -> None:
        if isinstance(event, Step):
            self._losses.append((event.step, event.loss))
        elif isinstance(event, Validated):
            self._validation.append((event.step, event.loss))
        watch(event)

    def _done(self, done: Finished, sha256: str, model_name: str) -> Tuning:
        return self._tuning(
            status="done",
            model_name=model_name,
            result=adapters.model_string(sha256),
            adapter_sha256=sha256,
            cpu_s=round(done.cpu_s, 1),
            tokens=done.tokens,
            settings=self._settings.model_dump() | {"kept_step": done.kept_step, "versions": done.versions},
        )

    def _tuning(self, **told: object) -> Tuning:
        roots = sorted({one.case.root_id for one in self._chosen.examples})
        return Tuning.model_validate(
            {
                "id": new_id(),
                "trainer": "local",
                "base": DEFAULT_EMBEDDED,
                "method": self._settings.method,
                "prompt": self._prompt,
                "settings": self._settings.model_dump(),
                "set_sha256": self.manifest.sha256,
                "rows": self.rows,
                "root_ids": roots,
                "losses": self._losses,
                "validation_losses": self._validation,
                "who": who(),
                "started": self._began,
                **told,
            }
        )


_LOAD_S, _STEP_S, _TOKENS_A_S = 25.0, 0.9, 250.0
_TIMES = {"sft": 1.0, "dpo": 3.0, "kto": 2.5}
"""What a row of a method costs, beside one of ``sft``: an answer more, and what the untuned model thinks of each."""


def estimate_s(settings: TrainSettings, rows: int, tokens: int) -> float:
    """About how many processor seconds a training takes: loading, each step, each token."""
    steps = settings.epochs * -(-rows // settings.batch)
    return _LOAD_S + _TIMES[settings.method] * (steps * _STEP_S + settings.epochs * tokens / _TOKENS_A_S)
