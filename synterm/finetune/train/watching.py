"""Told by the trainer how far it is: progress to the parent, and the adapter kept as it was when it was best."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from synterm.finetune.train.job import Step, TrainEvent, Validated
from synterm.finetune.train.libraries import library


class Best:
    """The adapter's numbers after the epoch with the lowest loss on the validation part."""

    def __init__(self, patience: int) -> None:
        self.loss: float | None = None
        self.step = 0
        self._patience = patience
        self._worse = 0
        self._kept: dict[str, Any] = {}

    def take(self, model: Any, loss: float, step: int) -> bool:
        """Look at the loss; keep the adapter and say True when it is the lowest yet."""
        if self.loss is not None and not loss < self.loss:
            self._worse += 1
            return False
        self.loss, self.step, self._worse = loss, step, 0
        self._kept = {name: value.detach().clone() for name, value in _learnt(model)}
        return True

    @property
    def hopeless(self) -> bool:
        """Whether it was worse so often in a row that going on is in vain."""
        return self._worse >= self._patience

    def restore(self, model: Any) -> None:
        """Put back what was kept, if anything was."""
        for name, value in _learnt(model):
            if name in self._kept:
                value.data.copy_(self._kept[name])


def _learnt(model: Any) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in model.named_parameters() if value.requires_grad]


def watcher(tell: Callable[[TrainEvent], None], best: Best) -> Any:
    """A callback for transformers' trainer. Made here, for its base class comes with a heavy library."""

    class Watcher(library("transformers").TrainerCallback):
        def __init__(self) -> None:
            self._began = 0.0

        def on_train_begin(self, args: Any, state: Any, control: Any, **_rest: Any) -> None:
            self._began = time.monotonic()

        def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **_rest: Any) -> None:
            if "loss" in logs:
                done, steps = state.global_step, state.max_steps
                left = (time.monotonic() - self._began) / max(done, 1) * (steps - done)
                tell(Step(step=done, steps=steps, loss=logs["loss"], left_s=left))

        def on_evaluate(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
            loss = rest["metrics"]["eval_loss"]
            is_best = best.take(rest["model"], loss, state.global_step)
            tell(Validated(step=state.global_step, epoch=round(state.epoch, 3), loss=loss, best=is_best))
            control.should_training_stop = control.should_training_stop or best.hopeless

    return Watcher()
