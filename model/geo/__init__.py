"""The Earth: coordinates, distance, score, the atlas of any point. No torch, no images."""
