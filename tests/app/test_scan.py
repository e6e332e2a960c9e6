"""``registrar scan`` as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from builders import ONNX, run
from scan_files import GOOD, POISON, put

from registrar import __version__
from registrar.domain.scanning import FileScan, Safety, Scan, Scanner
from registrar.formats.scan import render_text
from registrar.integrations.scanning.allowlist import allowlist
from registrar.integrations.scanning.child import _judged
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.finding import FilesOnDisk
from registrar.integrations.scanning.scanner import ChildScanner
from registrar.ports.scanning import ToScan


def test_a_clean_file(tmp_path: Path) -> None:
    put(tmp_path, model__pkl=GOOD)
    said = run("scan", "model.pkl", cwd=tmp_path)
    assert said.code == 0
    first, second, third = said.out.splitlines()
    assert first == "clean: model.pkl (pickle)"
    assert second == "CLEAN: 1 file, 0 dangerous, 0 not read to the end, 1 clean"
    assert third.startswith(f"  read by registrar {__version__}, Python {sys.version.split()[0]}, ")


def test_a_dangerous_file_with_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, model__pkl=POISON)
    said = run("scan", "model.pkl", cwd=tmp_path)
    assert said.code == 1
    assert said.out.startswith(
        "dangerous: model.pkl (pickle)\n"
        "  dangerous: imports posix.system, which is not on the allowlist\n"
        "    = hint: do not load it, and ask where it came from\n\n"
        "DANGEROUS: 1 file, 1 dangerous, "
    )


def test_a_folder_with_a_file_of_each_kind_gives_the_worst(tmp_path: Path) -> None:
    put(tmp_path / "m", a__pkl=GOOD, b__pkl=GOOD[:-1], c__onnx=ONNX)
    said = run("scan", "m", cwd=tmp_path)
    assert said.code == 4
    assert "unread: m/b.pkl (pickle)" in said.out
    assert "clean: m/c.onnx (onnx)" in said.out
    put(tmp_path / "m" / "deeper", d=POISON)
    assert run("scan", "m", cwd=tmp_path).code == 1
    assert run("scan", "m/a.pkl", "m/c.onnx", cwd=tmp_path).code == 0


def test_json(tmp_path: Path) -> None:
    put(tmp_path, a__pkl=GOOD, b__pkl=POISON)
    said = run("scan", "a.pkl", "b.pkl", "--format", "json", cwd=tmp_path)
    report = said.report
    scanner = report.pop("scanner")
    assert set(scanner) == {"python", "allowlist_sha256", "second", "confinement"}
    assert scanner["confinement"][0] == "limits"
    assert len(scanner["allowlist_sha256"]) == 64
    assert report == {
        "scan_version": 1,
        "tool": {"name": "registrar", "version": __version__},
        "verdict": "dangerous",
        "exit_code": 1,
        "files": [
            {"path": "a.pkl", "format": "pickle", "verdict": "clean", "troubles": []},
            {
                "path": "b.pkl",
                "format": "pickle",
                "verdict": "dangerous",
                "troubles": [
                    {
                        "verdict": "dangerous",
                        "message": "imports posix.system, which is not on the allowlist",
                        "hint": "do not load it, and ask where it came from",
                    }
                ],
            },
        ],
    }


def test_the_page_names_every_field_and_every_limit_of_proof(tmp_path: Path, top: Path) -> None:
    put(tmp_path, b__pkl=POISON)
    report = run("scan", "b.pkl", "--format", "json", cwd=tmp_path).report
    page = (top / "docs/scan.md").read_text(encoding="utf-8")
    fields = [*report, *report["scanner"], *report["files"][0], *report["files"][0]["troubles"][0]]
    assert all(f"`{field}`" in page for field in fields)


def test_what_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    said = run("scan", "no\x1bwhere", cwd=tmp_path)
    assert (said.code, said.out) == (2, "")
    assert "no\\x1bwhere: No such file or directory" in said.err
    assert run("scan").code == 2


def test_an_empty_folder_is_not_clean(tmp_path: Path) -> None:
    said = run("scan", ".", cwd=tmp_path)
    assert (said.code, said.out) == (4, "NOT CLEAN: nothing was there to read\n")


def test_links_and_devices_are_told_and_never_followed(tmp_path: Path) -> None:
    put(tmp_path, model__pkl=GOOD)
    (tmp_path / "m").mkdir()
    (tmp_path / "m/link.pkl").symlink_to("../model.pkl")
    (tmp_path / "m/folder").symlink_to("..")
    os.mkfifo(tmp_path / "m/pipe")
    said = run("scan", "m", "m/link.pkl", cwd=tmp_path)
    assert said.code == 4
    assert said.out.count("a symbolic link, which is not followed") == 3
    assert "no regular file" in said.out


def test_names_are_escaped_on_their_way_to_a_terminal(tmp_path: Path) -> None:
    name = "\x1b[2J\u202emodel\n::error::.pkl"
    (tmp_path / name).write_bytes(b"c\x1b[31mos\nsystem\n(tR.")
    (tmp_path / os.fsdecode(b"\xff.pkl")).write_bytes(GOOD)
    for style in ("text", "json"):
        said = run("scan", ".", "--format", style, cwd=tmp_path)
        assert said.code == 1
        assert "\x1b" not in said.out
        assert "\u202e" not in said.out
        assert not any(line.startswith("::error") for line in said.out.splitlines())
    assert len(json.loads(said.out)["files"]) == 2


def test_of_many_clean_files_only_the_number_is_told(tmp_path: Path) -> None:
    put(tmp_path, **{f"{index}__pkl": GOOD for index in range(30)})
    assert len(run("scan", ".", cwd=tmp_path).out.splitlines()) == 2


def test_the_git_folder_of_a_clone_is_left_out_and_one_further_in_is_not(tmp_path: Path) -> None:
    put(tmp_path / ".git", x__pkl=POISON)
    put(tmp_path, a__pkl=GOOD)
    assert run("scan", ".", cwd=tmp_path).code == 0
    put(tmp_path / "m" / ".git", x__pkl=POISON)
    assert run("scan", ".", cwd=tmp_path).code == 1


def test_external_data_of_a_model_is_its_own_and_a_stranger_is_not(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(ONNX)
    weights = onnx.numpy_helper.from_array(__import__("numpy").arange(3000.0), "spare")
    model.graph.initializer.append(weights)
    onnx.save(model, tmp_path / "m.onnx", save_as_external_data=True, location="m.weights")
    assert b"m.weights" in (tmp_path / "m.onnx").read_bytes()
    (found,) = [f for f in _files(tmp_path) if f["path"].endswith("m.weights")]
    assert (found["format"], found["verdict"]) == ("onnx", "clean")
    (tmp_path / "other.weights").write_bytes((tmp_path / "m.weights").read_bytes())
    (found,) = [f for f in _files(tmp_path) if f["path"].endswith("other.weights")]
    assert found["verdict"] == "dangerous"


def test_the_onnx_checker_is_asked_about_a_clean_model(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    put(tmp_path, model__onnx=ONNX)
    said = run("scan", "model.onnx", cwd=tmp_path)
    assert said.code == 0
    assert f"onnx {onnx.__version__}" in said.out
    assert "no onnx.checker" not in said.out
    model = onnx.load_from_string(ONNX)
    model.graph.node[0].op_type = "NoSuchOperator"
    model.graph.node[0].domain = ""
    put(tmp_path, model__onnx=model.SerializeToString())
    said = run("scan", "model.onnx", cwd=tmp_path)
    assert said.code == 4
    assert "unread: onnx.checker: " in said.out
    assert "NoSuchOperator" in said.out
    files = [ToScan("model.onnx", str(tmp_path / "model.onnx"), 1)]
    assert ChildScanner(second=False).scan(files).safety is Safety.CLEAN


def test_a_scan_of_onnx_says_where_the_checker_was_not_asked() -> None:
    scanner = Scanner("1", "3.11", "0" * 64, "picklescan 1.0.5")
    scan = Scan((FileScan("m.onnx", "onnx"),), scanner)
    assert "no onnx.checker (python3 -m pip install onnx)" in render_text(scan, 0)
    asked = replace(scanner, second="picklescan 1.0.5, onnx 1.22.0")
    assert "no onnx.checker" not in render_text(replace(scan, scanner=asked), 0)
    assert "no onnx.checker" not in render_text(replace(scan, files=()), 0)


def _files(folder: Path) -> list[dict[str, str]]:
    files: list[dict[str, str]] = run("scan", ".", "--format", "json", cwd=folder).report["files"]
    return files


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    put(tmp_path, a__pkl=GOOD)
    (tmp_path / "a.pkl").chmod(0)
    tmp_path.chmod(0o755)
    reader = os.fork()
    if reader == 0:
        os.chdir(tmp_path)
        if os.geteuid() == 0:  # root reads everything
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        request = {"path": "a.pkl", "place": "a.pkl", "size": 1, "folder": ""}
        (trouble,) = _judged(Engine(allowlist()), request)[0].troubles
        os._exit(0 if trouble.message == "it cannot be opened: Permission denied" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]) == 0


def test_the_policy_may_add_a_name(tmp_path: Path) -> None:
    content = b"cacme.features\nBucketer\n)R."
    put(tmp_path, a__pkl=content)
    files = list(FilesOnDisk().find(str(tmp_path / "a.pkl")))
    assert (
        ChildScanner(second=False)
        .scan(files)
        .files[0]
        .troubles[0]
        .hint.endswith(  # type: ignore[arg-type]
            '[scan] allow = ["acme.features:Bucketer"]'
        )
    )
    told = ChildScanner().scan(files, ["acme.features:Bucketer"])  # type: ignore[arg-type]
    assert told.files[0].troubles == ()
    plain = ChildScanner().scan(files)  # type: ignore[arg-type]
    assert plain.scanner.allowlist != told.scanner.allowlist


def test_the_program_is_found_whatever_lies_in_the_current_folder(tmp_path: Path) -> None:
    put(tmp_path, a__pkl=GOOD, json__py=b"raise SystemExit('planted')", registrar__py=b"1/0")
    done = subprocess.run(
        [sys.executable, "-I", "-m", "registrar", "scan", "a.pkl"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "clean: a.pkl (pickle)")


def test_clean_files_that_are_not_listed_are_told(tmp_path: Path) -> None:
    put(tmp_path, **{f"{number}__pkl": GOOD for number in range(20)})
    assert "not listed" not in run("scan", ".", cwd=tmp_path).out
    put(tmp_path, more__pkl=POISON)
    said = run("scan", ".", cwd=tmp_path)
    assert "clean: " not in said.out
    assert "20 clean, the clean ones not listed (--format json lists all)\n" in said.out


def test_a_lambda_of_cloudpickle_is_told_as_what_it_is(tmp_path: Path) -> None:
    cloudpickle = pytest.importorskip("cloudpickle")
    put(tmp_path, model__pkl=cloudpickle.dumps(lambda x: x))
    said = run("scan", "model.pkl", cwd=tmp_path)
    assert said.code == 1
    assert "= hint: cloudpickle writes code into the file, as of a lambda" in said.out
    assert "no library writes such a file" not in said.out
    assert "[scan] allow" not in said.out, "such a name would let any code in"


def test_what_is_neither_a_path_nor_a_reference_is_told_how_to_name_one(tmp_path: Path) -> None:
    said = run("scan", "wine:1.0", cwd=tmp_path)
    assert said.code == 2
    assert "or an entry as wine, wine:1.2.0 or sha256:<digest>" in said.err
