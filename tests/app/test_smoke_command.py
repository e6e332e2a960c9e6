"""``registrar smoke`` as a person types it."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders import ONNX, POLICY, SHA, Repo, good_repo, run
from models import WINE, as_onnx, entry, trained

from registrar.domain.sandboxing import Level

ENTRY = "model_registry/wine-1.0.0"
ALL = ["onnx", "pickle", "joblib", "skops", "safetensors", "pytorch", "xgboost", "lightgbm"]
TREES = {  # as much of them as tells what they are
    "xgboost": (
        "model.json",
        b'{"learner": {"gradient_booster": {}, "learner_model_param": {}}, "version": [3, 0, 0]}',
    ),
    "lightgbm": (
        "model.txt",
        b"tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nend of trees\n",
    ),
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = good_repo(tmp_path / "repo")
    made.edit(
        f"{ENTRY}/metadata.yaml",
        "license: Apache-2.0",
        "license: Apache-2.0\nsmoke_test: {input: smoke/in.json, expected: smoke/out.json}",
    )
    made.write(f"{ENTRY}/smoke/in.json", json.dumps({"features": WINE}))
    return made


def test_record_then_reproduce(repo: Repo) -> None:
    before = run("smoke", "wine", cwd=repo.path)
    assert before.code == 1
    assert (
        f"does not run: smoke/out.json is not there\n  = hint: registrar smoke --record {ENTRY}"
        in (before.out)
    )
    made = run("smoke", "--record", "wine", cwd=repo.path)
    assert made.code == 0, made.out
    assert "wrote smoke/out.json: 8 values" in made.out
    assert (repo.path / ENTRY / "smoke/out.json").read_text().startswith('{\n  "label": [')
    for target in ("wine", "wine:1.0.0", "wine-1.0.0", ENTRY, "model_registry"):
        assert run("smoke", target, cwd=repo.path).code == 0
    assert repo.check().code == 0  # what was recorded is a declared file of the entry


def test_hints_can_be_typed_whatever_a_folder_is_called(tmp_path: Path) -> None:
    made = entry(tmp_path, "model.onnx", as_onnx(trained("pipeline")), {"X": WINE})
    odd = made.rename(tmp_path / "my wine; $(touch owned)'s")
    said = run("smoke", odd.name, cwd=tmp_path)
    assert (said.code, "smoke/expected.json is not there" in said.out) == (1, True)
    hint = said.out.partition("= hint: registrar ")[2].splitlines()[0]
    assert shlex.split(hint) == ["smoke", "--record", odd.name]
    assert run(*shlex.split(hint), cwd=tmp_path).code == 0
    again = run("smoke", "--record", odd.name, cwd=tmp_path)
    assert (again.code, shlex.quote(odd.name) in again.err) == (2, True)


def test_an_expected_output_is_never_overwritten_unasked(repo: Repo) -> None:
    out = repo.write(f"{ENTRY}/smoke/out.json", '{"label": [7, 7]}\n')
    refused = run("smoke", "--record", "wine", cwd=repo.path)
    assert refused.code == 2
    assert "is there already" in refused.err
    assert out.read_text() == '{"label": [7, 7]}\n'
    assert run("smoke", "wine", cwd=repo.path).code == 1
    assert run("smoke", "--record", "--overwrite", "wine", cwd=repo.path).code == 0
    assert run("smoke", "wine", cwd=repo.path).code == 0
    assert run("smoke", "--overwrite", "wine", cwd=repo.path).code == 2


def test_other_bytes_than_those_recorded_are_told_and_never_recorded(repo: Repo) -> None:
    repo.write(f"{ENTRY}/smoke/in.json", json.dumps({"X": WINE}))
    out = repo.path / ENTRY / "smoke/out.json"
    out.write_text('{"label": [1, 2]}\n')
    repo.write(f"{ENTRY}/model.onnx", as_onnx(trained()))
    said = run("smoke", "wine", cwd=repo.path)
    assert (said.code, "--record" in said.out) == (1, False), said.out
    hint = f"  = hint: registrar verify {ENTRY} tells what differs\n"
    assert f"{hint}  = note: the bytes here are not those that its metadata records\n" in said.out
    again = run("smoke", "--record", "--overwrite", "wine", cwd=repo.path)
    assert (again.code, out.read_text()) == (4, '{"label": [1, 2]}\n'), again.out
    assert f"registrar verify {ENTRY} tells what differs: put that right first" in again.out
    assert "ran: " in again.out, "it would have been written"
    # the metadata says what is there now: nothing is wrong any more
    sha = hashlib.sha256(as_onnx(trained())).hexdigest()
    repo.edit(f"{ENTRY}/metadata.yaml", SHA, sha)
    repo.edit(f"{ENTRY}/metadata.yaml", f"size: {len(ONNX)}", f"size: {len(as_onnx(trained()))}")
    assert run("smoke", "--record", "--overwrite", "wine", cwd=repo.path).code == 0
    fine = run("smoke", "wine", cwd=repo.path)
    assert (fine.code, "note" in fine.out) == (0, False)


def test_a_pointer_of_lfs_is_told_with_what_brings_the_bytes(repo: Repo) -> None:
    run("smoke", "--record", "wine", cwd=repo.path)
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA}\nsize {len(ONNX)}\n"
    repo.write(f"{ENTRY}/model.onnx", pointer)
    for argv in (("smoke", "wine"), ("smoke", "--record", "--overwrite", "wine")):
        said = run(*argv, cwd=repo.path)
        assert said.code == 4
        assert "the bytes of model.onnx are not here\n  = hint: git lfs pull\n" in said.out


def test_of_several_entries_those_without_an_expected_output_get_one(repo: Repo) -> None:
    run("smoke", "--record", "wine", cwd=repo.path)
    first = repo.path / ENTRY / "smoke/out.json"
    first.write_text('{"label": [7, 7]}\n')
    second = first.parents[1].with_name("wine-1.1.0")
    shutil.copytree(first.parents[1], second)
    (second / "smoke/out.json").unlink()
    made = run("smoke", "--record", "model_registry", cwd=repo.path)
    assert made.code == 0, made.out + made.err
    assert f"KEPT: {ENTRY} kept: smoke/out.json is there already" in made.out
    assert (second / "smoke/out.json").read_text() != first.read_text() == '{"label": [7, 7]}\n'
    assert run("smoke", second.name, cwd=repo.path).code == 0


def test_what_cannot_be_recorded_leaves_the_old_one(repo: Repo) -> None:
    out = repo.write(f"{ENTRY}/smoke/out.json", "{}\n")
    repo.write(f"{ENTRY}/smoke/in.json", '{"features": [[1.0]]}')
    assert run("smoke", "--record", "--overwrite", "wine", cwd=repo.path).code == 1
    assert out.read_text() == "{}\n"
    assert sorted(path.name for path in out.parent.iterdir()) == ["in.json", "out.json"]


def test_json_tells_level_layers_time_and_memory(repo: Repo) -> None:
    run("smoke", "--record", "wine", cwd=repo.path)
    result = run("smoke", "--format", "json", "wine", cwd=repo.path)
    report = json.loads(result.out)
    (one,) = report["entries"]
    assert (report["smoke_version"], report["exit_code"], one["answer"]) == (1, 0, "passes")
    assert Level(one["sandbox"]["level"]).reaches(Level.LANDLOCK)
    assert "seccomp" in one["sandbox"]["layers"]
    assert one["peak_bytes"] > 10_000_000
    assert one["loaded_in"] > 0
    assert one["runtime"].startswith("onnxruntime ")


def test_outside_of_any_registry(tmp_path: Path) -> None:
    path = entry(tmp_path, "model.onnx", as_onnx(trained()), {"X": WINE}, {"label": [0, 0]})
    assert run("smoke", str(path)).code == 0


def test_without_an_example_nothing_is_tried(tmp_path: Path) -> None:
    repo = good_repo(tmp_path / "plain")
    result = run("smoke", "wine", cwd=repo.path)
    assert result.code == 4
    assert "unchecked: its metadata names no smoke_test" in result.out
    assert "add smoke_test: {" in result.out
    assert run("smoke", "--record", "wine", cwd=repo.path).code == 4


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["beer"], "there is no entry beer"),
        (["train.py"], "train.py is no folder"),
        ([".git"], ".git holds no entry"),
    ],
)
def test_what_is_no_entry_is_usage(repo: Repo, argv: list[str], message: str) -> None:
    result = run("smoke", *argv, cwd=repo.path)
    assert (result.code, message in result.err) == (2, True)


@pytest.mark.filterwarnings("ignore")
def test_a_runtime_that_is_not_installed_is_named_with_the_line(tmp_path: Path) -> None:
    """An interpreter that sees the gate's two libraries and nothing else."""
    from bad_models import FORMATS, whole
    from environments import bare_python, call, link_gate
    from trained import _torch

    import registrar

    python = bare_python(tmp_path / "venv", link_gate(tmp_path / "gate"))
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (site / "registrar").symlink_to(Path(registrar.__file__).parent)
    work = tmp_path / "work"
    work.mkdir()
    (work / "registrar.toml").write_text(POLICY.replace('["onnx"]', json.dumps(ALL)))
    made = {format: (file, whole(format)) for format, file in FORMATS.items()} | TREES
    made["pytorch"] = ("model.pt", next(b.content for b in _torch() if b.name == "state.pt"))
    for format, (file, content) in made.items():
        given = {} if format in ("safetensors", "pytorch") else {"X": WINE}
        entry(work, file, content, given, {"a": 1}, name=format)
    done = call(python, "-I", "-m", "registrar", "smoke", "model_registry", cwd=work)
    assert done.returncode == 4, done.stdout + done.stderr
    for format, module, packages in (
        ("onnx", "onnxruntime", "onnxruntime"),
        ("pickle", "sklearn", "scikit-learn joblib"),
        ("joblib", "sklearn", "scikit-learn joblib"),
        ("skops", "skops", "skops"),
        ("safetensors", "safetensors", "safetensors numpy"),
        ("pytorch", "torch", "torch"),
        ("xgboost", "xgboost", "xgboost"),
        ("lightgbm", "lightgbm", "lightgbm"),
    ):
        told = (
            f"INCOMPLETE: model_registry/{format}-1.0.0 unchecked: {module} is not installed\n"
            f"  = hint: python3 -m pip install {packages}\n"
        )
        assert told in done.stdout, done.stdout
    Repo(work).commit("entries")
    argv = ("check", "--runtime", "--format", "json")
    checked = json.loads(call(python, "-I", "-m", "registrar", *argv, cwd=work).stdout)
    told = {one["entry"] for one in checked["unchecked"] if one["rule"] == "artifact-smoke"}
    assert told == {f"{format}-1.0.0" for format in made}
    reasons = " ".join(one["reason"] for one in checked["unchecked"])
    assert reasons.count("python3 -m pip install ") == len(made)


