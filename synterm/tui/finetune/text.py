"""What a training set holds, as text to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from textual.content import Content

from synterm.core.case import Case, Split, input_text, value_text
from synterm.core.comparison import CompareReport
from synterm.core.prompt import Message
from synterm.core.training import BehaviorTraining, Refusal, TrainingAnswer, TrainingExample, TrainingReport
from synterm.core.tuning import Tuning
from synterm.reports.figures import dollars, percent, seconds
from synterm.text import one_line, plural, printable
from synterm.tui.finetune.reading import Counted
from synterm.tui.finetune.rows import GUARDS, losses_words
from synterm.tui.finetune.training import Training
from synterm.tui.generate.funnel import bar
from synterm.tui.screens.text import MUTED, facts, section

_LONGEST = 20_000
"""Characters of a message that are shown."""
_LABEL_BAR = 6
_BARS = "▁▂▃▄▅▆▇█"
_MORE = 10


def size_text(report: TrainingReport) -> Content:
    """How much there is: examples, parts, lineages, tokens."""
    train, watched = report.examples.get("train", 0), report.examples.get("validation", 0)
    roots = sum(report.roots.values())
    tokens = report.tokens.get("train", 0)
    first = Content.assemble(
        (f" {train:,}", "bold $text-success"),
        (" to train on", ""),
        (f"  +  {watched:,} to watch", MUTED),
        (f"  ·  {plural(roots, 'lineage')}", MUTED),
        (f"  ·  {plural(report.pairs, 'pair')}", MUTED),
    )
    refused = sum(report.refused.values())
    second = Content.assemble(
        (f" {tokens:,}", "bold"),
        (" tokens to train on", MUTED),
        *([("  ·  ", MUTED), (f"✗ {refused:,} refused", "$text-error")] if refused else []),
        (_left_words(report), MUTED),
    )
    return Content("\n").join([first, second])


def _left_words(report: TrainingReport) -> str:
    return "".join(f"  ·  {count:,} left out for {reason}" for reason, count in report.left_out.items() if count)


def headline(counted: Counted) -> str:
    """The same for the title line."""
    report = counted.report
    return f"{report.plan.prompt} · {plural(report.cases, 'case')} · {plural(len(counted.found.examples), 'example')}"


def labels_text(one: BehaviorTraining | TrainingReport, width: int) -> Content:
    """Labels with small bars: ``schedule ████ 40  clarify ▌ 5``."""
    most = max(one.labels.values(), default=0)
    parts: list[Content] = []
    room = width - _MORE
    for label, count in sorted(one.labels.items(), key=lambda pair: -pair[1]):
        bar = "█" * max(round(_LABEL_BAR * count / most), 1)
        part = Content.assemble((one_line(label, 20), ""), " ", (bar, "$primary"), (f" {count:,}   ", MUTED))
        room -= len(part)
        if room < 0:
            break
        parts.append(part)
    rest = len(one.labels) - len(parts)
    return Content("").join([Content(" "), *parts, Content.styled(f"+{rest} more", MUTED) if rest else Content("")])


def behavior_text(one: BehaviorTraining) -> Iterator[Content]:
    """All that is known of a behavior."""
    yield section(one.path)
    yield facts(
        (
            ("cases", f"{one.cases:,}"),
            ("examples", f"{one.examples:,}"),
            ("lineages", f"{one.roots:,}: variations of one seed are not so many data points"),
            ("right", _counts(one.positives)),
            ("wrong", f"{one.negatives:,}"),
            ("pairs", f"{one.pairs:,}"),
            ("hard", f"{one.hard:,} failed in more than half of their verdicts"),
            ("labels", _counts(one.labels)),
        )
    )


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {one_line(name, 40) or '(none)'}" for name, count in counts.items() if count) or "none"


def example_text(one: TrainingExample) -> Content:
    """An example: what is asked, what is to be learnt and to be avoided, and why."""
    return Content("\n").join(_example_lines(one))


def _example_lines(one: TrainingExample) -> Iterator[Content]:
    yield Content.styled(one_line(input_text(one.case.input), 600), "bold")
    yield Content.styled(_about(one), MUTED)
    for answer in one.positives:
        yield from _answer_lines("✓ learn", "$text-success", answer)
    for answer in one.negatives:
        yield from _answer_lines("✗ avoid", "$text-error", answer)
    yield Content("")
    yield Content.styled("the request", "bold $text-primary")
    yield from _messages(one.prompt)


def _about(one: TrainingExample) -> str:
    hard = "never evaluated" if one.difficulty is None else f"fails {percent(one.difficulty)} of its verdicts"
    kin = "" if one.case.root_id == one.case.id else f" · made from …{one.case.root_id[-8:]}"
    parts = [
        f"…{one.id[-8:]}{kin}",
        one.scenario,
        hard,
        f"{one.tokens:,} tokens",
        "to watch the training" if one.part == "validation" else "",
        f"phrasing {one.phrasing + 1}" if one.instruction else "",
    ]
    return " · ".join(one_line(part, 120) for part in parts if part)


def _answer_lines(mark: str, ink: str, answer: TrainingAnswer) -> Iterator[Content]:
    score = f" · score {answer.score:g}" if answer.score is not None else ""
    who = f" · {answer.variant or answer.model}" if answer.variant or answer.model else ""
    yield Content("")
    yield Content.assemble(
        (mark, f"bold {ink}"), (f"  {one_line(answer.reason, 200)} ({answer.source}{who}{score})", MUTED)
    )
    if len(answer.messages) == 1:
        yield Content(printable(answer.text[:_LONGEST]))
    else:
        yield from _messages(answer.messages)


def _messages(messages: Sequence[Message]) -> Iterator[Content]:
    for message in messages:
        yield Content.styled(message.role, "$text-accent")
        yield Content(printable(message.content[:_LONGEST]))


def refusal_text(one: Refusal) -> Content:
    """A refusal: what, by whom, why, and what it would leak."""
    leaks = [Content.styled(f"it would leak …{one.other[-8:]}: enter shows both", MUTED)] if one.other else []
    return Content("\n").join(
        [
            Content.styled(one_line(one.input, 600), "bold"),
            Content.styled(f"…{one.case_id[-8:]} · {one_line(one.behavior, 120)}", MUTED),
            Content.assemble((f"✗ {GUARDS[one.guard]}", "bold $text-error"), f"  {printable(one.reason)}"),
            *leaks,
        ]
    )


def leak_parts(one: Refusal, cases: Sequence[Case]) -> Iterator[Content]:
    """A refusal with all of the cases that it is about."""
    yield Content.assemble((f"✗ {GUARDS[one.guard]}", "bold $text-error"), f"  {printable(one.reason)}")
    known = {case.id: case for case in cases}
    for title, case_id in (("What was to be learnt", one.case_id), ("What it would leak", one.other)):
        if not case_id:
            continue
        case = known.get(case_id)
        yield section(title, case_id)
        if case is None:
            yield Content.styled("the project does not have this case any more", MUTED)
            continue
        yield facts(
            (
                ("split", case.split),
                ("lineage", case.root_id if case.root_id != case.id else "its own"),
                ("expects", value_text(case.expected) or "–"),
            )
        )
        yield Content("")
        yield Content(printable(input_text(case.input)[:_LONGEST]))


def guards_text(refused: Mapping[str, int], chosen: str | None) -> Content:
    """How many each guard refused; the `chosen` one is shown alone."""
    if not refused:
        return Content.styled(" nothing is refused", "$text-success")
    parts = [
        Content.styled(f"{count:,} {GUARDS.get(name, name)}", "bold $text-primary" if name == chosen else MUTED)  # pyright: ignore[reportArgumentType, reportCallIssue]
        for name, count in refused.items()
        if count
    ]
    return Content(" ") + Content("  ·  ").join(parts)


def nothing_text(report: TrainingReport) -> Content:
    """Why there is nothing to learn, and what to do about it."""
    splits: Mapping[Split, int] = report.splits
    dev, train = splits.get("dev", 0), splits.get("train", 0)
    if train:
        return _lines(
            ("Nothing of this can be learnt.", "bold"),
            (f"{plural(report.cases, 'case')} of the split train fit the plan: see what is refused below.", ""),
            ("Less in the plan lets more in: f goes to it.", MUTED),
        )
    if dev:
        return _lines(
            ("No cases to learn from yet.", "bold"),
            (f"{plural(dev, 'accepted case')} of dev, {splits.get('holdout', 0):,} of holdout, none of train.", ""),
            ("", ""),
            ("a  sets some lineages of dev aside to learn from", "bold $text-accent"),
            ("   They leave dev, with all that was made from them:", MUTED),
            ("   what is learnt is never evaluated.", MUTED),
        )
    return _lines(
        ("No cases to learn from yet.", "bold"),
        ("There is no accepted case of dev that could be set aside.", ""),
        ("Q in the workbench reviews drafts, I imports cases, g generates some.", MUTED),
    )


def _lines(*lines: tuple[str, str]) -> Content:
    return Content("\n").join(Content.styled(words, style) if style else Content(words) for words, style in lines)


def tuning_text(one: Tuning) -> Content:
    """All that is known of a tuning."""
    took = [("processor", seconds(one.cpu_s))] if one.cpu_s is not None else []
    cost = [("cost", dollars(one.cost_usd))] if one.cost_usd is not None else []
    loss = [("loss", losses_words(one))] if one.losses else []
    error = [("error", one.error)] if one.error else []
    found: list[tuple[str, object]] = [
        ("status", one.status),
        ("model", one.model_name or "–"),
        ("result", one.result or "–"),
        ("tuned", f"{one.base} by {one.trainer}, {one.method}"),
        ("asked with", one.prompt),
        ("rows", f"{one.rows:,} of {plural(len(one.root_ids), 'lineage')}"),
        *loss,
        *took,
        *cost,
        *error,
        ("settings", " ".join(f"{name}={value}" for name, value in one.settings.items()) or "–"),
        ("set", one.set_sha256[:16]),
        ("started", f"{one.started} {one.who}"),
    ]
    return facts(found)


def training_text(training: Training, width: int) -> Content:
    """How far a training is: a bar, words, and the losses."""
    if not training.running:
        ink = "$text-success" if training.tuning and not training.problem else "$text-error"
        mark = "✓" if training.tuning else "–" if training.stopped else "✗"
        return Content.assemble((f" {mark} {one_line(training.ended, 400)}", ink))
    room = max(width // 3, 10)
    filled = bar(training.done, training.steps, room) if training.steps else ""
    losses = [loss for _, loss in training.losses]
    return Content("\n").join(
        [
            Content.assemble(" ", (f"{filled:<{room}}", "$primary"), f"  {one_line(training.words, 200)}"),
            Content.assemble((f" {seconds(training.elapsed_s)}  ", MUTED), (sparkline(losses, room), "$text-accent")),
        ]
    )


def sparkline(values: Sequence[float], width: int) -> str:
    """The course of some figures in at most `width` cells."""
    if not values:
        return ""
    step = max(len(values) / width, 1)
    shown = [values[min(int(at * step), len(values) - 1)] for at in range(min(width, len(values)))]
    low, high = min(shown), max(shown)
    return "".join(_BARS[round((value - low) / (high - low) * 7) if high > low else 0] for value in shown)


def duel_lines(duels: Sequence[tuple[str, CompareReport]]) -> list[Content]:
    """How a tuned model stands on holdout, a line against each."""
    return [line for words, report in duels for line in _duel(words, report)]


def _duel(words: str, report: CompareReport) -> Iterator[Content]:
    for one in report.comparisons:
        passes = one.whole.passes
        ink = {"better": "$text-success", "worse": "$text-error"}.get(passes.verdict, "$text-warning")
        yield Content.assemble(
            (f"{passes.verdict}", f"bold {ink}"),
            f"  {percent(passes.rate_before)} → {percent(passes.rate_after)} of {plural(passes.compared, 'case')}",
            (f"  {words}; enter shows it", MUTED),
        )
