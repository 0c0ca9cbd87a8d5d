"""Letters and signs as small pictures: fonts, glyphs, strokes, symbols. Knows no scenes."""
