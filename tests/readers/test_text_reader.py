"""Points as text: what is told from the rows, what must be said, what is refused."""

from pathlib import Path

import numpy as np
import pytest
from damage import read_or_refuse

from gapro_annotator.errors import InputError
from gapro_annotator.readers import find_sources, read_source

ROWS = [[0, 0, 0, 255, 0, 1], [1, 2, 3, 4, 5, 6], [4, 5, 6.5, 7, 8, 9]]


def text_of(delimiter: str, rows: list[list[float]] = ROWS) -> str:
    return "".join(delimiter.join(f"{number:g}" for number in row) + "\n" for row in rows)


@pytest.mark.parametrize("ending", ["xyz", "txt", "csv", "pts", "asc"])
@pytest.mark.parametrize("delimiter", [" ", ",", ", ", ";", "\t", "   "])
@pytest.mark.parametrize("start", ["", "# made by hand\n", "\ufeff", "\n\n"])
def test_any_delimiter_and_ending(tmp_path: Path, ending: str, delimiter: str, start: str) -> None:
    (tmp_path / f"a.{ending}").write_text(start + text_of(delimiter), encoding="utf-8")
    scan = read_source(tmp_path / f"a.{ending}")
    assert scan.xyz.tolist() == [row[:3] for row in ROWS]
    assert scan.rgb.tolist() == [row[3:] for row in ROWS]


@pytest.mark.parametrize(
    "header", ["//X Y Z R G B", "x,y,z,red,green,blue", "#X;Y;Z;R;G;B", '"x [m]","y [m]","z [m]","R","G","B"']
)
def test_a_header_names_the_columns(tmp_path: Path, header: str) -> None:
    delimiter = next((d for d in ",;" if d in header), " ")
    swapped = header.replace("X", "q").replace("x", "q", 1)
    (tmp_path / "a.csv").write_text(header + "\n" + text_of(delimiter))
    assert read_source(tmp_path / "a.csv").rgb.tolist() == [row[3:] for row in ROWS]
    (tmp_path / "b.csv").write_text(swapped + "\n" + text_of(delimiter))
    with pytest.raises(InputError, match=r"b\.csv: has no column x"):
        read_source(tmp_path / "b.csv")


def test_columns_in_another_order_follow_their_names(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("label,z,x,y,instance\nchair,3,1,2,7\ntable,6,4,5,-1\n")
    scan = read_source(tmp_path / "a.csv")
    assert scan.xyz.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_pts_file_starts_with_its_count_and_has_an_intensity(tmp_path: Path) -> None:
    rows = [[*row[:3], -1200, *row[3:]] for row in ROWS]
    (tmp_path / "a.pts").write_text("3\n" + text_of(" ", rows))
    assert read_source(tmp_path / "a.pts").rgb.tolist() == [row[3:] for row in ROWS]
    (tmp_path / "a.pts").write_text("4\n" + text_of(" ", rows))
    with pytest.raises(InputError, match="announces 4 points but has 3"):
        read_source(tmp_path / "a.pts")


def test_a_decimal_comma_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1,5;2,25;3\n-1,5;2;3,125\n")
    assert read_source(tmp_path / "a.txt").xyz.tolist() == [[1.5, 2.25, 3], [-1.5, 2, 3.125]]


def test_columns_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("9 1 2 3 10 20 30 0 0\n9 4 5 6 11 21 31 0 0\n")
    assert read_source(tmp_path / "a.txt").xyz.tolist() == [[9, 1, 2], [9, 4, 5]]
    scan = read_source(tmp_path / "a.txt", columns="- x y z r g b".split())
    assert scan.xyz.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert scan.rgb.tolist() == [[10, 20, 30], [11, 21, 31]]
    (tmp_path / "b.txt").write_text("1 2 3 4 5\n" * 3)
    with pytest.raises(InputError, match="--columns"):
        read_source(tmp_path / "b.txt")


def test_rows_without_finite_coordinates_keep_the_numbers_of_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("0 0 0\nnan 1 1\n2 2 2\n")
    assert read_source(tmp_path / "a.txt").source_row.tolist() == [0, 2]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello\nworld\n",
        "1 2\n3 4\n",
        "1 2 3\n4 5\n6 7 8\n",
        "1 2 3\nx y z\n",
        "1 2 3\n" * 400 + "1 2\n",
        "1_0 2 3\n",
    ],
)
def test_what_is_no_table_ends_in_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(InputError, match=r"a\.txt") as caught:
        read_source(tmp_path / "a.txt", format="text")
    assert "\n" not in str(caught.value)


def test_a_readme_beside_scans_is_no_scan(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("Scans of three rooms.\nRecorded in 2024.\n")
    (tmp_path / "a.xyz").write_text(text_of(" "))
    (tmp_path / "labels.txt").write_text("chair 0 0 0 0 0 0 0 6 4 2 1 2 3 0\n" * 3)
    np.save(tmp_path / "labels.npy", np.arange(9))
    np.save(tmp_path / "a_bbox.npy", np.ones((2, 7)))
    assert find_sources(tmp_path) == [tmp_path / "a.xyz"]


@pytest.mark.parametrize("delimiter", [" ", ",", ";"])
def test_damaged_files_are_read_or_refused(tmp_path: Path, delimiter: str) -> None:
    rows = np.random.default_rng(0).random((40, 6)).round(3).tolist()
    content = ("x y z r g b\n".replace(" ", delimiter) + text_of(delimiter, rows)).encode()
    assert read_or_refuse(tmp_path / "a.csv", content, cases=300) > 20
