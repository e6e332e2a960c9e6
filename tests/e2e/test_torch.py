"""PyTorch itself: what it writes is judged rightly, published, read in the sandbox, verified.

An opt-in lane, ``make test-torch``: PyTorch is no dependency, and larger than all of them.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders import run
from models import entry, tried
from published import Made, Published, tell, tell_gate

from registrar.domain.scanning import FileScan, Safety
from registrar.domain.smoking import Smoke
from registrar.integrations.scanning.allowlist import Use, allowlist
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.parts import Part, Sure
from registrar.integrations.smoke import torch_weights
from registrar.integrations.smoke.values import told_all

pytestmark = [pytest.mark.optin, pytest.mark.filterwarnings("ignore")]

NOT_BY_TORCH = {
    "a defaultdict": "harmless, and not on PyTorch's own list",
    "new types, legacy": "PyTorch writes what it cannot read",
    "an untyped storage, legacy": "the same",
}
"""Clean files that torch.load(weights_only=True) refuses itself, and why."""


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch")


@pytest.fixture(scope="module")
def net(torch: Any) -> Any:
    """A small network after a step of training."""
    torch.manual_seed(0)
    nn = torch.nn
    made = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3)
    )
    made(torch.ones(2, 1, 8, 8)).sum().backward()
    return made.eval()


def saved(torch: Any, value: Any, legacy: bool = False, **more: Any) -> bytes:
    out = io.BytesIO()
    torch.save(value, out, _use_new_zipfile_serialization=not legacy, **more)
    return out.getvalue()


def judged(content: bytes, name: str = "model.pt") -> Sure:
    return Engine(allowlist()).judged(Part(name, io.BytesIO(content), len(content)))


def safety(content: bytes) -> Safety:
    return FileScan("", "", judged(content).troubles).safety


def benign(torch: Any, net: Any) -> dict[str, Any]:
    """What people save, by name."""
    nn, ones = torch.nn, torch.ones
    adam, sgd = torch.optim.Adam(net.parameters()), torch.optim.SGD(net.parameters(), 0.1, 0.9)
    adam.step()
    sgd.step()
    old = "float16 bfloat16 float32 float64 int8 uint8 int16 int32 int64 bool complex64 complex128"
    new = "uint16 uint32 uint64 float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz complex32"
    whole = torch.arange(10.0)
    return {
        "a state dict": net.state_dict(),
        "a checkpoint": {"model": net.state_dict(), "adam": adam.state_dict(), "epoch": 3},
        "an optimizer": sgd.state_dict(),
        "types": {name: ones(3).to(getattr(torch, name)) for name in old.split()},
        "new types": {name: ones(3).to(getattr(torch, name)) for name in new.split()},
        "settings": {"type": torch.float32, "on": torch.device("cpu"), "of": torch.Size([1, 2])},
        "a tensor": whole,
        "views": {"a": whole, "b": whole[2:5], "c": whole.view(2, 5).t()},
        "nothing": {"empty": torch.zeros(0), "scalar": torch.tensor(1.0)},
        "a parameter": {"w": nn.Parameter(ones(2)), "g": ones(2, requires_grad=True)},
        "sparse tensors": {"coo": torch.eye(3).to_sparse(), "csr": torch.eye(3).to_sparse_csr()},
        "quantized tensors": {
            "all": torch.quantize_per_tensor(ones(3), 0.1, 0, torch.qint8),
            "rows": torch.quantize_per_channel(
                ones(3, 2), ones(3) / 10, torch.zeros(3).long(), 0, torch.qint8
            ),
        },
        "a conjugate": {"c": ones(2, dtype=torch.complex64).conj()},
        "no storage": {"m": torch.zeros(2, device="meta")},
        "containers": {"a": [1, (2, {"b": ones(1)})], "s": {1, 2}, "n": None, "t": "x"},
        "a recurrent network": nn.LSTM(3, 4).state_dict(),
        "a transformer": nn.TransformerEncoderLayer(8, 2).state_dict(),
        "random numbers": {"rng": torch.get_rng_state()},
        "a defaultdict": __import__("collections").defaultdict(list, a=[1]),
        "an untyped storage": {"s": ones(3).untyped_storage()},
    }


def test_what_people_save_is_clean_and_pytorch_reads_it(torch: Any, net: Any) -> None:
    wrong, refused, count = {}, set(), 0
    for name, value in benign(torch, net).items():
        for legacy in (False, True):
            content = saved(torch, value, legacy)
            found, count = judged(content), count + 1
            if found.troubles or found.format != "pytorch":
                wrong[name, legacy] = found
            try:
                torch.load(io.BytesIO(content), weights_only=True)
            except Exception:  # what PyTorch says of it is not our affair
                refused.add(f"{name}, legacy" if legacy and "defaultdict" not in name else name)
    print(f"PyTorch {torch.__version__}: {len(wrong)} wrong verdicts of {count} benign files")
    assert wrong == {}
    assert refused <= NOT_BY_TORCH.keys()
    for protocol in (2, 3, 4, 5):
        for legacy in (False, True):
            more = {"pickle_protocol": protocol}
            assert safety(saved(torch, net.state_dict(), legacy, **more)) is Safety.CLEAN


def test_code_is_dangerous_and_says_what_to_do(torch: Any, net: Any) -> None:
    for legacy in (False, True):
        found = judged(saved(torch, net, legacy)).troubles
        assert found[0].safety is Safety.DANGEROUS
        assert "imports torch.nn.modules.container.Sequential" in found[0].message
        assert "torch.save(model.state_dict(), …)" in found[0].hint
    for compiled in (torch.jit.script(net), torch.jit.trace(net, torch.zeros(1, 1, 8, 8))):
        out = io.BytesIO()
        torch.jit.save(compiled, out)
        found = judged(out.getvalue())
        assert found.format == "torchscript"
        assert "TorchScript is a program" in found.troubles[0].message
        assert "torch.onnx.export" in found.troubles[0].hint
    out = io.BytesIO()
    torch.export.save(torch.export.export(net, (torch.zeros(1, 1, 8, 8),)), out)
    assert safety(out.getvalue()) is Safety.DANGEROUS


class Marker:
    """Makes a folder when it is loaded."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os.mkdir, (self.path,)


