import pytest


@pytest.fixture(scope="session")
def tokenizer():
    from model.data.vocabulary import train_tokenizer

    return train_tokenizer(["A photo from France.", "A photo from Chad in July."] * 5, 300, 77)
