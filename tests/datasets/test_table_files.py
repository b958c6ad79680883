from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from rgrl.datasets.table_files import read_table
from rgrl.errors import ConfigError, DataError, DataUnavailableError, MissingExtraError


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_reads_ids_labels_and_features_of_a_csv(tmp_path: Path) -> None:
    text = '\ufeffnode,age,label,size\r\nb,30,red,-1.5e3\r\n\r\n"a, jr",4, blue ,0\r\n'
    found = read_table(write(tmp_path / "t.csv", text))
    assert list(found.ids) == ["b", "a, jr"]
    assert list(found.columns) == ["age", "size"]
    assert found.x.dtype == np.float32
    assert found.x.tolist() == [[30, -1500], [4, 0]]
    assert found.labels == ["red", "blue"]


def test_a_tsv_is_separated_by_tabs(tmp_path: Path) -> None:
    found = read_table(write(tmp_path / "t.tsv", "id\tage\tlabel\na, jr\t4\tred, or so\n"))
    assert (found.ids, found.columns, found.labels) == (["a, jr"], ["age"], ["red, or so"])
    with pytest.raises(
        DataError, match="first line is separated by ','; columns are separated by tabs, in a"
    ):
        read_table(write(tmp_path / "t.tsv", "id,age\na,1\n"))


def test_an_index_without_a_name_and_numbered_columns(tmp_path: Path) -> None:
    found = read_table(write(tmp_path / "t.CSV", ",0,1\n0,5,6\n1,7,8\n"))
    assert list(found.columns) == ["0", "1"]
    assert found.labels is None
    assert found.node_of == {"0": 0, "1": 1}


def test_columns_may_be_named_after_years(tmp_path: Path) -> None:
    assert list(read_table(write(tmp_path / "t.csv", "town,2019,2020\na,5,6\n")).columns) == ["2019", "2020"]


def test_a_label_is_known_in_any_case(tmp_path: Path) -> None:
    found = read_table(write(tmp_path / "t.csv", "id,LABEL,age\na,0,5\n"))
    assert found.labels == ["0"]
    assert list(found.columns) == ["age"]


def test_warns_of_a_class_that_would_be_a_feature(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    read_table(write(tmp_path / "t.csv", "id,age,Label,class\na,5,x,1\n"))
    assert not caplog.records
    read_table(write(tmp_path / "t.csv", "id,age,Class\na,5,1\n"))
    assert "column 'Class' is a feature; name it 'label' if it is the nodes' class" in caplog.text


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "there is no row"),
        ("id,age\n", "there is no row"),
        ("0,1.5,2\n1,2,3\n", "the first line holds numbers; it must name the columns"),
        ("0,1,2\n1,2,3\n", "the first line holds numbers; it must name the columns"),
        ("ann,30,1.5\nbob,2,3\n", "the first line holds numbers; it must name the columns"),
        ("ann,30,2\nbob,2,3\n", "the first line holds numbers; it must name the columns"),
        ("id;age\na;1\n", "the first line is separated by ';'; columns are separated by commas"),
        ("id\tage\na\t1\n", r"the first line is separated by '\\t'"),
        ("id,label,Label,age\na,x,y,1\n", "column 'label' stands twice"),
        ("id,age\na,1_5\n", r"column 'age', row 1 \(node 'a'\): '1_5' is not a number"),
        ("id,age\na,1\nb,old\n", r"column 'age', row 2 \(node 'b'\): 'old' is not a number"),
        ("id,age\na,\n", r"column 'age', row 1 \(node 'a'\): '' is not a number"),
        ("id,age\na,nan\n", r"column 'age', row 1 \(node 'a'\): nan is not a finite number"),
        ("id,age\na,1e39\n", r"column 'age', row 1 \(node 'a'\): inf is not a finite number"),
        ("id,age\na,1\na,2\n", "node id 'a' stands twice"),
        ("id,age\n ,1\n", "row 1 has no node id"),
        ("id,age,label\na,1,\nb,1,-3\n", r"column 'label', row 2 \(node 'b'\) is -3"),
        ("id,age\na,1,2\n", "row 1 has 3 cells; 2 columns are named"),
        ("id,age,age\na,1,2\n", "column 'age' stands twice"),
        ('id,age\n"a,1\n', "unexpected end of data"),
        (b"id,age\n\xff\xfe,1\n", r"line 2 is not in UTF-8 \(byte 0xff\); save it as UTF-8"),
    ],
)
def test_refuses_other_csv_files(text: str | bytes, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=rf"t\.csv: .*{complaint}"):
        read_table(write(tmp_path / "t.csv", text))


def test_refuses_other_endings_and_absent_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"t\.xlsx: accepted endings are \.csv, \.tsv, \.parquet"):
        read_table(write(tmp_path / "t.xlsx", ""))
    with pytest.raises(DataUnavailableError, match=r"feature table .*absent\.csv does not exist"):
        read_table(tmp_path / "absent.csv")


@pytest.mark.parametrize("package", ["pandas", "pyarrow"])
def test_parquet_names_the_extra_it_needs(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if package == "pyarrow":
        pytest.importorskip("pandas")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"{package} is not installed; pip install 'rgrl\[tables\]'"):
        read_table(write(tmp_path / "t.parquet", b""))


def test_reads_parquet_as_csv(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"id": [7, 3], "on": [True, False], "label": ["b", "a"], "size": [1.5, -2]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame["on"] = frame["on"].astype("boolean")
    frame.to_parquet(tmp_path / "plain.parquet")
    frame.set_index("id").to_parquet(tmp_path / "index.parquet")  # 7, 3 make a range, as 0, 1 would
    frame.rename(columns={"label": "Label"}).to_parquet(tmp_path / "case.parquet")
    (tmp_path / "t.csv").write_text(
        (tmp_path / "t.csv").read_text().replace("True", "1").replace("False", "0")
    )
    expected = read_table(tmp_path / "t.csv")
    for name in ("plain", "index", "case"):
        found = read_table(tmp_path / f"{name}.parquet")
        assert found.ids == expected.ids == ["7", "3"]
        assert found.columns == expected.columns
        assert np.array_equal(found.x, expected.x)
        assert found.labels == expected.labels


def test_refuses_other_parquet_files(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pd = pytest.importorskip("pandas")
    with pytest.raises(DataError, match=r"t\.parquet: damaged or no parquet file"):
        read_table(write(tmp_path / "t.parquet", b"PAR1 and no more"))
    for values, complaint in (
        ([1.0, None], r"column 'age', row 2 \(node 'b'\): nan is not a finite number"),
        (["1", "x"], "column 'age', row 1: '1' is not a number"),
        (pd.to_datetime(["2020-01-01", "2020-01-02"]), "column 'age', row 1: '2020-01-01"),
    ):
        pd.DataFrame({"id": ["a", "b"], "age": values}).to_parquet(tmp_path / "t.parquet")
        with pytest.raises(DataError, match=complaint):
            read_table(tmp_path / "t.parquet")
    pd.DataFrame({"id": ["a", None], "age": [1, 2]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(DataError, match="row 2 has no node id"):
        read_table(tmp_path / "t.parquet")