@pytest.mark.parametrize("legacy", [False, True])
def test_poison_fires_for_pytorch_and_is_dangerous(
    torch: Any, net: Any, tmp_path: Path, legacy: bool
) -> None:
    value = {**net.state_dict(), "note": Marker(str(tmp_path / "FIRED"))}
    content = saved(torch, value, legacy)
    assert safety(content) is Safety.DANGEROUS
    torch.load(io.BytesIO(content), weights_only=False)
    assert (tmp_path / "FIRED").is_dir()


def test_cut_anywhere_it_is_not_clean(torch: Any, net: Any) -> None:
    for legacy in (False, True):
        content = saved(torch, net.state_dict(), legacy)
        cuts = [*range(0, len(content), 1000), len(content) - 1]
        assert [end for end in cuts if safety(content[:end]) is Safety.CLEAN] == []


def test_names_of_the_allowlist_are_there(torch: Any) -> None:
    import importlib

    gone = {
        (module, name)
        for (module, name), use in allowlist().uses.items()
        if module.partition(".")[0] == "torch" and use is not Use.FORBIDDEN
        if not hasattr(importlib.import_module(module), name)
    }
    assert gone == set()


NO_NAMES = {"a tensor", "settings"}
"""Clean files without a tensor that has a name: there is nothing to compare."""
PUBLISHED = {
    **{"a state dict": "pth", "a checkpoint": "ckpt", "a recurrent network": "bin"},
    **dict.fromkeys(("an optimizer", "types", "new types", "views", "a parameter"), "pt"),
    **dict.fromkeys(("sparse tensors", "quantized tensors", "a transformer"), "pt"),
}
"""What becomes entries, and what people call such a file."""


