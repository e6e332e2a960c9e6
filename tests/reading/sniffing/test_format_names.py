"""What a name claims about a format, and whether content may stand under it."""

from __future__ import annotations

import pytest

from registrar.domain.formats import (
    COMPRESSIONS,
    DATA_EXTENSIONS,
    EXTENSIONS,
    ZIPS,
    Format,
    agrees,
    by_name,
    is_data,
)

WORDS = (
    "onnx, safetensors, gguf, skops, pickle, joblib, pytorch, torchscript, keras, hdf5, "
    "savedmodel, tflite, npy, npz, xgboost, lightgbm, zip, tar, unknown"
)


def test_the_formats_are_those_of_the_design():
    assert ", ".join(Format) == WORDS


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("model.onnx", {Format.ONNX}),
        ("MODEL.ONNX", {Format.ONNX}),
        ("a.b/model.v2.gguf", {Format.GGUF}),
        ("model.safetensors", {Format.SAFETENSORS}),
        ("model.skops", {Format.SKOPS}),
        ("model.pkl", {Format.PICKLE, Format.JOBLIB}),
        ("model.joblib", {Format.PICKLE, Format.JOBLIB}),
        ("model.pth", {Format.PYTORCH, Format.TORCHSCRIPT}),
        ("model.pkl.gz", {Format.JOBLIB}),
        ("model.joblib.Z", {Format.JOBLIB}),
        ("model.tar.gz", {Format.TAR}),
        ("model.tgz", {Format.TAR}),
        ("model.onnx.gz", set()),
        ("model.gz", set()),
        ("saved_model.pb", {Format.SAVEDMODEL}),
        ("model.h5", {Format.HDF5}),
        ("model.zip", {Format.ZIP}),
        ("model.py", {Format.UNKNOWN}),
        ("config.json", set()),
        ("MLmodel", set()),
        ("model", set()),
        ("model.onnx/weights", set()),
        ("model.", set()),
        ("", set()),
        ("weights.data-00000-of-00001", set()),
    ],
)
def test_a_name_claims(name, claimed):
    assert by_name(name) == frozenset(claimed)


@pytest.mark.parametrize("name", ["a.yaml", "a.YML", "x/b.json", "c.txt", "README.md", "x/MLmodel"])
def test_data_has_a_name_of_data(name):
    assert is_data(name)
    assert by_name(name) == frozenset()


@pytest.mark.parametrize("name", ["a.onnx", "a.py", "a", "yaml", "mlmodel", "MLmodel.x", "json/a"])
def test_other_names_are_no_data(name):
    assert not is_data(name)


@pytest.mark.parametrize("extension", EXTENSIONS)
@pytest.mark.parametrize("found", Format)
def test_an_extension_agrees_with_what_it_claims_and_nothing_else(extension, found):
    claimed = ZIPS if extension == "zip" else EXTENSIONS[extension]
    assert agrees(f"model.{extension}", found) == (found in claimed)


@pytest.mark.parametrize("found", Format)
@pytest.mark.parametrize("name", ["model", "model.weights", "model.exe", "model.gz", "onnx", ""])
def test_an_unknown_extension_never_disagrees(name, found):
    assert agrees(name, found)


@pytest.mark.parametrize(
    ("name", "found", "expected"),
    [
        ("model.onnx", Format.PICKLE, False),
        ("model.pkl", Format.ONNX, False),
        ("model.pkl", Format.PYTORCH, False),
        ("model.zip", Format.PYTORCH, True),
        ("model.zip", Format.NPZ, True),
        ("model.zip", Format.PICKLE, False),
        ("model.npz", Format.ZIP, False),
        ("model.npy", Format.PICKLE, False),
        ("model.tar.xz", Format.TAR, True),
        ("model.json", Format.XGBOOST, True),
        ("model.txt", Format.LIGHTGBM, True),
        ("model.txt", Format.XGBOOST, False),
        ("config.yaml", Format.PICKLE, False),
        ("config.json", Format.UNKNOWN, True),
        ("MLmodel", Format.UNKNOWN, True),
        ("MLmodel", Format.PICKLE, False),
    ],
)
def test_content_under_a_name(name, found, expected):
    assert agrees(name, found) is expected


def test_the_tables_do_not_overlap():
    assert not set(EXTENSIONS) & set(DATA_EXTENSIONS)
    assert not COMPRESSIONS & {*EXTENSIONS, *DATA_EXTENSIONS}
    assert list(EXTENSIONS) == sorted(EXTENSIONS)
    for name in {*EXTENSIONS, *DATA_EXTENSIONS, *COMPRESSIONS}:
        assert name == name.lower()


def test_every_format_has_an_extension():
    assert set().union(*EXTENSIONS.values()) == set(Format)
