from model.data.vocabulary import END, PAD, START, train_tokenizer

CAPTIONS = ["A photo from Ñuñoa in Chile.", "A photo close to 東京 in Japan."] * 5


def test_the_same_captions_give_the_same_pieces():
    assert train_tokenizer(CAPTIONS, 300, 77).get_vocab() == train_tokenizer(CAPTIONS, 300, 77).get_vocab()


def test_any_script_survives_the_way_there_and_back():
    tokenizer = train_tokenizer(CAPTIONS, 300, 77)
    for text in ("ñuñoa", "東京", "مكة", "🗺 new words"):
        assert tokenizer.decode(tokenizer(text)["input_ids"], skip_special_tokens=True).strip() == text


def test_texts_begin_and_end_and_are_padded_on_the_right():
    tokenizer = train_tokenizer(CAPTIONS, 300, 77)
    short, long = tokenizer(["a", "a photo from chile in japan"], padding=True)["input_ids"]
    names = tokenizer.convert_ids_to_tokens(short)
    assert names[0] == START
    assert END in names
    assert names[-1] == PAD
    assert len(short) == len(long)
    assert tokenizer.eos_token_id != 2  # CLIP's text tower reads 2 as its first release's mistake
