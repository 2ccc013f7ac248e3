"""What each table and column of a project file is for, beside the steps that make them: those, once released, never
change, not even by a comment. docs/file-schema.md is made of this; a test holds that no column is missing.

JSON columns hold what the models of `synterm.core` write. Ids are ULIDs in text, or SHA-256: hex in text, as they are
in blobs. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

from typing import NamedTuple


class Table(NamedTuple):
    """A table in words."""

    about: str
    columns: dict[str, str]
    """What each column holds, by its name."""


UPDATED = "When it was changed last"

TABLES: dict[str, Table] = {
    "meta": Table(
        "What is said of the project as a whole: `id`, `name`, `created`, `gates` over all that a run evaluates.",
        {"key": "What it is", "value": "Text, or JSON for gates"},
    ),
    "nodes": Table(
        "The tree: features, behaviors, scenarios.",
        {
            "id": "A ULID",
            "parent_id": "The node above; none for a feature",
            "level": "`feature`, `behavior` or `scenario`",
            "name": "Unlike those of its siblings",
            "description": "What is to be shown, in words",
            "position": "Its place among its siblings",
            "checks": "JSON: a list of checks, each a type and its fields; they hold for all below",
            "gates": "JSON: a list of gates",
            "updated": UPDATED,
        },
    ),
    "contents": Table(
        "What is evaluated of a case. Rows never change: a case that is edited points to another one.",
        {
            "id": "The hash of the two, hex",
            "input": "JSON: named values",
            "expected": "JSON: what is expected, `null` for nothing",
        },
    ),
    "cases": Table(
        "Cases, and where each belongs.",
        {
            "pk": "The order in which cases were added",
            "id": "A ULID",
            "scenario_id": "Its scenario",
            "content_id": "What is evaluated",
            "tags": "JSON: a list of words",
            "split": "`dev` to work on, `holdout` to be kept from what learns, `train` to learn from",
            "status": "`accepted`, `draft` or `rejected`; only accepted ones are evaluated",
            "origin": "JSON: made by hand, imported, generated …, of which case, and the details",
            "root_id": "The case at the start of its lineage; itself for one that was made of none",
            "updated": UPDATED,
        },
    ),
    "prompt_bodies": Table(
        "What prompts say. Rows never change.",
        {"id": "The hash of the body, hex", "body": "JSON: messages, examples, parameters"},
    ),
    "prompts": Table(
        "Prompts, with what is being typed.",
        {
            "id": "A ULID",
            "name": "What it is called",
            "draft": "JSON: the body as it is being typed, on disk with each key",
            "draft_examples": "The text of its examples while that is not yet examples",
            "updated": UPDATED,
            "draft_params": "The text of its parameters while that is not yet parameters",
        },
    ),
    "prompt_versions": Table(
        "Versions that were kept. What one says never changes.",
        {
            "prompt_id": "The prompt",
            "number": "1 for the first",
            "body_id": "What it says",
            "note": "What it is about, in its author's words",
            "created": "When it was kept",
            "pinned": "1: it keeps its column in the workbench",
        },
    ),
    "models": Table(
        "Models that prompts are held against. No key is ever in it: only the name of its environment variable.",
        {
            "id": "A ULID",
            "name": "What it is called",
            "spec": "JSON: the model's string, parameters, endpoint",
            "updated": UPDATED,
        },
    ),
    "responses": Table(
        "Every answer that was received. Rows are only added; the cache serves the last good one of a key.",
        {
            "pk": "The order of their arrival",
            "key": "The hash of the request",
            "body_id": "The prompt's body that was asked with",
            "content_id": "The content that was asked about",
            "model": "The model's string",
            "outcome": "`complete`, `truncated`, `refused`, or how the call ended otherwise",
            "text": "The answer's text",
            "finish_reason": "Why it ended, in the provider's word",
            "prompt_tokens": "As the provider counted; none where it did not",
            "completion_tokens": "The same of the answer",
            "cost_usd": "US dollars; none where no price is known",
            "latency_ms": "From the request to the end of the answer; none in a batch",
            "first_token_ms": "From the request to the first token, where the answer was streamed",
            "error": "What went wrong, in words, keys struck out",
            "raw": "The response as it came, before it was read; keys struck out",
            "created": "When it was received",
            "recipe_id": "The recipe that it was asked by",
            "shortcut": "16 bytes of recipe, content and repetition: found without rendering the prompt",
            "attempts": "How often it was sent",
            "batch_id": "The batch that it came in",
        },
    ),
    "recipes": Table(
        "All that decides an answer but the case.",
        {"id": "The hash of the body", "body": "JSON: rendering, prompt, model, endpoint, parameters, labels …"},
    ),
    "runs": Table(
        "Recorded runs.",
        {
            "id": "A ULID",
            "started": "When it began",
            "ended": "When it ended; none while it runs, or was killed",
            "status": "`running`, `complete`, `incomplete` or `interrupted`",
            "who": "Who ran it: the login name",
            "git_commit": "The commit of the folder that it ran in",
            "config": "JSON: what was run, and how",
            "totals": "JSON: what came of it",
        },
    ),
    "run_columns": Table(
        "The variants of a run: what its evaluations share, said once.",
        {
            "pk": "Its number in the file",
            "run_id": "The run",
            "prompt": "The prompt's name then",
            "version": "`v2`, or `draft`",
            "body_id": "What the prompt said",
            "model_name": "The name of the model then",
        },
    ),
    "evaluations": Table(
        "One case under one variant in one run.",
        {
            "column_pk": "The variant, in its run",
            "case_id": "The case",
            "repeat": "The number of the repetition, from 0",
            "scenario_id": "Where the case stood then",
            "root_id": "The start of its lineage; none where that is the case itself",
            "content_id": "What was evaluated",
            "response_pk": "The answer",
            "passed": "1 or 0; none without a verdict",
            "score": "0 to 1",
            "label": "The label that was read from the answer",
            "grades": "JSON: the rows of `grades`, in the order of the checks",
            "outcome": "How the call ended",
            "error": "Why there is no verdict",
            "hint": "What to do about it",
            "cached": "1: nothing was sent",
        },
    ),
    "grades": Table(
        "What checks found, each distinct result once; verdicts of models, too, so that nothing is judged twice.",
        {"pk": "Its number in the file", "key": "The hash of what decides it", "body": "JSON: verdict, score, reason"},
    ),
    "spending": Table(
        "Money by day: a cap holds across processes.",
        {
            "day": "The day, local to whoever spent",
            "spent_usd": "US dollars that were spent",
            "reserved_usd": "Set aside for calls that are on their way; what a killed process had stays so",
        },
    ),
    "reviews": Table(
        "What people said about answers.",
        {
            "id": "A ULID",
            "content_id": "What was asked about",
            "output_id": "The hash of the answer's text",
            "response_pk": "The answer, where a run gave it",
            "passed": "1 or 0",
            "note": "In their words",
            "who": "Who said it",
            "created": "When it was said first",
            "updated": UPDATED,
            "source": "`review` or `feedback`, of a user of the app; the two are never mixed up",
            "rating": "What users gave, where it is more than a thumb",
            "answer": "The answer's text, where no run gave it",
        },
    ),
    "documents": Table(
        "Documents that prompts take context from.",
        {
            "id": "A ULID",
            "name": "What it is called",
            "content_id": "The hash of its text",
            "characters": "How long it is",
            "updated": UPDATED,
            "text": "What it says",
        },
    ),
    "baselines": Table(
        "Runs that are pinned under a name; a run that is can't be removed.",
        {
            "name": "The name",
            "scenario_id": "For which scenario; empty for all that have none of their own under the name",
            "run_id": "The run",
            "who": "Who pinned it",
            "updated": UPDATED,
        },
    ),
    "batches": Table(
        "Batches that were handed to a provider.",
        {
            "id": "Ours, a ULID: the provider keeps it beside its own",
            "spec": "JSON: the model",
            "remote_id": "The provider's id",
            "input_file": "The provider's id of the file of requests",
            "state": "`begun` while it may or may not have reached the provider, then as the provider says",
            "requests": "How many it has",
            "done": "How many have an answer",
            "failed": "How many failed",
            "day": "The day whose spending it counts for",
            "reserved_usd": "What is set aside for it on that day",
            "owner": "JSON: the process that handed it in",
            "created": "When it was begun",
            "updated": UPDATED,
        },
    ),
    "batch_requests": Table(
        "The requests of a batch, as long as their answers are waited for: none can be handed in twice.",
        {
            "batch_id": "The batch",
            "key": "The hash of the request",
            "body_id": "The prompt's body",
            "content_id": "The content that is asked about",
            "recipe_id": "The recipe",
            "shortcut": "As in `responses`",
            "worst_usd": "What it can cost at most; 0 where no cap asks",
        },
    ),
    "generations": Table(
        "Generations. Their cases name them in their origin.",
        {
            "id": "A ULID",
            "started": "When it began",
            "ended": "When it ended",
            "status": "`running`, `complete`, `incomplete`, `interrupted` or `undone`",
            "who": "Who made it",
            "plan": "JSON: what was wanted",
            "config": "JSON: by what it was made",
            "funnel": "JSON: how many were made, dropped by which filter and why, and kept",
            "updated": UPDATED,
        },
    ),
    "findings": Table(
        "What looking into failures brought to light. The same kind about the same subject takes its place.",
        {
            "id": "The hash of kind and subject",
            "kind": "`triage`, `cluster`, `shrink`, `boundary` or `attack`",
            "subject": "JSON: the ids of what it is about",
            "body": "JSON: what was found",
            "who": "Who found or confirmed it",
            "run_id": "The run that it was found in; empty where there was none",
            "updated": UPDATED,
        },
    ),
    "tunings": Table(
        "Models that were trained, and trainings that run.",
        {"id": "A ULID", "body": "JSON: all that is known of it", "updated": UPDATED},
    ),
    "traffic_logs": Table(
        "Logs of production that were brought in.",
        {"id": "A ULID", "body": "JSON: the file, its hash, who, and how many calls were kept", "updated": UPDATED},
    ),
    "traffic": Table(
        "Calls of the app in production, personal data masked.",
        {
            "pk": "Its number in the file",
            "id": "A ULID of its time and of what the log says: the same log makes the same calls",
            "log_id": "The log that it came with",
            "served": "When it was answered, in milliseconds",
            "input": "JSON: named values",
            "output": "What the app answered",
            "expected": "JSON: what should have been, where the log tells",
            "outcome": "How the call ended",
            "model": "The model's name, as the log has it",
            "finish_reason": "Why the answer ended, in the provider's word",
            "latency_ms": "How long it took, in milliseconds",
            "cost_usd": "US dollars",
            "prompt_tokens": "Tokens of the prompt",
            "completion_tokens": "Tokens of the answer",
            "error": "Why there is no answer",
            "weight": "For how many calls it stands: 20 where one of 20 was kept",
            "masked": "JSON: what was masked, by kind",
            "detail": "JSON: what else the log says",
            "placing": "`unplaced`, `placed` or `uncovered`: whether a behavior was looked for, and found",
            "scenario_id": "The scenario whose cases are nearest",
            "confidence": "How sure that is, 0 to 1",
            "nearest": "The case that is nearest",
            "likeness": "How near: the cosine of their embeddings",
            "state": "`new`, `promoted` to a case, or `dismissed`",
            "updated": UPDATED,
        },
    ),
}
