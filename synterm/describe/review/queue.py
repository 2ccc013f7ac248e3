"""The queue of drafts: where one is, what was decided, and what was there before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from synterm.core.decision import Decision, Verdict
from synterm.describe.review.drafts import Draft

AHEAD = 12
"""So many drafts are at hand before they are looked at."""


@dataclass(frozen=True, slots=True)
class Done:
    """What can be taken back: one decision, about one draft or about several."""

    at: int
    before: Mapping[int, Draft | None]
    """What was known of the drafts, by row number."""
    verdicts: Mapping[int, Verdict | None]
    """What had been decided before it, in this sitting."""


class DraftQueue:
    """Drafts by row number. Knows nothing of where they are kept: `missing` says what to read, `take` takes it."""

    def __init__(self, keys: Sequence[int]) -> None:
        self.keys = keys
        self.at = 0
        """The place in `keys`; its length when the end is reached."""
        self.verdicts: dict[int, Verdict] = {}
        """What was decided in this sitting, by row number."""
        self._drafts: dict[int, Draft | None] = {}
        self._done: list[Done] = []
        self._counts: Counter[Verdict] = Counter()
        self._by_scenario: defaultdict[str, Counter[Verdict]] = defaultdict(Counter)

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def key(self) -> int | None:
        """The row number of the current draft; None at the end."""
        return self.keys[self.at] if self.at < len(self.keys) else None

    @property
    def current(self) -> Draft | None:
        """The current draft; None at the end, while it is not read yet, and where it is gone."""
        return None if self.key is None else self._drafts.get(self.key)

    @property
    def gone(self) -> bool:
        """Whether the current draft was removed by someone."""
        return self.key in self._drafts and self.current is None

    @property
    def counts(self) -> Counter[Verdict]:
        """How many were accepted and rejected in this sitting."""
        return self._counts.copy()

    def decided_in(self, scenario: str) -> Counter[Verdict]:
        """The same of the drafts of one scenario, of those that were read."""
        return self._by_scenario[scenario].copy()

    @property
    def open(self) -> list[int]:
        """The row numbers of those that nothing was decided about in this sitting."""
        return [key for key in self.keys if key not in self.verdicts]

    def draft(self, key: int) -> Draft | None:
        """A draft that was read."""
        return self._drafts.get(key)

    def missing(self, ahead: int = AHEAD) -> list[int]:
        """The row numbers of the drafts around the current one that are not read yet."""
        near = self.keys[max(self.at - 1, 0) : self.at + 1 + ahead]
        return [key for key in near if key not in self._drafts]

    def take(self, asked: Iterable[int], drafts: Iterable[Draft]) -> None:
        """Take in what was read; of what was asked for and is not there, it is known that it is gone."""
        self._drafts |= dict.fromkeys(asked)
        for draft in drafts:
            self._set(draft.key, draft, self.verdicts.get(draft.key))

    def step(self, by: int) -> None:
        """Go on, or back."""
        self.at = max(0, min(self.at + by, len(self.keys)))

    def go_to(self, at: int) -> None:
        """Go to a place."""
        self.at = max(0, min(at, len(self.keys)))

    def go_to_open(self) -> bool:
        """Go to the first that nothing was decided about; gives whether there is one."""
        at = next((at for at, key in enumerate(self.keys) if key not in self.verdicts), None)
        self.at = len(self.keys) if at is None else at
        return at is not None

    def decide(self, after: Draft, verdict: Verdict) -> None:
        """Something was decided about the current draft, which is now `after`: go on to the next that is open."""
        self._remember([after.key])
        self._set(after.key, after, verdict)
        rest = range(self.at + 1, len(self.keys))
        self.at = next((at for at in rest if self.keys[at] not in self.verdicts), len(self.keys))

    def decide_all(self, keys: Sequence[int], decision: Decision) -> None:
        """The same for several at once, by row number; the next is the first that is open."""
        self._remember(keys)
        for key in keys:
            draft = self._drafts.get(key)
            self._set(key, draft.after(decision) if draft else None, decision.verdict)
        self.go_to_open()

    def take_back(self) -> int:
        """Undo the last decision, and go back to its draft; gives how many drafts it was about, 0 without one."""
        if not self._done:
            return 0
        done = self._done.pop()
        for key, draft in done.before.items():
            self._set(key, draft, done.verdicts[key])
        self.at = done.at
        return len(done.before)

    def _remember(self, keys: Sequence[int]) -> None:
        before = {key: self._drafts.get(key) for key in keys}
        self._done.append(Done(self.at, before, {key: self.verdicts.get(key) for key in keys}))

    def _set(self, key: int, draft: Draft | None, verdict: Verdict | None) -> None:
        """What is known of a draft now, and what was decided; counted here, for there may be thousands."""
        self._count(key, -1)
        if draft is None:
            self._drafts.pop(key, None)
        else:
            self._drafts[key] = draft
        if verdict is None:
            self.verdicts.pop(key, None)
        else:
            self.verdicts[key] = verdict
        self._count(key, 1)

    def _count(self, key: int, by: int) -> None:
        draft, verdict = self._drafts.get(key), self.verdicts.get(key)
        if verdict is not None:
            self._counts[verdict] += by
            if draft is not None:
                self._by_scenario[draft.case.scenario_id][verdict] += by
