"""Our own byte-pair vocabulary, learned from the captions, in the hub's layout. Knows no network."""

from collections.abc import Iterable
from typing import Any

PAD, UNKNOWN, START, END = "<pad>", "<unk>", "<start>", "<end>"


def train_tokenizer(captions: Iterable[str], size: int, max_length: int) -> Any:
    """Learn at most `size` pieces -> a fast tokenizer that adds start and end; the same captions give the same one.

    The end token is not number 2: CLIP's text tower reads that number as a mark of its first release.
    """
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE(unk_token=UNKNOWN))
    bpe.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=[PAD, UNKNOWN, START, END], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    bpe.train_from_iterator(captions, trainer)
    ids = {token: bpe.token_to_id(token) for token in (START, END)}
    bpe.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(START, ids[START]), (END, ids[END])]
    )
    fast: Any = PreTrainedTokenizerFast
    return fast(
        tokenizer_object=bpe, pad_token=PAD, unk_token=UNKNOWN, bos_token=START, eos_token=END,
        model_max_length=max_length, padding_side="right",
    )  # fmt: skip
