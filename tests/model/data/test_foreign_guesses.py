"""Anyone's guesses: found by any name of the photo, refused with their row, counted where not of these photos."""

import numpy as np
import pandas as pd
import pytest

from model.data.foreign_guesses import read_guesses
from model.errors import ManifestError

MANIFEST = pd.DataFrame({
    "id": ["5d/b3/1.jpg", "b", "c", "d"], "lat": 0.0, "lng": 0.0,
    "image": ["photos/5d/b3/1.jpg", "photos/x/b.jpg", "photos/y/same.jpg", "photos/z/same.jpg"],
})  # fmt: skip
ALL = np.arange(4)


def guesses(tmp_path, text, rows=ALL):
    path = tmp_path / "theirs.csv"
    path.write_text(text)
    return read_guesses(path, MANIFEST, rows)


@pytest.mark.parametrize(
    "name", ["5d/b3/1.jpg", "photos/5d/b3/1.jpg", "1.jpg", "1", "C:\\pics\\1.jpg", " 5d/b3/1.jpg "]
)
def test_a_photo_is_found_by_its_id_its_path_and_its_files_name(tmp_path, name):
    found = guesses(tmp_path, f"IMG_ID,Latitude,LON\n{name},10,20\n")
    assert found.table[["place", "lat", "lng"]].to_numpy().tolist() == [[0, 10, 20]]
    assert found.missing == ("b", "c", "d") and not found.with_probability
    assert any("3 photos of the manifest have no guess" in line for line in found.lines())


def test_a_name_that_two_photos_share_means_none_of_them(tmp_path):
    found = guesses(tmp_path, "image,lat,lng\nsame.jpg,1,2\nz/same.jpg,1,2\nb,1,2\n")
    assert found.table["place"].tolist() == [1]
    assert found.unknown == ("row 1: 'same.jpg'", "row 2: 'z/same.jpg'")
    assert "2 rows name images that the manifest does not have (row 1: 'same.jpg'" in found.lines()[0]


def test_of_several_candidates_the_likeliest_stands_first_and_other_splits_are_counted(tmp_path):
    text = "image;lat;lng;Probability\nb;1;1;0.2\nb;2;2;0.5\nb;3;3;0.3\nc;9;9;1\nd;5;5;0.1\nd;6;6;0.1\n"
    found = guesses(tmp_path, text, np.array([1, 3]))
    assert found.table[["place", "lat"]].to_numpy().tolist() == [[0, 2], [0, 3], [0, 1], [1, 5], [1, 6]]
    assert found.elsewhere == 1 and found.missing == () and found.with_probability


@pytest.mark.parametrize(
    ("text", "said"),
    [("b,1,2\nc,x,2\n", r"row 2: looked for a lat from -90 to 90, found 'x'"),
     ("b,1,nan\n", r"row 1: looked for a lng"), ("b,,2\n", r"row 1: looked for a lat .* found ''"),
     ("b,inf,2\n", "row 1"), ("b,91,2\nc,-91,2\n", r"row 1: .*\(2 such rows\)"), ("b,1,181\n", "row 1: .* a lng"),
     ("b,1,2\nc,1,2\nphotos/x/b.jpg,3,4\n", "rows 1 and 3; several candidates of a photo need a column probability"),
     (",1,2\nb,1,2\n", "row 1 names no image"), ("b,1,2\nb,1,2,3,4\n", "too many"),
     ("q,1,2\n", "no guess of the 4 places"),
     ("", "no rows|empty")],
)  # fmt: skip
def test_what_is_no_guess_is_refused_with_its_row(tmp_path, text, said):
    with pytest.raises(ManifestError, match=said):
        guesses(tmp_path, f"image,lat,lng\n{text}")


@pytest.mark.parametrize(
    ("text", "said"),
    [("b,1,2,1.5\n", "row 1: looked for a probability from 0 to 1"), ("b,1,2,\n", "row 1: looked for a probability"),
     ("b,1,2,.8\nb,3,4,.9\n", r"probabilities of 'b' \(row 1 …\) sum to 1.7")],
)  # fmt: skip
def test_probabilities_that_cannot_be_are_refused(tmp_path, text, said):
    with pytest.raises(ManifestError, match=said):
        guesses(tmp_path, f"image,lat,lng,p\n{text}")


def test_a_table_that_lacks_columns_or_is_none_is_a_sentence(tmp_path):
    with pytest.raises(ManifestError, match="no such file"):
        read_guesses(tmp_path / "nowhere.csv", MANIFEST, ALL)
    path = tmp_path / "theirs.csv"
    path.write_text("image,latitude\nb,1\n")
    with pytest.raises(ManifestError, match=r"lacks the column lng .*found image, latitude"):
        read_guesses(path, MANIFEST, ALL)
    path.write_bytes(b"\xff\xfe\x00\x00" * 9)
    with pytest.raises(ManifestError):
        read_guesses(path, MANIFEST, ALL)
