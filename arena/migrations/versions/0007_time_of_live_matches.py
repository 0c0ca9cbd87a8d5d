"""The time for a round of a live match, beside the limits of all others: what is compared has the same one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

USUAL_S = 120.0  # where the settings do not say it


def upgrade() -> None:
    """It stood in the settings alone, so that such matches passed for games without a limit."""
    games = sa.table("games", sa.column("game_id"), sa.column("settings", sa.JSON), sa.column("time_limit_s"))
    live = sa.select(games.c.game_id, games.c.settings).where(
        games.c.time_limit_s.is_(None), games.c.settings.is_not(None)
    )
    limits = [
        {"game": row.game_id, "limit_s": round(float(row.settings.get("round_s") or USUAL_S))}
        for row in op.get_bind().execute(live)
        if row.settings is not None  # JSON's null is not SQL's
    ]
    if limits:
        its = games.update().where(games.c.game_id == sa.bindparam("game"))
        op.get_bind().execute(its.values(time_limit_s=sa.bindparam("limit_s")), limits)
