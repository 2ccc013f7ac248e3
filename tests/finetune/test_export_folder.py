"""The folder of an export: whole or not at all, over nothing but what an export wrote, and its manifest and card."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from synterm.core.manifest import ExportOptions, Manifest
from synterm.core.training import TrainingSet
from synterm.errors import InputError, UsageError
from synterm.finetune.export import export, foresee
from synterm.finetune.folder import new_folder, read_manifest
from synterm.finetune.formats.registry import BUILT_IN
from synterm.storage.project import Project
from tests.support.training import example, refusal, right, some_examples, training_set, wrong

formats = pytest.mark.parametrize("name", BUILT_IN)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "made.db", "made up") as project:
        yield project


def write(project: Project, folder: Path, name: str = "trl-sft", chosen: TrainingSet | None = None) -> Manifest:
    return export(project, chosen or training_set(), name, folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def beside(folder: Path) -> set[str]:
    """What else is left in the folder above, but for the project."""
    return {one.name for one in folder.parent.iterdir() if not one.name.startswith("made.db")} - {folder.name}


@formats
def test_the_manifest_counts_and_sums_up_every_file(project: Project, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    manifest = write(project, out, name)
    assert read_manifest(out) == manifest
    found = contents(out)
    assert {file.name for file in manifest.files} == {*found} - {"manifest.json"}
    for file in manifest.files:
        raw = found[file.name]
        assert (file.bytes, file.sha256) == (len(raw), hashlib.sha256(raw).hexdigest())
    listed = "".join(f"{one.sha256}  {one.name}\n" for one in sorted(manifest.files, key=lambda one: one.name))
    assert manifest.sha256 == hashlib.sha256(listed.encode()).hexdigest()
    for file in manifest.data:
        assert found[file.name].count(b"\n") == file.rows
        assert file.tokens == 20 * file.rows


@formats
def test_the_same_set_gives_the_same_bytes(project: Project, tmp_path: Path, name: str) -> None:
    write(project, tmp_path / "one", name)
    write(project, tmp_path / "two", name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_nothing_tells_of_the_machine(project: Project, tmp_path: Path) -> None:
    write(project, tmp_path / "out", "llamafactory")
    for raw in contents(tmp_path / "out").values():
        assert str(tmp_path).encode() not in raw
        assert os.uname().nodename.encode() not in raw or len(os.uname().nodename) < 4


def test_only_the_owner_reads_it(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(project, out)
    assert {file.stat().st_mode & 0o777 for file in out.iterdir()} == {0o600}
    assert out.stat().st_mode & 0o777 == 0o700


def test_folders_above_are_made(project: Project, tmp_path: Path) -> None:
    write(project, tmp_path / "a" / "b" / "out")
    assert (tmp_path / "a" / "b" / "out" / "train.jsonl").exists()


def test_an_empty_folder_is_filled(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write(project, out)
    assert (out / "manifest.json").exists()
    assert beside(out) == set()


@pytest.mark.parametrize("exchanging", [True, False])
def test_a_former_export_is_replaced_whole(
    project: Project, tmp_path: Path, exchanging: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchanging:
        monkeypatch.setattr("synterm.finetune.folder._exchanged", _cannot)
    out = tmp_path / "out"
    write(project, out, "llamafactory")
    manifest = write(project, out, "trl-sft")
    assert {*contents(out)} == {"manifest.json", *(file.name for file in manifest.files)}
    assert beside(out) == set()


def test_what_no_export_wrote_is_never_written_over(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(project, out)
    (out / "outputs").mkdir()
    with pytest.raises(UsageError, match="holds what no export wrote: outputs"):
        write(project, out)
    (out / "outputs").rmdir()
    (out / "train.jsonl").write_text("{}\n")
    with pytest.raises(UsageError, match=r"train\.jsonl was changed since it was exported"):
        write(project, out)
    assert (out / "train.jsonl").read_text() == "{}\n"


def test_a_file_that_was_taken_away_does_not_matter(project: Project, tmp_path: Path) -> None:
    write(project, tmp_path / "out")
    (tmp_path / "out" / "README.md").unlink()
    write(project, tmp_path / "out")
    assert (tmp_path / "out" / "README.md").exists()


def _cannot(*_: Path) -> bool:
    return False


def _file(path: Path) -> None:
    path.write_text("x")


def _full(path: Path) -> None:
    path.mkdir()
    (path / "mine.txt").write_text("mine")


def _strange(path: Path) -> None:
    path.mkdir()
    (path / "manifest.json").write_text('{"schema": "synterm.manifest/1"}')


def _link(path: Path) -> None:
    path.symlink_to(path.parent)


def _dangling(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def _pipe(path: Path) -> None:
    path.mkdir()
    os.mkfifo(path / "manifest.json")


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (_full, "is not empty, and no export of synterm"),
        (_strange, "is not empty, and no export of synterm"),
        (_pipe, "is not empty, and no export of synterm"),
        (_link, "is a link"),
        (_dangling, "is a link"),
        (_file, "is a file; an export is a folder"),
    ],
)
def test_a_place_that_is_taken_is_refused(project: Project, tmp_path: Path, prepare: Any, said: str) -> None:
    out = tmp_path / "out"
    prepare(out)
    before = {one: one.lstat().st_mtime_ns for one in tmp_path.rglob("*") if not one.name.startswith("made.db")}
    with pytest.raises(UsageError, match=said):
        write(project, out)
    after = {one: one.lstat().st_mtime_ns for one in tmp_path.rglob("*") if not one.name.startswith("made.db")}
    assert after == before


def test_a_name_of_a_file_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="an export is a folder") as caught:
        write(project, tmp_path / "data.jsonl")
    assert caught.value.hint == f"-o {tmp_path / 'data'}"


def test_what_fails_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ZeroDivisionError), new_folder(out) as place:
        (place / "half").write_text("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_may_not_be_written_is_an_error(project: Project, tmp_path: Path) -> None:
    above = tmp_path / "closed"
    above.mkdir(mode=0o500)
    with pytest.raises(InputError, match="can't be written: Permission denied"):
        write(project, above / "out")


def test_a_path_through_a_file_is_an_error(project: Project, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be written"):
        write(project, tmp_path / "made.db" / "out")


def test_what_would_be_written_is_what_is_written(project: Project, tmp_path: Path) -> None:
    foreseen = foresee(project, training_set(), "axolotl")
    assert foreseen == write(project, tmp_path / "out", "axolotl")


def test_nothing_to_write_says_why(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to write as trl-dpo") as caught:
        write(project, tmp_path / "out", "trl-dpo", training_set([example()]))
    assert caught.value.hint == "dpo: there is no wrong answer to hold against the right one (1)"
    with pytest.raises(UsageError) as caught:
        write(project, tmp_path / "out", "trl-dpo", training_set([]))
    assert "--set-aside" in str(caught.value.hint)
    assert beside(tmp_path / "out") == set()


def test_an_unknown_format_names_those_that_are_near(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write(project, tmp_path / "out", "trl-dop")
    assert "trl-dpo" in str(caught.value.hint)


def test_a_part_without_rows_has_no_file_and_one_that_cannot_train_is_not_validated(
    project: Project, tmp_path: Path
) -> None:
    pairs_to_validate = [
        *(example(str(number), number=number) for number in range(3)),
        example("held", avoid=["clarify"], number=9, part="validation"),
    ]
    manifest = write(project, tmp_path / "out", "llamafactory", training_set(pairs_to_validate))
    assert [file.name for file in manifest.data if file.method == "dpo"] == []
    assert not (tmp_path / "out" / "dpo.yaml").exists()
    alone = write(project, tmp_path / "alone", chosen=training_set(some_examples(12, 0)))
    assert alone.warnings == ("there is nothing to validate with: --validation sets a share of lineages aside",)
    assert not (tmp_path / "alone" / "validation.jsonl").exists()


def test_counts_tell_what_is_in_it_and_what_is_not(project: Project, tmp_path: Path) -> None:
    examples = [
        example("a", "schedule", ["clarify"], number=1, label="schedule"),
        example("b", right("x", source="passed", model="gpt", run_id="R9"), number=2, root=1, label="other"),
        example("c", "schedule", [wrong("no", source="human", model="", run_id="")], number=3, part="validation"),
    ]
    chosen = training_set(examples, refusals=[refusal(7), refusal(8, guard="split")], left_out={"limit": 4})
    manifest = write(project, tmp_path / "out", "trl-kto", chosen)
    counts = manifest.counts
    assert counts.examples == {"train": 2, "validation": 1}
    assert counts.roots == {"train": 1, "validation": 1}
    assert counts.labels == {"other": 1, "schedule": 2}
    assert (counts.right, counts.wrong) == ({"expected": 2, "passed": 1}, {"failed": 1, "human": 1})
    assert counts.refused == {"near-duplicate": 1, "split": 1}
    assert manifest.left_out == {"limit": 4}
    assert (manifest.models, manifest.runs) == (("gpt", "rules"), ("R9", "RUN2"))
    assert manifest.kto
    assert (manifest.kto.right, manifest.kto.wrong) == (2, 1)


def test_the_cost_is_told_for_a_price_and_else_said_to_be_unknown(project: Project, tmp_path: Path) -> None:
    priced = export(project, training_set(), "openai-sft", tmp_path / "out", ExportOptions(epochs=2, train_price=25.0))
    assert priced.cost.tokens == 12 * 20 * 2
    assert priced.cost.usd == pytest.approx(0.012)
    assert priced.cost.words == "about $0.0120: 480 tokens in 2 epochs at $25 for a million"
    assert write(project, tmp_path / "unknown").cost.words.startswith("unknown")


@formats
def test_the_card_leads_hugging_face_to_the_parts(project: Project, tmp_path: Path, name: str) -> None:
    manifest = write(project, tmp_path / "out", name)
    text = (tmp_path / "out" / "README.md").read_text()
    head = yaml.safe_load(text.split("---\n")[1])
    assert "license" not in head
    assert "No licence is stated" in text
    assert head["size_categories"] == ["n<1K"]
    named = [one["path"] for config in head["configs"] for one in config["data_files"]]
    assert named == [file.name for file in manifest.data]
    assert {one["split"] for config in head["configs"] for one in config["data_files"]} == {"train", "validation"}
    names = [config["config_name"] for config in head["configs"]]
    assert names == ["default"] or names == ["sft", "dpo", "kto"]
    assert ("KTO weights" in text) == (manifest.kto is not None)


def test_a_licence_stands_in_the_card(project: Project, tmp_path: Path) -> None:
    export(project, training_set(), "trl-sft", tmp_path / "out", ExportOptions(license="cc-by-4.0"))
    text = (tmp_path / "out" / "README.md").read_text()
    assert yaml.safe_load(text.split("---\n")[1])["license"] == "cc-by-4.0"
    assert "Licence: `cc-by-4.0`." in text


def test_names_are_only_text_in_the_card(tmp_path: Path) -> None:
    name = "x | y`\n# <script>alert(1)</script> ---"
    with Project.create(tmp_path / "made.db", name) as project:
        chosen = training_set([example("q", "a|b\n`c`", behavior="R|x/<b>`y`", label="a|b`c`")])
        write(project, tmp_path / "out", chosen=chosen)
    text = (tmp_path / "out" / "README.md").read_text()
    assert yaml.safe_load(text.split("---\n")[1])["pretty_name"].startswith("x | y`")
    assert not [
        line for line in text.split("---\n", 2)[2].splitlines() if line.startswith("# ") and "script" not in line
    ]
    [row] = [line for line in text.splitlines() if "R\\|x" in line]
    # Bars within cells are escaped: 6 columns have 7 of their own.
    assert row.replace("\\|", "").count("|") == 7


def test_the_card_quotes_no_row(project: Project, tmp_path: Path) -> None:
    chosen = training_set([example("a private matter", "an answer of mine", ["a wrong one"], label="")])
    write(project, tmp_path / "out", "trl-dpo", chosen)
    text = (tmp_path / "out" / "README.md").read_text()
    assert not any(words in text for words in ("private matter", "answer of mine", "wrong one"))


def test_the_manifest_is_json_with_its_schema(project: Project, tmp_path: Path) -> None:
    write(project, tmp_path / "out")
    read = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert read["schema"] == "synterm.manifest/1"
    assert read["project"]["id"] == project.id
    assert read["plan"]["prompt"] == "router@v2"
