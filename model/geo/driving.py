"""Which side of the road a country drives on: a list of facts (who drives on the left; the others on the right)."""

# Left-hand traffic by ISO-2, territories included. Source: common knowledge, as listed in "Left- and right-hand
# traffic" (Wikipedia); territories follow local law, not their sovereign's (GI and IO drive on the right).
_LEFT = """AG AI AU BB BD BM BN BS BT BW CC CK CX CY DM FJ FK GB GD GG GS GY HK ID IE IM IN JE JM JP KE KI KN KY LC LK
LS MO MS MT MU MV MW MY MZ NA NF NP NR NU NZ PG PK PN SB SC SG SH SR SZ TC TH TK TL TO TT TV TZ UG VC VG VI WS ZA ZM
ZW"""
LEFT_DRIVING = frozenset(_LEFT.split())


def driving_side(country: str) -> str:
    """`"left"` or `"right"` for an ISO-2 code; right where the code is unknown or empty (the sea)."""
    return "left" if country in LEFT_DRIVING else "right"
