import numpy as np
import torch

from model.networks.probe import Gallery


def test_the_nearest_of_the_gallery_is_found_whatever_its_length():
    gallery = Gallery(4, 2)
    gallery.add(torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]), np.array([10, 11, 12, 13]))
    assert gallery.nearest(torch.tensor([[5.0, 0.5], [-0.1, -3.0]])).tolist() == [10, 13]


def test_the_oldest_vectors_go_out_and_an_empty_gallery_knows_nothing():
    gallery = Gallery(3, 2)
    assert gallery.nearest(torch.ones(2, 2)).tolist() == [-1, -1]
    for row in range(5):
        gallery.add(torch.tensor([[float(row), 1.0]]), np.array([row]))
    assert sorted(gallery.rows.tolist()) == [2, 3, 4]
