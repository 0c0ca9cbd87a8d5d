"""The HTTP API of the model (FastAPI), under /api/v1. Knows no dashboard, no game and no file of a checkpoint."""

from api.app import create_api

__all__ = ["create_api"]
