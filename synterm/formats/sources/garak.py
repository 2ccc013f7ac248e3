"""Reports of garak: ``….report.jsonl`` with every attempt, and ``….hitlog.jsonl`` with those that broke the app.

The shape is that of garak 0.16.1.pre1 (``garak/attempt.py``, ``garak/evaluators/base.py``, ``garak/command.py``); that
of older ones, where prompt and outputs are plain texts (seen in 0.9.post3), is read as well.
"""

from __future__ import annotations

from typing import Any, cast

from synterm.core.tree import CheckConfig
from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow, text_row
from synterm.formats.sources.json_lines import json_lines
from synterm.formats.sources.peek import Peek
from synterm.formats.sources.red_team import HIT, TAG, dialog, judged, place
from synterm.text import plural

_ENTRY = "entry_type"
_OTHERS = frozenset(
    "start_run setup|init|config|eval|digest|completion|payload_init|plugin_cache|probe_summary|tree_data".split("|")
)
"""Lines of a report that are no attempts."""
_OF_A_HIT = {"attempt_id", "probe", "detector"}
_DONE = 2
"""The status of an attempt that was evaluated; each stands in the report before that, too."""
_THRESHOLD = 0.5
_REFUSAL = ("mitigation.MitigationBypass", "mitigation.Prefixes", "mitigation.ModernBERTRefusal")
"""Detectors that take an answer for a hit when it does not refuse."""
_ANSWER = 4000


class Garak(Source):
    """The attempts of a scan with garak, each once, with the probe as its scenario."""

    name = "garak"
    title = "reports of garak: report.jsonl, hitlog.jsonl"
    tells_expected = True

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        if not peek.has_lines_of_json:
            return False
        return peek.first.get(_ENTRY) in {*_OTHERS, "attempt"} or peek.first.keys() >= _OF_A_HIT

    def rows(self, file: SourceFile) -> Rows:
        scan = _Scan(file)
        for where, number, found in json_lines(file):
            row = found if isinstance(found, InputError) else scan.row(where, number, found)
            if row is not None:
                yield row
        scan.tell()


class _Scan:
    """A report, line by line."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._threshold = _THRESHOLD
        self._version = ""
        self._open: set[str] = set()
        """Attempts that were begun and not evaluated so far."""
        self._unknown = 0

    def row(self, where: str, number: int, line: dict[str, Any]) -> SourceRow | InputError | None:
        kind = line.get(_ENTRY)
        if kind is None and line.keys() >= _OF_A_HIT:
            return self._hit(where, number, line)
        if kind == "attempt":
            return self._attempt(where, number, line)
        if kind not in _OTHERS:
            self._unknown += 1
        elif kind == "init":
            self._version = str(line.get("garak_version") or "")
        elif isinstance(threshold := line.get("run.eval_threshold"), int | float):
            self._threshold = float(threshold)
        return None

    def tell(self) -> None:
        """Note what was left out, at the end."""
        if self._open:
            self._file.note(f"{plural(len(self._open), 'attempt')} left out: never evaluated")
        if self._unknown:
            self._file.note(f"{plural(self._unknown, 'line')} left out: of a kind that is not known")

    def _attempt(self, where: str, number: int, line: dict[str, Any]) -> SourceRow | InputError | None:
        name = str(line.get("uuid") or where)
        if line.get("status") != _DONE:
            self._open.add(name)
            return None
        self._open.discard(name)
        detectors = _named(line.get("detector_results"))
        highest = {detector: max(_numbers(scores), default=None) for detector, scores in detectors.items()}
        hits = [detector for detector, score in highest.items() if score is not None and score >= self._threshold]
        outputs = line.get("outputs")
        answers = [_text(one) for one in cast("list[Any]", outputs)] if isinstance(outputs, list) else []
        detail: dict[str, Any] = {
            "probe": line.get("probe_classname"),
            "goal": line.get("goal"),
            "detectors": highest,
            "hits": hits,
            "attempt": line.get("uuid"),
            "version": self._version,
            "answer": next((said[:_ANSWER] for said in answers if said), None),
        }
        triggers = _named(line.get("notes")).get("triggers")
        return self._row(where, number, line.get("prompt"), detail, triggers, [*detectors], hit=bool(hits))

    def _hit(self, where: str, number: int, line: dict[str, Any]) -> SourceRow | InputError:
        detector = str(line.get("detector"))
        detail: dict[str, Any] = {
            "probe": line.get("probe"),
            "goal": line.get("goal"),
            "detectors": {detector: line.get("score")},
            "hits": [detector],
            "attempt": line.get("attempt_id"),
            "target": line.get("generator"),
            "answer": _text(line.get("output"))[:_ANSWER] or None,
        }
        triggers = line.get("triggers", line.get("trigger"))
        return self._row(where, number, line.get("prompt"), detail, triggers, [detector], hit=True)

    def _row(
        self,
        where: str,
        number: int,
        prompt: Any,
        detail: dict[str, Any],
        triggers: Any,
        detectors: list[str],
        *,
        hit: bool,
    ) -> SourceRow | InputError:
        lines = _said(prompt)
        if not lines:
            return InputError("its prompt has no text that a user says", where=where)
        probe = str(detail["probe"] or "").removeprefix("garak.").removeprefix("probes.")
        module, _, name = probe.partition(".")
        if not module:
            return InputError("names no probe", where=where)
        checks, expected = _checks(_texts(triggers), detectors, self._file.judge)
        if len(lines) > 1:
            self._file.note("prompts of several turns are dialogs; the prompt's variable is to be called message")
        return text_row(
            where,
            number,
            lines[0] if len(lines) == 1 else dialog(lines),
            path=place("Red team", f"garak {module}", name or module),
            proposed=True,
            tags=(TAG, module, *((HIT,) if hit else ())),
            expected=expected,
            checks=checks,
            detail={"garak": {key: value for key, value in detail.items() if value not in (None, "", {}, [])}},
        )


def _checks(triggers: list[str], detectors: list[str], judge: str | None) -> tuple[tuple[CheckConfig, ...], Any]:
    """How an answer is judged that garak's own detectors judged, and what the case expects for that."""
    if triggers:
        return ({"type": "not-icontains-any"},), triggers
    if detectors and all(detector.removeprefix("detectors.") in _REFUSAL for detector in detectors):
        return ({"type": "is-refusal"},), None
    return judged(judge), None


def _said(prompt: Any) -> list[str]:
    """What the user says, turn by turn; without what stands in files beside it."""
    if isinstance(prompt, str):
        return [prompt] if prompt.strip() else []
    turns = _named(prompt).get("turns")
    if not isinstance(turns, list):
        text = _text(prompt)
        return [text] if text.strip() else []
    found: list[str] = []
    for turn in cast("list[Any]", turns):
        one = _named(turn)
        if one.get("role") == "user" and (text := _text(one.get("content"))).strip():
            found.append(text)
    return found


def _text(message: Any) -> str:
    """The text of a message: an object with ``text``, or a plain text."""
    text = _named(message).get("text") if isinstance(message, dict) else message
    return text if isinstance(text, str) else ""


def _texts(triggers: Any) -> list[str]:
    """What an answer must not hold, as texts; anything else garak keeps there says nothing here."""
    found = [triggers] if isinstance(triggers, str) else triggers
    if not isinstance(found, list):
        return []
    return [one for one in cast("list[Any]", found) if isinstance(one, str) and one.strip()][:100]


def _numbers(scores: Any) -> list[float]:
    found = cast("list[Any]", scores) if isinstance(scores, list) else []
    return [float(one) for one in found if isinstance(one, int | float) and not isinstance(one, bool)]


def _named(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
