"""Human scores from elsewhere, read, checked and brought into the scorebook. Knows files and the book; knows no page.

bytes ─► files ─► game_json, duel_json, tables ─► found ─► scales, checks ─► bring ─► Scorebook
"""