def test_check_imports_none_of_it(repo: Repo) -> None:
    code = (
        "import sys; from registrar.cli.main import main; main(['check']); "
        "print([m for m in sys.modules if 'sandbox.' in m or 'smoking.' in m or 'ctypes' in m])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repo.path, capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("[]\n"), done.stdout


@pytest.mark.parametrize(
    "policy",
    [
        'sandbox = "lanlock"',
        'sandbox = "none"',
        "timeout = 0",
        'memory = "2 gigs"',
        "max_atol = -1",
        "max_rtol = inf",
        "retries = 1",
    ],
)
def test_a_policy_that_means_nothing_is_refused(repo: Repo, policy: str) -> None:
    toml = repo.path / "registrar.toml"
    toml.write_text(f"{toml.read_text()}[smoke]\n{policy}\n")
    assert run("smoke", "wine", cwd=repo.path).code == 2
    assert repo.check().code == 2


def test_hints_can_be_typed_as_they_are(repo: Repo) -> None:
    """Each names the entry, and none leads to a usage error."""
    out = repo.write(f"{ENTRY}/smoke/out.json", "{}\n")
    said = run("smoke", "wine", cwd=repo.path)
    again = f"registrar smoke --record --overwrite {ENTRY}"
    assert f"no output is expected\n  = hint: {again}\n" in said.out
    assert f"= hint: {again}, where" in run("smoke", "--record", "wine", cwd=repo.path).err
    assert run(*again.split()[1:], cwd=repo.path).code == 0
    assert out.read_text() != "{}\n"


@pytest.mark.parametrize(
    "field", ["{input: smoke/in.json}", "{input: ../in.json, expected: smoke/out.json}", "yes"]
)
def test_an_example_that_is_not_valid_is_not_called_missing(repo: Repo, field: str) -> None:
    was = "{input: smoke/in.json, expected: smoke/out.json}"
    repo.edit(f"{ENTRY}/metadata.yaml", was, field)
    said = run("smoke", "wine", cwd=repo.path)
    assert said.code == 4
    assert "unchecked: smoke_test of its metadata is not valid" in said.out
    assert f"= hint: registrar check {ENTRY}\n" in said.out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            '{"features":\n [[NaN]]}',
            'NaN is not a JSON number (line 2, column 4)\n  = hint: write it as text: "NaN"',
        ),
        ('{"features":\n\n [[1.0,', "not JSON: Expecting value (line 3, column 8)"),
        ('{"other": [[1.0]]}', "= hint: give it the input that the model takes: names, shapes"),
    ],
)
def test_what_is_wrong_with_an_input_is_told_with_its_place(
    repo: Repo, given: str, told: str
) -> None:
    repo.write(f"{ENTRY}/smoke/in.json", given)
    said = run("smoke", "--record", "wine", cwd=repo.path)
    assert (said.code, told in said.out) == (1, True), said.out


def test_bytes_of_no_known_format_are_not_a_format(repo: Repo) -> None:
    run("smoke", "--record", "wine", cwd=repo.path)
    repo.write(f"{ENTRY}/model.onnx", b"\0\1\2\3")
    said = run("smoke", "wine", cwd=repo.path)
    assert said.code == 4
    assert "the content of model.onnx is of no known format" in said.out
    assert f"= hint: registrar verify {ENTRY} tells" in said.out


def test_little_memory_is_not_called_a_missing_library(tmp_path: Path) -> None:
    path = entry(tmp_path, "model.onnx", as_onnx(trained()), {"X": WINE}, {"label": [0, 0]})
    (tmp_path / "registrar.toml").write_text(POLICY + '\n[smoke]\nmemory = "100 MiB"\n')
    said = run("smoke", str(path), cwd=tmp_path)
    assert said.code in (1, 4), "a library ends its process, or says so"
    assert "is not installed" not in said.out
    assert "= hint: the policy sets it with [smoke] memory" in said.out
