"""The same recipe gives the same bytes on one machine: whoever draws it, after whatever, with whatever beside it."""

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from world import render
from world.clues import build_scene, build_scenes
from world.earth.places import sample_places
from world.render import HEADINGS, render_equirectangular, render_maps, render_view_maps, render_views
from world.study.reference import recipes

CHOSEN = slice(0, None, 3)  # eight of the reference pictures' places, on all continents


@pytest.fixture(scope="module")
def asked(atlas):
    return recipes().drop(columns="name")[CHOSEN].reset_index(drop=True)


@pytest.fixture(scope="module")
def scenes(asked):
    return build_scenes(asked)


def digest(scene):
    """Of everything that is drawn of a scene: views, a panorama, and the maps of both."""
    parts = [render_views(scene, 32, 4), render_equirectangular(scene, 128, 2)]
    parts += [*render_view_maps(scene, 32, (0.0, 90.0)), *render_maps(scene, 64)]
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


@pytest.fixture(scope="module")
def digests(scenes):
    found = [digest(scene) for scene in scenes]
    assert len(set(found)) == len(found)
    return found


ANOTHER_PROCESS = """
import json, runpy, sys
from world.clues import build_scene
digest = runpy.run_path({path!r})["digest"]
asked = json.loads(sys.argv[1])
print(json.dumps([digest(build_scene(**recipe)) for recipe in reversed(asked)][::-1]))
"""


def test_another_process_draws_the_same_bytes_alone_and_in_another_order(asked, digests, request):
    """There every scene is built by itself, the last one first."""
    script = ANOTHER_PROCESS.format(path=str(request.path))
    command = [sys.executable, "-c", script, asked.to_json(orient="records")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=request.config.rootpath)
    assert json.loads(done.stdout.splitlines()[-1]) == digests


def test_after_many_other_scenes_a_place_looks_as_before(asked, digests):
    for scene in build_scenes(sample_places(150, 77)):
        render_views(scene, 8, 1, (0.0,))
    assert [digest(scene) for scene in build_scenes(asked)] == digests


def test_a_scene_does_not_depend_on_those_that_are_built_with_it(asked, scenes):
    shuffled = build_scenes(asked.iloc[::-1].reset_index(drop=True))[::-1]
    many = build_scenes(asked.iloc[np.tile(np.arange(len(asked)), 9)].reset_index(drop=True))
    for k, scene in enumerate(scenes):
        alone = build_scene(**asked.iloc[k].astype(object).to_dict())
        assert alone.as_dict() == scene.as_dict() == shuffled[k].as_dict() == many[k].as_dict()


def test_one_thread_and_many_draw_the_same_panorama(scenes, monkeypatch):
    opened = []

    class Counted(ThreadPoolExecutor):
        def __init__(self, max_workers):
            opened.append(max_workers)
            super().__init__(max_workers)

    monkeypatch.setattr(render, "ThreadPoolExecutor", Counted)
    for scene in scenes[:3]:
        pictures = []
        for processors in (1, 2, 5):
            monkeypatch.setattr("os.cpu_count", lambda processors=processors: processors)
            pictures.append(render_equirectangular(scene, 640, 2))
        assert np.array_equal(pictures[0], pictures[1])
        assert np.array_equal(pictures[0], pictures[2])
    assert opened == [1, 2, 5] * 3


def test_threads_that_draw_several_scenes_at_once_do_not_mix_them(scenes, digests):
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(digest, scenes * 2)) == digests * 2


@pytest.mark.parametrize("headings", [(90.0,), (270.0, 90.0), (33.0, 90.0, 180.0, 0.0, 271.0)])
def test_a_view_does_not_depend_on_the_views_drawn_with_it(scenes, headings):
    for scene in scenes[:4]:
        east = render_views(scene, 40, 4)[HEADINGS.index(90.0)]
        assert np.array_equal(render_views(scene, 40, 4, headings)[headings.index(90.0)], east)


def test_another_moment_or_seed_is_another_picture(asked, digests):
    """What all of the above would also say of a renderer that draws one picture for all."""
    for column, value in (("seed", 12345), ("hour", 13.37), ("month", 9), ("lat", 47.11)):
        changed = asked.iloc[:2].assign(**{column: value})
        assert digest(build_scenes(changed)[0]) != digests[0]
