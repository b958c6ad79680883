from __future__ import annotations

import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from small_embedder import club, club_edges, embedder, rows

from rgrl import RGRLEmbedder
from rgrl.errors import DataError, RGRLWarning

pd = pytest.importorskip("pandas")

COLUMNS = ["age", "height", "income"]


def frame(columns: Any = COLUMNS, width: int = 3) -> Any:
    return pd.DataFrame(rows(width=width), index=list(club()), columns=columns)


def fitted() -> RGRLEmbedder:
    return embedder().fit(club(), x=frame())


def test_fit_keeps_the_names_and_transform_takes_the_same() -> None:
    ours = fitted()
    assert ours.feature_names_in_.tolist() == COLUMNS
    assert ours.feature_names_in_.dtype == object
    with warnings.catch_warnings():
        warnings.simplefilter("error", RGRLWarning)
        assert np.array_equal(ours.transform(club(), x=frame()), ours.embedding_)
    of_pair = embedder().fit((pd.DataFrame(rows(width=3), columns=COLUMNS), club_edges()))
    assert of_pair.feature_names_in_.tolist() == COLUMNS
    assert not hasattr(clone(ours), "feature_names_in_")
    assert not hasattr(ours.fit(club(), x=rows(width=3)), "feature_names_in_")
    assert not hasattr(embedder().fit(club(), x=frame(None)), "feature_names_in_")


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        (["height", "age", "income"], "its columns in another order than in fit"),
        (["age", "height", "wage"], "the column 'wage', which fit had not"),
        (["age", "height"], "no column 'income', which fit had"),
        ([*COLUMNS, "wage"], "the column 'wage', which fit had not"),
    ],
)
def test_other_names_or_another_order_are_refused_in_one_line(columns: list[str], fault: str) -> None:
    other = frame(columns, len(columns))
    expected = f"x has {fault}: the columns of feature_names_in_, in their order, are needed"
    for call in (
        lambda: fitted().transform(club(), x=other),
        lambda: fitted().set_params(warm_start=True).fit(club(), x=other),
    ):
        with pytest.raises(DataError) as caught:
            call()
        assert str(caught.value) == expected


def test_names_on_one_side_only_are_a_warning_at_the_callers_line() -> None:
    ours = fitted()
    with pytest.warns(RGRLWarning, match="^x has no column names, but fit had some: ") as caught:
        assert np.array_equal(ours.transform(club(), x=rows(width=3)), ours.embedding_)
    assert [warning.filename for warning in caught] == [__file__]
    with pytest.warns(RGRLWarning, match="^x has column names, but fit had none: its columns are taken by"):
        embedder().fit(club(), x=rows(width=3)).transform(club(), x=frame())


def test_names_of_text_beside_others_are_refused() -> None:
    with pytest.raises(DataError, match="x has the column 3 beside columns named by text: text for all is"):
        embedder().fit(club(), x=frame(["age", 3, "income"]))


def test_names_stay_in_files(tmp_path: Path) -> None:
    ours = fitted()
    ours.save(tmp_path / "a.safetensors")
    for again in (RGRLEmbedder.load(tmp_path / "a.safetensors"), pickle.loads(pickle.dumps(ours))):
        assert again.feature_names_in_.tolist() == COLUMNS
        assert again.feature_names_in_.dtype == object
        with pytest.raises(DataError, match="in another order than in fit"):
            again.transform(club(), x=frame(COLUMNS[::-1]))
        again.fit(club(), x=rows(width=3)).save(tmp_path / "b.safetensors")
        assert not hasattr(RGRLEmbedder.load(tmp_path / "b.safetensors"), "feature_names_in_")
