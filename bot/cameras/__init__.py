"""Cameras: how somebody's panorama is turned to the four headings, or to four views whose north nobody knows."""
