"""The file listing: formats by name, safe only when it is known to be, one digest for one listing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence import Depth, files
from scanner.evidence.collect import collect
from scanner.model import Artifact
from tests.evidence.repository import facts, gaps, repository


def listing(*paths: str, size: int | None = 10) -> files.FilesFact:
    return files.parse([Artifact(path, size) for path in paths])


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("model.safetensors", "safetensors"),
        ("a/B.GGUF", "gguf"),
        ("pytorch_model.bin", "pickle"),
        ("consolidated.00.pth", "pickle"),
        ("training_args .bin", "pickle"),
        ("last.ckpt", "pickle"),
        ("model.joblib", "pickle"),
        ("ggml-base.bin", "ggml"),
        ("model.onnx", "onnx"),
        ("model.onnx_data", "onnx"),
        ("tf_model.h5", "keras"),
        ("x.npz", "numpy"),
        ("saved_model.pb", "tensorflow"),
        ("variables/variables.data-00000-of-00001", "tensorflow"),
        ("m.tflite", "tflite"),
        ("flax_model.msgpack", "flax"),
        ("x.mlpackage/Data/com.apple.CoreML/weights/weight.bin", "coreml"),
        ("modeling_x.py", "python"),
        ("demo.ipynb", "notebook"),
        ("start.bat", "executable"),
        ("run.sh", "executable"),
        ("lib.so", "executable"),
        ("model.llamafile", "executable"),
        ("x.tar.gz", "archive"),
        ("model.nemo", "archive"),
        ("config.json", None),
        ("README.md", None),
        ("tokenizer.model", None),
        ("metadata.xml", None),
        (".gitattributes", None),
        ("LICENSE", None),
    ],
)
def test_a_format_is_known_by_the_name(path: str, form: str | None) -> None:
    assert files.format_of(path, frozenset({path})) == form


def test_a_bin_beside_an_xml_of_its_name_is_openvino_and_no_pickle() -> None:
    fact = listing("openvino_model.bin", "openvino_model.xml")
    assert (fact.formats, fact.pickle) == (("openvino",), False)


@pytest.mark.parametrize(
    ("paths", "safe"),
    [
        (("model.safetensors",), True),
        (("a.gguf", "model.safetensors", "README.md", "tokenizer.model"), True),
        (("model.safetensors", "pytorch_model.bin"), False),
        (("model.onnx",), False),
        (("model.nemo",), False),
        (("README.md",), None),
        ((), None),
    ],
)
def test_weights_are_safe_only_where_every_format_is(paths: tuple[str, ...], safe: bool | None) -> None:
    assert listing(*paths).safe_weights_only is safe


@pytest.mark.parametrize("path", ["weights", "blob.dat", "yolo.weights", "word2vec.model"])
def test_a_big_file_that_may_hold_anything_leaves_safety_unknown(path: str) -> None:
    artifacts = [Artifact("model.safetensors", 10), Artifact(path, files.BIG)]
    fact = files.parse(artifacts)
    assert (fact.safe_weights_only, fact.pickle) == (None, None)
    assert files.parse([artifacts[0], replace(artifacts[1], size=100)]).safe_weights_only is True
    assert files.parse([artifacts[0], replace(artifacts[1], size=None)]).safe_weights_only is None


@pytest.mark.parametrize("path", ["a.zip", "a.tar", "a.7z", "a.nemo", "a.npz", "a.npy"])
def test_what_may_hold_a_pickle_leaves_it_unknown_whatever_its_size(path: str) -> None:
    assert listing("model.safetensors", path).pickle is None
    assert listing("model.safetensors", path).safe_weights_only is not True
    assert listing("model.safetensors", path, "x.pkl").pickle is True
    assert listing("model.safetensors", "a.onnx", "README.md").pickle is False


@pytest.mark.parametrize("unread", ["siblings", "tree"])
def test_a_listing_that_is_partly_unread_proves_no_absence(tmp_path: Path, unread: str) -> None:
    model, _ = repository(tmp_path, {"model.safetensors": "x", "README.md": "x"})
    whole, partly = (facts(files.read(m, []), "files")[0] for m in (model, replace(model, unread=(unread,))))
    assert (whole.pickle, whole.safe_weights_only, whole.remote_code) == (False, True, False)
    assert (partly.pickle, partly.safe_weights_only, partly.remote_code) == (None, None, None)


def test_a_pickle_beside_the_weights_is_a_pickle_and_no_weights() -> None:
    fact = listing("model.safetensors", "training_args.bin", "optimizer.pt", "rng_state_0.pth")
    assert fact.pickle is True
    assert [path for path, _, _, _ in fact.weights] == ["model.safetensors"]
    assert fact.safe_weights_only is True


def test_things_that_run_are_listed_and_hostile_names_are_made_harmless() -> None:
    fact = listing("b.py", "a.sh", "c\u202e.exe", "new\nline.py", "../up.sh")
    assert fact.executables == ("../up.sh", "a.sh", "b.py", "c\ufffd.exe", "new line.py")


def test_bytes_are_unknown_when_one_size_is() -> None:
    assert files.parse([Artifact("a", 1), Artifact("b", 2)]).bytes == 3
    assert files.parse([Artifact("a", 1), Artifact("b")]).bytes is None
    assert files.parse([]).bytes == 0


def test_many_files_are_counted_and_the_first_are_listed() -> None:
    fact = listing(*(f"m-{i:04}.safetensors" for i in range(files.MAX_WEIGHTS + 5)), *(f"{i}.py" for i in range(60)))
    assert (fact.count, len(fact.weights)) == (files.MAX_WEIGHTS + 65, files.MAX_WEIGHTS)
    assert len(fact.executables) == files.MAX_EXECUTABLES


@given(st.lists(st.builds(Artifact, st.text(max_size=8), st.none() | st.integers(0, 9), st.none() | st.just("a" * 64))))
def test_the_digest_does_not_depend_on_the_order_and_every_listing_is_a_fact(artifacts: list[Artifact]) -> None:
    assert files.parse(artifacts).digest == files.parse(artifacts[::-1]).digest


def test_the_digest_changes_with_a_name_a_size_or_a_content() -> None:
    one = Artifact("a", 1, "0" * 64)
    others = [replace(one, path="b"), replace(one, size=2), replace(one, sha256="1" * 64), replace(one, size=None)]
    digests = {files.listing_digest([a]) for a in (one, *others)}
    assert len(digests) == 5


AUTO = json.dumps({"auto_map": {"AutoModel": "modeling_x.X"}})
CROSS = json.dumps({"auto_map": {"AutoModel": "else/where--modeling_x.X"}})
INDEX = json.dumps({"unet": ["my_unet", "Unet"]})


@pytest.mark.parametrize(
    ("held", "runs"),
    [
        ({"config.json": "{}"}, False),
        ({"config.json": AUTO, "modeling_x.py": "x"}, True),
        ({"config.json": CROSS}, True),
        ({"tokenizer_config.json": AUTO}, True),
        ({"model_index.json": INDEX, "my_unet.py": "x"}, True),
        ({"config.json": json.dumps({"auto_map": ["modeling_x.X"]})}, True),
        ({"config.json": json.dumps({"text_config": {"auto_map": {"AutoModel": "modeling_x.X"}}})}, True),
        ({"config.json": json.dumps({"parts": [{"auto_map": {"a": {"b": "modeling_x.X"}}}]})}, True),
        ({"preprocessor_config.json": AUTO}, True),
        ({"processor_config.json": AUTO}, True),
        ({"video_preprocessor_config.json": AUTO}, True),
        ({"generation_config.json": AUTO}, True),
        ({"generation_config.json": "{}", "config.json": "{}"}, False),
        ({"generation_config.json": "{", "config.json": "{}"}, None),
        ({"model_index.json": json.dumps({"unet": ["diffusers", "U"]}), "unet/config.json": AUTO}, True),
        ({"model_index.json": json.dumps({"unet": ["diffusers", "U"]}), "unet/config.json": "{}"}, False),
        ({"model_index.json": json.dumps({"unet": ["diffusers", "U"]}), "unet/config.json": "{"}, None),
        ({"modules.json": "{"}, None),
        ({"modules.json": json.dumps([{"path": "", "type": "custom.Block"}]), "custom.py": "x"}, True),
        ({"config.json": "{}", "train.py": "x"}, None),
        ({"config.json": "{"}, None),
        ({"README.md": "x"}, False),
    ],
)
def test_remote_code_is_known_from_the_configs_and_unknown_where_they_are_not_read(
    tmp_path: Path, held: dict[str, str], runs: bool | None
) -> None:
    model, hub = repository(tmp_path, held)
    (fact,) = collect(model, hub, Depth.CARD).facts("files")
    assert fact.remote_code is runs


def test_a_hub_without_a_listing_is_one_gap(tmp_path: Path) -> None:
    model, _ = repository(tmp_path, {"config.json": "{}"})
    items = list(files.read(replace(model, artifacts=None), []))
    assert [g[:2] for g in gaps(items)] == [("files", "not-held")]
    assert not facts(items, "files")


def test_what_every_repository_has_hides_no_weights_where_sizes_are_not_told() -> None:
    listed = [Artifact(path) for path in (".gitattributes", "README.md", "LICENSE", "sub/NOTICE", "model.safetensors")]
    assert (files.parse(listed).pickle, files.parse(listed).safe_weights_only) == (False, True)
    assert files.parse([*listed, Artifact("weights")]).pickle is None
