import pytest
import torch


@pytest.fixture(scope="session")
def tokenizer():
    from model.data.vocabulary import train_tokenizer

    return train_tokenizer(["A photo from France.", "A photo from Chad in July."] * 5, 300, 77)


@pytest.fixture
def in_full(monkeypatch):
    """Encoders multiply in float32, also on processors where they would in bfloat16: for tests that compare figures."""
    monkeypatch.setattr("model.networks.encoder.best_dtype", lambda device=None: torch.float32)
