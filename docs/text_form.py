"""Writes text-form.md, the page on projects as text, from the form's own models: ``python docs/text_form.py``."""

from __future__ import annotations

from pathlib import Path

from model_tables import Model, about, linked, read, within

from synterm.core.case import Origin
from synterm.core.gate import Gate, MetricFloor
from synterm.core.model import Price
from synterm.core.prompt import Example, Message
from synterm.formats.project_form import (
    BehaviorForm,
    CaseForm,
    DocumentForm,
    DraftForm,
    ExampleForm,
    FeatureForm,
    ModelForm,
    ProjectForm,
    PromptForm,
    ScenarioForm,
    VersionForm,
)

PAGE = Path(__file__).parent / "text-form.md"
TITLES: dict[Model, str] = {
    ProjectForm: "The project",
    FeatureForm: "Feature",
    BehaviorForm: "Behavior",
    ScenarioForm: "Scenario",
    CaseForm: "Case",
    Origin: "Origin",
    Gate: "Gate",
    MetricFloor: "Metric",
    PromptForm: "Prompt",
    VersionForm: "Version",
    Message: "Message",
    ExampleForm: "Example",
    DraftForm: "Draft",
    Example: "Example of a draft",
    ModelForm: "Model",
    Price: "Price",
    DocumentForm: "Document",
}
LAST = ("id", "updated", "created", "position", "row", "root", "origin", "meta", "number", "pinned")
"""What a project file notes, and people leave out."""
HEAD = """\
# The text form of a project

<!-- Made by docs/text_form.py from the form itself (synterm/formats/project_form.py): change that. -->

A project as YAML: to write by hand, to review in a pull request, to make a project file of. `synterm new support.db
--from project.yaml` builds the file, `synterm dump support.db` writes the text, `synterm load` makes the same project
of it again, and `synterm diff` compares two: [sharing.md](sharing.md). `synterm schema project` prints the JSON Schema,
for an editor that completes.

```yaml
synterm: 1
name: support

models:
  - {name: local, model: embedded/default, params: {temperature: 0, max_tokens: 8}}

prompts:
  - name: triage
    messages:
      - {role: system, content: Answer with refund or other.}
      - {role: user, content: "{{ message }}"}

tree:
  - feature: Support
    behaviors:
      - behavior: Refunds
        description: Refund requests are recognised and never promised.
        checks: [{type: label, labels: [refund, other]}]
        gates: [{min_pass_rate: 0.9}]
        scenarios:
          - scenario: plain
            cases:
              - {input: "want my money back!!", expected: refund}
              - {input: {message: "where is my parcel"}, expected: other, tags: [parcel]}
              - {file: more.jsonl}
```

A longer one: [the sample project](../sample_projects/meeting_router/project.yaml). What holds for all of it:

- Only `synterm` and `name` are needed of a project, and of each thing what the tables say. A field that is not known is
  an error, with its line.
- It is read as plain data: no YAML tag makes an object, and the files of strangers have [limits](inputs.md).
- `id`, `updated`, `created`, `position`, `row`, `root` and `origin` are what `synterm dump` writes so that `load` makes
  the same project. People who write by hand leave them out.
- A file that is named is looked for beside the text, and nowhere else.
- Checks have a `type` and its fields ([checks.md](checks.md)); gates are told of in [gates.md](gates.md), models in
  [targets.md](targets.md) and [keys.md](keys.md), documents in [context.md](context.md).
- YAML anchors say a thing once: [checks.md](checks.md#one-check-in-several-places).
"""


def page() -> str:
    """The whole page, as Markdown."""
    missing = [model.__name__ for model in within(ProjectForm) if model not in TITLES]
    if missing:
        raise LookupError(f"docs/text_form.py: TITLES lacks {', '.join(missing)}")
    links = linked(TITLES, ("The text form of a project",))
    lines = [HEAD]
    for model, title in TITLES.items():
        lines += [f"\n## {title}\n", *about(model), *read(model, links, LAST)]
    return "\n".join((*lines, ""))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
