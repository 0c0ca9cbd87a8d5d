"""Reading a table: every cell says what may stand in it, and a slip of the pen is named by file, row and column."""

import pytest

from model.errors import ConfigError
from world.earth.table_rows import EVERYWHERE, read_rows

COLUMNS = ("key", "cell")


@pytest.fixture
def table(tmp_path):
    def write(text, columns=COLUMNS, key="key"):
        path = tmp_path / "beasts.csv"
        path.write_text(text, encoding="utf-8")
        return read_rows(path, columns, key)

    return write


@pytest.fixture
def cell(table):
    return lambda text: table(f'key,cell\nyeti,"{text}"\n')[0]


def test_rows_come_in_order_without_blanks_around_cells_and_without_empty_lines(table):
    rows = table("key,cell\nyeti, snow \n\nnessie,lake\n")
    assert [(row.line, row.text("key"), row.text("cell")) for row in rows] == [
        (2, "yeti", "snow"),
        (4, "nessie", "lake"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"beasts.csv, row 1: looked for the columns key, cell, found none; mend its first line"),
        ("key,sell\na,b\n", r"row 1: looked for the columns key, cell, found key, sell"),
        ("key,cell\nyeti\n", r"beasts.csv, row 2: looked for 2 cells, found 1; mend that row"),
        ("key,cell\nyeti,a,b\n", r"row 2: looked for 2 cells, found 3"),
        ("key,cell\nyeti,a\nyeti,b\n", r"row 3, column 'key': looked for a name that row 2 does not have yet"),
        ('key,cell\nyeti,"a\n', r"looked for the table beasts.csv, cannot read it"),
    ],
)  # fmt: skip
def test_a_table_of_another_shape_is_refused_in_one_sentence(table, text, message):
    with pytest.raises(ConfigError, match=message):
        table(text)


def test_a_missing_table_and_one_that_is_no_text_are_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"looked for the table beasts\.csv, cannot read it"):
        read_rows(tmp_path / "beasts.csv", COLUMNS)
    (tmp_path / "beasts.csv").write_bytes(b"key,cell\nyeti,\xff\xfe\n")
    with pytest.raises(ConfigError, match="cannot read it"):
        read_rows(tmp_path / "beasts.csv", COLUMNS)


def test_cells_are_read_as_what_they_are(cell):
    assert cell("3.5").number("cell", 0.0, 4.0) == 3.5
    assert cell(".12!").number("cell", 0.0, 1.0) == 0.12
    assert cell("yes").yes("cell") and not cell("").yes("cell") and cell("").empty("cell")
    assert cell("oak elm").words("cell", ("oak", "elm", "ash")) == ("oak", "elm")
    assert cell("oak:2 elm:.5").shares("cell", 0.0, 2.0) == {"oak": 2.0, "elm": 0.5}
    assert cell("").shares("cell", 0.0, 2.0) == {}
    assert cell("FR:.5").shares_by_country("cell", 0.0, 1.0) == {"FR": 0.5}
    assert cell("cow:3! goat:1").marked_shares("cell") == ((("cow", 0.75), ("goat", 0.25)), {"cow"})
    assert cell("NO").country("cell") == "NO"
    assert cell("red").rgb("cell") == (0.80, 0.10, 0.10)
    assert cell("0.1 0.2 0.3").rgb("cell") == (0.1, 0.2, 0.3)
    assert cell("ff0000 000033").hexes("cell") == ((1.0, 0.0, 0.0), (0.0, 0.0, 0.2))


def test_countries_are_those_listed_or_all_but_those(cell):
    some, others, all_of_them = (cell(text).countries("cell") for text in ("NO SE", "but NO SE", ""))
    assert some.has("NO") and not some.has("FI")
    assert others.has("FI") and not others.has("NO")
    assert all_of_them == EVERYWHERE and all_of_them.has("NO") and all_of_them.has("")


@pytest.mark.parametrize(
    ("question", "text", "wanted"),
    [
        (lambda row: row.number("cell", 0.0, 1.0), "cold", "a number from 0 to 1"),
        (lambda row: row.number("cell", 0.0, 1.0), "1.5", "a number from 0 to 1"),
        (lambda row: row.number("cell", 0.0, 1.0), "nan", "a number from 0 to 1"),
        (lambda row: row.number("cell", 0.0, 1.0), "", "a number from 0 to 1"),
        (lambda row: row.yes("cell"), "no", "one of nothing, yes"),
        (lambda row: row.one_of("cell", ("a", "b")), "c", "one of a, b"),
        (lambda row: row.words("cell"), "", "one word or more"),
        (lambda row: row.words("cell", ("oak",)), "oak elm", "names that are known, not 'elm'"),
        (lambda row: row.shares("cell", 0.0, 1.0), "oak", "numbers from 0 to 1"),
        (lambda row: row.shares("cell", 0.0, 1.0), "oak:7", "numbers from 0 to 1"),
        (lambda row: row.shares("cell", 0.0, 9.0), "oak:1 oak:2", "each name once"),
        (lambda row: row.shares_by_country("cell", 0.0, 1.0), "France:.5", "two capital letters"),
        (lambda row: row.marked_shares("cell"), "cow:0", "not all of them 0"),
        (lambda row: row.marked_shares("cell"), ":1", "name:share"),
        (lambda row: row.country("cell"), "norway", "two capital letters"),
        (lambda row: row.countries("cell"), "NO se", "two capital letters"),
        (lambda row: row.countries("cell"), "NO NO", "each country once"),
        (lambda row: row.countries("cell"), "but", "countries after 'but'"),
        (lambda row: row.rgb("cell"), "mauve", "three numbers from 0 to 1, or one of white"),
        (lambda row: row.rgb("cell"), "0.1 0.2 7", "numbers from 0 to 1"),
        (lambda row: row.hexes("cell"), "ff00", "six hexadecimal digits"),
        (lambda row: row.hexes("cell"), "FF0000", "six hexadecimal digits"),
    ],
)
def test_a_slip_of_the_pen_is_refused_by_row_and_column(cell, question, text, wanted):
    with pytest.raises(ConfigError) as refused:
        question(cell(text))
    said = str(refused.value)
    assert said.startswith("beasts.csv, row 2, column 'cell': looked for ") and said.endswith("mend that cell.")
    assert wanted in said and f"found '{text}'" in said
