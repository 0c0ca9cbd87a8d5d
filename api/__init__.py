"""The HTTP API of the model (FastAPI), under /api/v1."""
