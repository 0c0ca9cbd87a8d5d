import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image, PngImagePlugin

from model.data.class_maps import NO_CLASS, map_columns, map_paths, read_legend, read_maps
from model.errors import ImageError, ManifestError


def write(path, array, legend=("sky", "road"), mode="P"):
    image = Image.fromarray(np.asarray(array, np.uint8), "L")
    if mode == "P":
        image = Image.frombytes("P", image.size, image.tobytes())
        image.putpalette([0] * 768)
    info = PngImagePlugin.PngInfo()
    if legend is not None:
        info.add_text("Legend", legend if isinstance(legend, str) else json.dumps(legend))
    image.save(path, pnginfo=info)
    return path


def test_maps_are_read_with_their_legend_and_what_is_no_class_is_marked(tmp_path):
    path = write(tmp_path / "a.png", [[0, 1], [1, 7]])
    assert read_legend(path) == ("sky", "road")
    assert read_maps([path, path], 2, 2).tolist() == [[[0, 1], [1, NO_CLASS]]] * 2


def test_another_size_is_sampled_and_never_mixes_classes(tmp_path):
    array = np.zeros((6, 6), np.uint8)
    array[3:] = 9
    path = write(tmp_path / "a.png", array, mode="L")
    assert set(np.unique(read_maps([path], 4, 10))) == {0, 9}


def test_the_centre_square_is_taken_as_of_a_view(tmp_path):
    path = write(tmp_path / "a.png", [[0, 1, 1, 0], [0, 2, 1, 0]], mode="L")
    assert read_maps([path], 2, 3).tolist() == [[[1, 1], [2, 1]]]


def test_columns_are_all_four_or_none(tmp_path):
    frame = pd.DataFrame({f"class_{view}": ["x.png"] for view in range(4)})
    assert map_columns(frame) == [f"class_{view}" for view in range(4)]
    assert map_columns(pd.DataFrame({"id": ["a"]})) == []
    assert map_paths(frame, tmp_path / "manifest.parquet") == [[tmp_path / "x.png"] * 4]
    with pytest.raises(ManifestError, match="found class_0"):
        map_columns(pd.DataFrame({"class_0": ["x.png"]}))


@pytest.mark.parametrize("legend", [None, "[1, 2]", "not json", '["one"]', json.dumps(["x"] * 99)])
def test_a_legend_that_is_none_is_refused(tmp_path, legend):
    with pytest.raises(ImageError, match="names of the classes"):
        read_legend(write(tmp_path / "a.png", [[0]], legend))


def test_files_that_are_no_maps_are_refused(tmp_path):
    with pytest.raises(ImageError, match="no such file"):
        read_maps([tmp_path / "none.png"], 4, 2)
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(ImageError, match="something else"):
        read_maps([tmp_path / "text.png"], 4, 2)
    Image.new("RGB", (8, 8)).save(tmp_path / "photo.png")
    with pytest.raises(ImageError, match="mode RGB"):
        read_maps([tmp_path / "photo.png"], 4, 2)
    whole = write(tmp_path / "cut.png", np.random.default_rng(0).integers(0, 2, (64, 64)))
    whole.write_bytes(whole.read_bytes()[:-120])
    with pytest.raises(ImageError, match="cut off"):
        read_maps([whole], 4, 2)
