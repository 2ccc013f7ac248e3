"""The README of an export: a dataset card, as Hugging Face reads it, and people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from synterm.core.manifest import DataFile, Manifest, Method
from synterm.core.training import TrainingExample
from synterm.finetune.formats.base import Format, Made
from synterm.formats.yaml_text import yaml_text
from synterm.reports.github.markdown import span
from synterm.text import one_line, plural

_SIZES = [(1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")]
_FOR: dict[Method, str] = {
    "sft": "right answers to learn",
    "dpo": "pairs of a right and a wrong answer",
    "kto": "answers, each judged right or wrong",
    "grpo": "requests to answer, with what is expected",
}
_RIGHT = {
    "human": "judged right by people",
    "expected": "expected by the case word for word",
    "passed": "recorded answers of models that passed all checks",
}
_WRONG = {"human": "judged wrong by people", "failed": "recorded answers of models that failed the checks"}


def card(manifest: Manifest, form: Format, made: Made) -> str:
    """The whole text; nothing of the rows is quoted in it, and nobody is named."""
    parts = (
        f"---\n{yaml_text(_metadata(manifest))}---",
        f"# {_plain(manifest.project.name)}: a training set",
        _intent(manifest, form),
        "## Files\n\n" + _files(made.data),
        "## Behaviors\n\nOf the set that the rows are made of.\n\n" + _behaviors(made.chosen.examples),
        "## Where the answers come from\n\n" + _answers(manifest),
        "## What is not in it\n\n" + _left_out(manifest),
        "## Lineage, and how sure it is\n\n" + _lineage(manifest),
        *_weights(manifest),
        "## Train with it\n\n" + _train(manifest, form, made),
        "## Terms\n\n" + _terms(manifest),
    )
    return "\n\n".join(parts) + "\n"


def _metadata(manifest: Manifest) -> dict[str, object]:
    methods: list[Method] = list(dict.fromkeys(file.method for file in manifest.data))
    size = sum(manifest.rows.values())
    return {
        "pretty_name": f"{one_line(manifest.project.name, 100)}: a training set",
        **({"license": manifest.options.license} if manifest.options.license else {}),
        "task_categories": ["text-generation"],
        "size_categories": [next((name for most, name in _SIZES if size < most), "n>1M")],
        "tags": ["synthetic", "synterm", *methods],
        "configs": [_config(manifest.data, method, only=len(methods) == 1) for method in methods],
    }


def _config(data: Sequence[DataFile], method: Method, *, only: bool) -> dict[str, object]:
    files = [file for file in data if file.method == method]
    return {
        "config_name": "default" if only else method,
        # `datasets` keeps what it loaded by what is said here: without it, a later export into a folder of the same
        # name would give the rows of the one before.
        "description": f"sha256 {' '.join(file.sha256[:16] for file in files)}",
        "data_files": [{"split": file.part, "path": file.name} for file in files],
    }


def _intent(manifest: Manifest, form: Format) -> str:
    short = " The prompt's system messages and examples are replaced by short instructions."
    return (
        f"Made by synterm {manifest.synterm} of the project {span(manifest.project.name)}: it teaches a model to "
        f"answer as the prompt {span(manifest.prompt.name)} asks for, and is for tuning, not for evaluating."
        f"{short if manifest.plan.instructions else ''} It has the layout of {span(form.name)} for {form.reader}: "
        f"{form.title.partition(':')[0]}."
    )


def _files(data: Sequence[DataFile]) -> str:
    rows = [
        (span(file.name), file.part, _FOR[file.method], f"{file.rows:,}", f"{file.tokens:,}", span(file.sha256[:12]))
        for file in data
    ]
    return (
        _table(("file", "part", "rows are", "rows", "tokens", "sha256"), rows)
        + "\n\nTokens are those of the request and the longest answer to it (o200k_base). `lineage.jsonl` says of each "
        "row which case it is made of, and why its answers are right or wrong; `manifest.json` has every count and "
        "checksum."
    )


def _behaviors(examples: Sequence[TrainingExample]) -> str:
    grouped: dict[str, list[TrainingExample]] = {}
    for example in examples:
        grouped.setdefault(example.behavior, []).append(example)
    rows = [
        (
            span(path),
            f"{len(found):,}",
            f"{len({one.case.root_id for one in found}):,}",
            f"{sum(len(one.positives) for one in found):,}",
            f"{sum(len(one.negatives) for one in found):,}",
            ", ".join(f"{span(label)} {count:,}" for label, count in _labels(found)),
        )
        for path, found in sorted(grouped.items())
    ]
    return _table(("behavior", "examples", "independent", "right answers", "wrong answers", "labels"), rows)


def _labels(examples: Iterable[TrainingExample]) -> list[tuple[str, int]]:
    counts = Counter(example.label for example in examples if example.label)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _answers(manifest: Manifest) -> str:
    counts, plan = manifest.counts, manifest.plan
    lines = [f"- right: {count:,} {_RIGHT.get(source, source)}" for source, count in counts.right.items()]
    lines += [f"- wrong: {count:,} {_WRONG.get(source, source)}" for source, count in counts.wrong.items()]
    if "passed" in counts.right:
        lines.append(f"- an answer that passed was taken from a score of {plan.min_score:g} on")
    if manifest.models:
        lines.append(f"- models that answered: {', '.join(span(name) for name in manifest.models)}")
    return "\n".join(lines)


def _left_out(manifest: Manifest) -> str:
    refused = [f"- refused by the guard {span(guard)}: {count:,}" for guard, count in manifest.counts.refused.items()]
    left = [f"- left out for {span(reason)}: {count:,}" for reason, count in manifest.left_out.items()]
    held = [f"- not to be held by the format, {one_line(why)}: {count:,}" for why, count in manifest.not_held.items()]
    return "\n".join(refused + left + held) or "Nothing was refused or left out."


def _lineage(manifest: Manifest) -> str:
    roots = manifest.counts.roots
    return (
        f"Every row descends from a case that was set aside for training. The part `train` has "
        f"{plural(roots['train'], 'independent lineage')}, `validation` {roots['validation']:,} others: no lineage is "
        "in both. Cases of the splits that evaluate, their descendants, and cases whose wording is at least "
        f"{manifest.plan.near:.0%} alike one of them were refused. What says the same in other words may have passed: "
        "judge the tuned model on the project's holdout, not on these rows."
    )


def _weights(manifest: Manifest) -> Iterator[str]:
    weights = manifest.kto
    if weights is None:
        return
    share = weights.desirable * weights.right / (weights.undesirable * weights.wrong)
    yield (
        "## KTO weights\n\n"
        f"There are {plural(weights.right, 'row')} of right and {weights.wrong:,} of wrong answers to train on. With "
        f"`desirable_weight` {weights.desirable:g} and `undesirable_weight` {weights.undesirable:g} they weigh "
        f"{share:.2f} : 1; between 1 : 1 and 4 : 3 is what KTO asks for."
    )


def _train(manifest: Manifest, form: Format, made: Made) -> str:
    told = "".join(f"\n\n**Note:** {one_line(warning)}." for warning in manifest.warnings)
    cost = manifest.cost
    words = f" The cost is {cost.words}."
    if cost.usd is None:
        words = f" {plural(cost.epochs, 'epoch')} are {cost.tokens:,} tokens; the cost is {cost.words}."
    return form.how_to_train(made) + "\n\nThe commands run in this folder." + words + told


def _terms(manifest: Manifest) -> str:
    stated = manifest.options.license
    begin = f"Licence: {span(stated)}." if stated else "No licence is stated; without one, others may not use it."
    if not manifest.models:
        return begin
    return (
        f"{begin} Answers that models gave are under the terms of their providers, some of which do not allow to train "
        "other models on them: check those of every model named above."
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    # In a cell, also within code, a bar ends it unless it is escaped.
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _plain(text: str) -> str:
    """A text in a heading, in which nothing is markup."""
    return span(text, 100)
