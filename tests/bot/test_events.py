"""Events are read as they were written, also while they are being written."""

import json

from bot.events import EventLog, EventTail, GamePlayed, RoundPlayed, event, read_events

PLAYED = RoundPlayed(1, 58.4, 26.7, 58.4, 26.7, 59.4, 24.7, 161.6, 4487, 3.2, "Tartu, Estonia", "Tallinn", "r.jpg")


def test_events_come_back_in_order_with_their_facts_and_a_time(tmp_path):
    log = EventLog(tmp_path / "new" / "events.jsonl")
    log(event("started", games=2))
    log(event("round", **vars(PLAYED)))
    started, played = read_events(log.path)
    assert (started["event"], started["games"]) == ("started", 2)
    assert (played["score"], played["guess_place"]) == (4487, "Tartu, Estonia")
    assert started["at"] <= played["at"]


def test_a_line_still_being_written_is_left_for_the_next_look(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"event": "started", "at": 1}\n{"event": "ro', encoding="utf-8")
    assert [e["event"] for e in read_events(path)] == ["started"]


def test_a_tail_goes_on_where_it_was_and_takes_the_line_when_it_is_whole(tmp_path):
    path = tmp_path / "events.jsonl"
    tail = EventTail(path)
    assert tail.read() == []
    path.write_text('{"event": "started"}\n{"event": "ro', encoding="utf-8")
    assert [e["event"] for e in tail.read()] == ["started"]
    with path.open("a", encoding="utf-8") as stream:
        stream.write('und"}\n')
    assert [e["event"] for e in tail.read()] == ["started", "round"]
    tail.read().clear()  # what a caller does with its list is its own affair
    assert len(tail.read()) == 2


def test_a_file_that_was_replaced_is_read_from_its_start(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"event": "started"}\n{"event": "finished"}\n', encoding="utf-8")
    tail = EventTail(path)
    assert len(tail.read()) == 2
    path.write_text('{"event": "game"}\n', encoding="utf-8")
    assert [e["event"] for e in tail.read()] == ["game"]


def test_a_spoilt_line_does_not_hide_the_others(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"event": "started"}\n\xff\xfe{broken\n[1]\n{"no": 1}\n{"event": "finished"}\n')
    assert [e["event"] for e in read_events(path)] == ["started", "finished"]


def test_no_file_means_no_events(tmp_path):
    assert read_events(tmp_path / "none.jsonl") == []


def test_a_game_is_ready_for_json():
    game = json.loads(json.dumps(GamePlayed("id", "world", "Bot", 4487, "g.jpg", [PLAYED]).as_dict()))
    assert game["rounds"][0]["distance_km"] == 161.6
    assert game["rounds"][0]["score"] == 4487
