"""The HTTP API of the model (FastAPI), under /api/v1. Knows no dashboard, no game and no file of a checkpoint."""

from api.app import create_api
from api.batches import Together
from api.keys import Keys

__all__ = ["Keys", "Together", "create_api"]
