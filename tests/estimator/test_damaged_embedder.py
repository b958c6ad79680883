"""Files of an embedder that were altered somewhere: each loads as it was, or is refused in one line."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_embedder import club, embedder

from rgrl import RGRLEmbedder
from rgrl.errors import DataError, RGRLError

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, 1, -1, 2**31, 2**62, 2**63, 2**64, 10**30, 1e308, 0.5])
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["F32", "F64", "BF16", "F8_E4M3", "F4", "BOOL", "U8", "I64", "gat", "sgc", "cuda:99"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[RGRLEmbedder, dict[str, Any], bytes]:
    """An embedder, and its file as header and what follows."""
    path = tmp_path_factory.mktemp("whole") / "a.safetensors"
    fitted = embedder(features="degree").fit(club())
    fitted.save(path)
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    return fitted, json.loads(content[8 : 8 + length]), content[8 + length :]


def written(folder: Path, header: Any, body: bytes) -> Path:
    text = json.dumps(header).encode()
    (folder / "b.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + body)
    return folder / "b.safetensors"


def require_equal_or_refused(path: Path, fitted: RGRLEmbedder) -> None:
    try:
        loaded = RGRLEmbedder.load(path)
    except RGRLError as error:
        assert "\n" not in str(error)
        return
    assert loaded.get_params() == fitted.get_params()
    for name in ("embedding_", "node_ids_", "loss_curve_", "seed_", "seconds_", "n_iter_", "n_features_in_"):
        assert np.array_equal(getattr(loaded, name), getattr(fitted, name))
    assert np.array_equal(loaded.transform(club()), fitted.embedding_)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in nested tables and lists."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in places(part, (*path, key)))]


def altered(data: st.DataObject, value: Any) -> Any:
    """A copy in which one thing, drawn from all of it, is another or gone."""
    copy = json.loads(json.dumps(value))
    *way, last = data.draw(st.sampled_from(places(copy)[1:]))
    holder = copy
    for key in way:
        holder = holder[key]
    if data.draw(st.integers(0, 4)) == 0:
        del holder[last]
    else:
        holder[last] = data.draw(anything)
    return copy


@quick
@given(data=st.data())
def test_a_header_altered_anywhere(data: st.DataObject, saved: Any, tmp_path: Path) -> None:
    fitted, header, body = saved
    require_equal_or_refused(written(tmp_path, altered(data, header), body), fitted)


@quick
@given(data=st.data())
def test_a_byte_altered_anywhere(data: st.DataObject, saved: Any, tmp_path: Path) -> None:
    fitted, header, body = saved
    path = written(tmp_path, header, body)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    require_equal_or_refused(path, fitted)


@quick
@given(name=st.sampled_from(["params", "facts"]), data=st.data())
def test_settings_and_facts_without_their_digest(
    name: str, data: st.DataObject, saved: Any, tmp_path: Path
) -> None:
    """What another program wrote may be a valid embedder; it embeds, or says why not."""
    _, header, body = saved
    metadata = {key: text for key, text in header["__metadata__"].items() if key != "sha256"}
    metadata[name] = json.dumps(altered(data, json.loads(metadata[name])))
    try:
        loaded = RGRLEmbedder.load(written(tmp_path, {**header, "__metadata__": metadata}, body))
        assert np.isfinite(loaded.transform(club())).all()
        loaded.save(tmp_path / "again.safetensors")
    except RGRLError as error:
        assert "\n" not in str(error)


def test_a_change_that_gives_another_valid_embedder_is_known(saved: Any, tmp_path: Path) -> None:
    fitted, header, body = saved
    metadata = dict(header["__metadata__"])
    metadata["params"] = json.dumps({**json.loads(metadata["params"]), "undirected": True})
    path = written(tmp_path, {**header, "__metadata__": metadata}, body)
    with pytest.raises(DataError, match=r"b\.safetensors is damaged: its content is not what was written$"):
        RGRLEmbedder.load(path)
    require_equal_or_refused(written(tmp_path, header, body), fitted)
    del metadata["sha256"]
    assert RGRLEmbedder.load(written(tmp_path, {**header, "__metadata__": metadata}, body)).undirected
