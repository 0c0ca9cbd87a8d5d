import io
import sys

from model.networks.journal import Journal


def curves(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(folder))
    found.Reload()
    return found


def test_lines_and_curves_of_the_main_process(tmp_path, capsys):
    journal = Journal(tmp_path, is_main=True)
    journal.say("step 1")
    journal.scalars(5, {"total": 2.5}, "loss")
    journal.progress(0.5, "step 5")
    journal.close()
    assert capsys.readouterr().out == "step 1\n"
    (point,) = curves(tmp_path).Scalars("loss/total")
    assert (point.step, point.value) == (5, 2.5)


def test_other_processes_are_silent(tmp_path, capsys):
    journal = Journal(tmp_path / "curves", is_main=False)
    journal.say("step 1")
    journal.scalars(5, {"total": 2.5}, "loss")
    journal.close()
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "curves").exists()


def test_points_beyond_the_kept_step_are_drawn_once(tmp_path):
    for first, values in ((0, {2: 1.0, 4: 2.0}), (2, {4: 3.0})):
        journal = Journal(tmp_path, True, first)
        for step, value in values.items():
            journal.scalars(step, {"total": value}, "loss")
        journal.close()
    assert [(p.step, p.value) for p in curves(tmp_path).Scalars("loss/total")] == [(2, 1.0), (4, 3.0)]


def test_a_terminal_gets_a_bar_and_its_lines_stay_plain(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    journal = Journal(None, True)
    journal.progress(0.25, "step 7")
    journal.say("rate 1e-3 [not markup]")
    journal.close()
    said = terminal.getvalue()
    assert "rate 1e-3 [not markup]" in said
    assert "step 7" in said and "25 %" in said
