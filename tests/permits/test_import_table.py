"""Reading CSV files of any origin: what is whole is read row by row, what is not is refused as a whole."""

from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.reporting import Refused, Report
from permits.imports.table import Line, open_table


def read(path: Path, content: bytes) -> tuple[list[Line], int]:
    """The rows that are taken, and how many are rejected."""
    path.write_bytes(content)
    report = Report(stderr=StringIO())
    return list(open_table(path).rows(report)), report.counts["rejected"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "uji.csv"


def test_rows_know_the_line_they_begin_on(file: Path) -> None:
    rows, rejected = read(file, b'a;b\r\n1;"x\r\ny"\r\n\r\n;\r\n2;z\r\n')
    assert rows == [Line(2, ["1", "x\r\ny"]), Line(6, ["2", "z"])]
    assert rejected == 0


def test_the_heading_may_go_on_over_two_lines(file: Path) -> None:
    assert read(file, b'"a\nb",c\n1,2\n')[0] == [Line(3, ["1", "2"])]


def test_a_row_of_another_width_is_rejected_unless_what_is_too_much_is_blank(file: Path) -> None:
    rows, rejected = read(file, b"a,b\n1,2,,\n1\n1,2,3\n4,5\n")
    assert [row.number for row in rows] == [2, 5]
    assert rejected == 2


def test_a_last_line_without_a_line_break_is_taken_if_it_is_complete(file: Path) -> None:
    assert read(file, b"a,b\n1,2")[0] == [Line(2, ["1", "2"])]


def test_quotation_marks_inside_a_value_cost_their_row_only(file: Path) -> None:
    rows, rejected = read(file, b'a,b\n1,"x" y\n2,z\n')
    assert (rows, rejected) == ([Line(3, ["2", "z"])], 1)


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n3",
        b'a,b\n1,2\n3,"x\n4,5\n',
        "a,b\n1,é".encode()[:-1],
        b"a,b\n1,2\n\x00\x01,4\n",
        b"PK\x03\x04 a,b\n1,2\n",
        b"\x81\x8d\x8f\x90 a,b\n1,2\n",
        b"only one column\n1\n",
        b"a,b\n",
        b"\xef\xbb\xbf\n",
        b"\xff\xfea\x00,\x00b\x00\n\x00\x31",
        b"a,b\n" + b'1,"' + b"x" * 200_000 + b"\n",
    ],
)
def test_a_broken_file_is_refused(file: Path, content: bytes) -> None:
    with pytest.raises(Refused):
        read(file, content)


def test_a_named_encoding_that_does_not_fit_is_refused(file: Path) -> None:
    file.write_bytes("a,b\n1,é\n".encode("cp1252"))
    assert open_table(file).encoding == "cp1252"
    with pytest.raises(Refused, match="utf-8"):
        open_table(file, encoding="utf-8")


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters='\0\r\n"')), min_size=2, max_size=2)
    )
)
def test_every_table_is_read_back(tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]) -> None:
    file = tmp_path_factory.mktemp("table") / "uji.csv"
    quoted = "".join(";".join(f'"{cell}"' for cell in row) + "\n" for row in [["satu", "dua"], *cells])
    wanted = [row for row in cells if any(cell.strip() for cell in row)]
    if not wanted:
        with pytest.raises(Refused):
            read(file, quoted.encode())
    else:
        assert [row.cells for row in read(file, quoted.encode())[0]] == wanted


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("table") / "uji.csv"
    with suppress(Refused):
        read(file, content)
