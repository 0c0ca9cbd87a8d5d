"""locate on the command line: one sentence, or one sentence about what went wrong."""

import pytest

from model import locate


def test_without_files_the_usage_is_shown(capsys):
    with pytest.raises(SystemExit) as exit_:
        locate.cli([])
    assert exit_.value.code == 2
    assert "FILE" in capsys.readouterr().err


def test_a_checkpoint_that_is_not_there_ends_with_one_sentence_and_code_2(tmp_path, capsys):
    with pytest.raises(SystemExit) as exit_:
        locate.cli(["photo.jpg", "--checkpoint", str(tmp_path / "nowhere")])
    assert exit_.value.code == 2
    error = capsys.readouterr().err
    assert "looked for a checkpoint" in error
    assert "Traceback" not in error