def readable(torch: Any, net: Any) -> Iterator[tuple[str, str, bytes]]:
    """What PyTorch reads with ``weights_only``: its name, its format, its bytes."""
    for name, value in benign(torch, net).items():
        for form in ("zip", "legacy"):
            if not {name, f"{name}, {form}"} & NOT_BY_TORCH.keys():
                yield name, form, saved(torch, value, form == "legacy")


def test_all_are_told_by_name_type_and_shape(torch: Any, net: Any, tmp_path: Path) -> None:
    wrong = {}
    for name, form, content in readable(torch, net):
        (tmp_path / "model.pt").write_bytes(content)
        try:
            tensors = torch_weights.load(str(tmp_path / "model.pt"), {})
            told = told_all(torch_weights.run(tensors, {}, None), None)
        except ValueError as error:
            told = {} if "no tensors by name" in str(error) else {"": str(error)}
        if bool(told) == (name in NO_NAMES) or "" in told:
            wrong[name, form] = told
    assert wrong == {}


def test_they_are_published_scanned_run_and_verified(torch: Any, net: Any, tmp_path: Path) -> None:
    published = Published.at(tmp_path)
    tell(
        published,
        [
            Made(f"{name.replace(' ', '-')}-{form}", f"model.{PUBLISHED[name]}", raw, {}, "pytorch")
            for name, form, raw in readable(torch, net)
            if name in PUBLISHED
        ],
    )
    assert len(published.entries) == 2 * len(PUBLISHED) - 1
    tell_gate(published)
    for folder, made in published.entries.items():
        path = published.repo.path / f"model_registry/{folder}"
        metadata = yaml.safe_load((path / "metadata.yaml").read_text())
        assert (metadata["artifact"], metadata["framework"]) == (made.file, {"name": "pytorch"})
    for form in ("zip", "legacy"):
        path = published.repo.path / f"model_registry/a-checkpoint-{form}-1.0.0/smoke/expected.json"
        expected = json.loads(path.read_text())
        assert expected["model.0.weight"] == "float32 [4, 1, 3, 3]"
        assert expected["adam.state.0.exp_avg"] == "float32 [4, 1, 3, 3]"


@pytest.mark.parametrize("legacy", [False, True])
def test_another_shape_is_seen(torch: Any, net: Any, tmp_path: Path, legacy: bool) -> None:
    state = {"model": net.state_dict(), "epoch": 3, "lr": [torch.ones(2)]}
    published = Published.at(tmp_path)
    path = published.publish(Made("net", "model.pt", saved(torch, state, legacy), {}, "pytorch"))
    assert published.answers("--record") == {"net-1.0.0": "recorded"}
    expected = json.loads((path / "smoke/expected.json").read_text())
    assert expected["lr.0"] == "float32 [2]"
    assert expected["number of tensors"] == len(net.state_dict()) + 1
    state["model"] = {**net.state_dict(), "0.weight": torch.zeros(4, 1, 5, 5)}
    other = Made("net", "model.pt", saved(torch, state, legacy), {}, "pytorch")
    assert published.exchange([other]) == {
        "net-1.0.0": "model.0.weight is 'float32 [4, 1, 5, 5]', not 'float32 [4, 1, 3, 3]'"
    }


def test_what_pytorch_does_not_load_is_said(torch: Any, net: Any, tmp_path: Path) -> None:
    whole = entry(tmp_path / "a", "model.pt", saved(torch, net), {}, {"number of tensors": 1})
    assert run("smoke", str(whole)).code == 4, "a scan stands before it"
    smoked = tried(whole)  # as if a scan had found nothing
    assert smoked.answer is Smoke.LOADS_NOT
    assert "Weights only load failed" in smoked.message
    none = entry(tmp_path / "b", "model.pt", saved(torch, {"a": 1}), {}, {"number of tensors": 0})
    smoked = tried(none)
    assert smoked.answer is Smoke.LOADS_NOT
    assert "it holds a dict, and no tensors by name" in smoked.message
