"""``registrar scan`` on pointers of git-LFS and DVC: never clean without their bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import run
from scan_files import GOOD, POISON, put


@pytest.mark.parametrize("name", ["model.onnx", "model.pkl", "weights.bin", "model.safetensors"])
def test_a_pointer_of_git_lfs_is_never_clean(tmp_path: Path, name: str) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 12345\n"
    (tmp_path / name).write_text(pointer)
    said = run("scan", ".", cwd=tmp_path)
    assert said.code == 4
    assert "a pointer of git-LFS, not its bytes\n    = hint: git lfs pull" in said.out


def test_a_pointer_of_dvc_without_its_bytes_is_never_clean(tmp_path: Path) -> None:
    put(tmp_path, **{"wine/model__pkl__dvc": b"outs:\n- md5: x\n  path: model.pkl\n"})
    put(tmp_path, **{"wine/b c__dvc": b"outs:\n- md5: x\n  path: b c\n"})
    for target in (".", "wine", "wine/model.pkl.dvc"):
        said = run("scan", target, cwd=tmp_path)
        assert said.code == 4
        assert "a DVC pointer, and the bytes that it stands for were not read" in said.out
        assert "wine/model.pkl.dvc\n" in said.out
    assert "= hint: dvc pull 'wine/b c.dvc'" in run("scan", "wine", cwd=tmp_path).out
    put(tmp_path, **{"wine/model__pkl": GOOD, "wine/b c/part__pkl": GOOD})
    assert run("scan", "wine", cwd=tmp_path).code == 0
    put(tmp_path, **{"wine/b c/part__pkl": POISON})
    assert run("scan", "wine", cwd=tmp_path).code == 1
