"""Writes schemas.md, the page on the documents that go in and come out: ``python docs/schemas.py``."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from from_code import cell, paragraphs
from model_tables import Model, about, linked, read, within, written

from synterm.cli.schema import READ, WRITTEN

PAGE = Path(__file__).parent / "schemas.md"
HEAD = """\
# Documents and their schemas

<!-- Made by docs/schemas.py from the documents themselves: change those. -->

`synterm schema NAME` prints the JSON Schema (2020-12) of a document: of what comes out with `--json`, and of what the
text forms may hold. Here are all of them, with what their fields mean.

```sh
synterm schema run > run.schema.json
```

- Standard output carries the document alone; what is told to people goes to standard error.
- Times are ISO 8601 in UTC. Costs are US dollars. A rate is a share of 0 to 1, `…_ci` its 95 % interval.
- What is not known is `null`.
- `schema` names the form and its version, such as `synterm.run/1`.
"""
USUAL = {
    "schema": "The name and version of this form.",
    "accuracy": "The share of labels that are right.",
    "agreement": "The share of verdicts on which both agree.",
    "baseline": "What it is held against.",
    "behavior": "The path of the behavior.",
    "broken": "Passed before, and fails now.",
    "cached": "Taken from the project file: nothing was sent.",
    "calls": "So many calls of the app.",
    "case_id": "The case.",
    "cases": "So many cases, or those themselves.",
    "content_id": "The hash of the case's content: its input and what is expected.",
    "cost_usd": "What it cost, in US dollars.",
    "count": "So many.",
    "created": "When it was made.",
    "ended": "When it ended; null while it runs.",
    "error": "What went wrong, in words.",
    "errors": "Evaluations without a verdict: a call failed, or a check could not judge.",
    "exit_code": "What the command ends with.",
    "expected": "What is expected of the answer.",
    "failed": "So many that failed.",
    "file": "The file.",
    "fixed": "Failed before, and passes now.",
    "git_commit": "The commit of the folder that it ran in, where there was one.",
    "hint": "What to do about it.",
    "id": "What it is called for ever: a ULID, or the hash of what it says.",
    "input": "The values of the case.",
    "label": "The label that was read from the answer.",
    "last": "When the last one was.",
    "latency_ms": "How long answers took, in milliseconds.",
    "level": "`feature`, `behavior` or `scenario`.",
    "masked": "What was struck out, by its kind.",
    "message": "What is told.",
    "model": "The name that the project gives the model.",
    "name": "Its name.",
    "note": "What was noted of it.",
    "outcome": "`ok`, or how the call ended otherwise.",
    "output": "The answer's text.",
    "p50": "Half of them took no longer.",
    "p95": "95 of 100 took no longer.",
    "p_adjusted": "The same, adjusted for how many were compared (Holm).",
    "p_value": "How likely a difference as large is by chance alone.",
    "pass_rate": "The share of verdicts that pass.",
    "pass_rate_ci": "Its 95 % interval.",
    "passed": "Whether it passed, or so many that did.",
    "path": "Where it stands: `Feature/Behavior/scenario`.",
    "precision": "The share of this label's answers that are right.",
    "project": "The project's name.",
    "prompt": "The prompt's name.",
    "rate_after": "The share that passes after.",
    "rate_before": "The share that passes before.",
    "reason": "Why, in words.",
    "recall": "The share of cases with this label that were found.",
    "repeat": "The number of the repetition, from 0.",
    "root_id": "The case at the start of its lineage: variations of one count once.",
    "rows": "So many rows.",
    "run_id": "The run.",
    "scenario_id": "The scenario.",
    "score": "From 0 to 1; null without a verdict.",
    "sha256": "The hash of the file.",
    "split": "What the case is for: `dev`, `holdout` or `train`.",
    "started": "When it began.",
    "status": "How it stands.",
    "tags": "The case's tags.",
    "tokens": "Tokens of prompts and answers.",
    "type": "Its kind.",
    "updated": "When it was changed last.",
    "variant": "A prompt version under a model: `router@v2 · smollm2`.",
    "variants": "One for each prompt version under a model.",
    "verdict": "The verdict, in words.",
    "version": "The prompt's version: `v2`, or `draft`.",
    "wall_s": "How long it took, in seconds.",
    "weight": "So many calls it stands for.",
    "who": "Who did it.",
    "why": "The reason, in words.",
}
"""What fields mean that say nothing themselves, and mean the same wherever they stand."""


def documents() -> dict[str, Model]:
    """All documents by the names that the command knows."""
    found: dict[str, Model] = {}
    for name, place in {**WRITTEN, **READ}.items():
        module, _, model = place.partition(":")
        found[name] = getattr(import_module(module), model)
    return found


def page() -> str:
    """The whole page, as Markdown."""
    every = documents()
    parts = {part: None for model in every.values() for part in within(model) if part not in every.values()}
    titles = {model: name for name, model in every.items()} | {part: part.__name__ for part in parts}
    links = linked(titles, ("Documents and their schemas", "What comes out", "What goes in"))
    lines = [HEAD, *_listed("What comes out", WRITTEN, every), *_listed("What goes in", READ, every)]
    for model, title in titles.items():
        table = read(model, links) if title in READ else written(model, links, USUAL)
        lines += [f"\n{'##' if title in every else '###'} {title}\n", *about(model), *table]
    return "\n".join((*lines, ""))


def _listed(title: str, names: dict[str, str], every: dict[str, Model]) -> Iterator[str]:
    yield f"## {title}\n\n| name | |\n| --- | --- |"
    yield from (f"| [`{name}`](#{name}) | {cell(paragraphs(every[name])[0])} |" for name in names)
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
