"""Arrays in, numbers out: distances, score, calibration. Knows no model."""
