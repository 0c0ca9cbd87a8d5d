"""Duels on the page: two browsers against each other, and what goes wrong between people who are not in one room."""

import random
from dataclasses import replace

import pytest
from selenium.webdriver.common.by import By

import arena.live.course
import arena.live.openings
import arena.live.rooms

pytestmark = pytest.mark.browser

FAR = (0.0, 0.0)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """Duels that start at once, and leave a slow browser its time."""
    checked = arena.live.openings.check_duel

    def check(*asked):
        return replace(checked(*asked), countdown_s=0.1, after_guess_s=100.0, pause_s=60.0)

    monkeypatch.setattr(arena.live.openings, "check_duel", check)


def place(page, lat, lng):
    page.module("table.js", "m.parts.guessMap.place(v[0], v[1]); return 1", lat, lng)


def truth(table, game_id, number):
    at = table.game(game_id).rounds[number - 1].place
    return at.lat, at.lng


def antipode(lat, lng):
    return -lat, lng - 180 if lng > 0 else lng + 180


def sits_down(page, link, name):
    page.visit(f"{link}&name={name}", "lobby")
    page.driver.find_element(By.CSS_SELECTOR, "#lobby-join button").click()
    return page.until(lambda: page.shown("lobby-ready"), "no seat was taken")


def duel_of(table, page, home, **settings):
    """A duel whose first seat is the page's, and the other one Bo's, who is ready; begun when the page is."""
    game_id = page.begin(mode="duel", duel=settings)
    seat = table.join(game_id, "Bo", owner="bo").seat
    page.visit(f"{home}?game={game_id}", "lobby")
    table.live.ready(table.game(game_id), seat, True)
    page.click("lobby-ready").wait_for("looking")
    return game_id, seat


def test_a_duel_is_played_to_its_end_in_two_browsers(page, other_page, served, new_arena):
    table = new_arena()
    address, ada, bo = served(table), page, other_page
    ada.visit(f"{address}?name=Ada&mode=duel", "start")
    ada.click("start-button").wait_for("lobby")
    link = ada.script("return document.getElementById('lobby-link').value")
    game_id = ada.of_body("game")
    assert ada.text("lobby-title") == "Waiting for someone" and link.endswith(f"?game={game_id}")
    sits_down(bo, link, "Bo")
    ada.until(lambda: "Bo" in ada.text("lobby-seats"), "nobody came")
    assert not ada.shown("lobby-invite") and "Ada" in bo.text("lobby-seats")
    ada.click("lobby-ready").until(lambda: ada.text("lobby-title") == "Waiting for Bo", "nobody is waited for")
    bo.click("lobby-ready").wait_for("looking")
    ada.wait_for("looking")
    assert "Ada (you)" in ada.text("side-own") and "Bo" in ada.text("side-other") and "6,000" in ada.text("side-own")

    first = truth(table, game_id, 1)
    place(ada, *first)
    ada.click("submit-guess").until(lambda: ada.text("submit-guess") == "Waiting for Bo…", "the guess did not go")
    bo.until(lambda: "Ada has guessed" in bo.text("versus-note"), "no alarm").says("Ada has guessed")
    assert int(bo.get("versus-time", "left")) <= 100 and not bo.shown("clash")
    place(bo, *antipode(*first))
    bo.click("submit-guess").wait_for("pause")
    ada.wait_for("pause")
    assert ada.text("clash-said") == "Bo loses 5,000 health." and bo.text("clash-said") == "You lose 5,000 health."
    assert ada.get("result-map", "pins") == "3" and "1,000" in bo.text("side-own")
    ada.click("clash-next").until(lambda: ada.text("clash-next") == "Waiting for Bo…", "nobody is waited for")
    bo.click("clash-next").wait_for("looking")
    ada.wait_for("looking")
    assert ada.round == bo.round == "2"

    second = truth(table, game_id, 2)
    place(bo, *antipode(*second))
    bo.click("submit-guess")
    place(ada, *second)
    ada.click("submit-guess")
    for player in (ada, bo):  # the last round is seen before the end
        player.wait_for("pause").until(lambda: player.text("clash-next") == "See the end", "no way on")  # noqa: B023
        player.click("clash-next").wait_for("over")
    assert ada.text("end-title") == "You win" and ada.text("end-why") == "Bo’s health was gone after 2 rounds."
    assert bo.text("end-title") == "Ada wins" and bo.text("end-why") == "Your health was gone after 2 rounds."
    assert "6,000 : 1,000" in ada.text("end-rounds") and ada.get("result-map", "pins") == "6"
    assert ada.severe() == [] and bo.severe() == []


def test_a_reload_and_a_second_tab_are_the_same_player(page, served, new_arena):
    table = new_arena()
    address = served(table)
    page.visit(address, "start")
    game_id, _ = duel_of(table, page, address)
    place(page, 10.0, 20.0)
    page.driver.refresh()
    page.wait_for("looking").until(lambda: page.get("guess-map", "pin") == "10.000000,20.000000", "the pin is lost")
    first = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    try:
        page.visit(f"{address}?game={game_id}", "looking")
        place(page, 30.0, 40.0)
        page.click("submit-guess").until(lambda: page.text("submit-guess") == "Waiting for Bo…", "the guess did not go")
    finally:
        page.driver.close()
        page.driver.switch_to.window(first)
    page.until(lambda: page.text("submit-guess") == "Waiting for Bo…", "the first tab does not know")
    assert table.game(game_id).rounds[0].guesses[0].lat == 30.0
    table.live.leave(table.game(game_id), 1)
    page.wait_for("over")
    assert page.text("end-why") == "Bo left, or was away for too long." and page.text("end-title") == "You win"


def test_without_a_socket_the_page_asks_and_says_when_nobody_answers(page, served, new_arena, driver):
    table = new_arena()
    address = served(table)
    script = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {
        "source": "window.WebSocket = class { constructor() { throw new Error('none here'); } };"})  # fmt: skip
    try:
        page.visit(address, "start")
        game_id, seat = duel_of(table, page, address)
        table.guess(game_id, 1, *FAR, seat)
        page.until(lambda: "Bo has guessed" in page.text("versus-note"), "no alarm")
        place(page, 10.0, 20.0)
        driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/api/games/*"]})
        page.click("submit-guess").until(lambda: "cannot be reached" in page.text("hint"), "the failure is not told")
        page.until(lambda: page.shown("lost"), "the lost connection is not told")
        driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
        page.until(lambda: not page.shown("lost"), "the connection did not come back")
        page.until(lambda: page.state == "pause" or page.text("submit-guess") == "Submit guess", "the pin is lost")
        if page.state != "pause":
            page.click("submit-guess").wait_for("pause")
        assert table.game(game_id).rounds[0].guesses[0].lat == 10.0
    finally:
        driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def test_who_has_no_seat_looks_on_and_is_told_no_more(page, served, new_arena, monkeypatch):
    monkeypatch.setattr(arena.live.course, "PRESENT_S", 0.2)
    table = new_arena()
    address, taken = served(table), table.open("Ada", "world", owner="ada", mode="duel")
    seat = table.join(taken.game_id, "Bo", owner="bo").seat
    page.visit(f"{address}?game={taken.game_id}", "lobby")
    assert page.text("lobby-title") == "All seats are taken" and not page.shown("lobby-ready")
    for one in (0, seat):
        table.live.ready(table.game(taken.game_id), one, True)
    page.until(lambda: page.of_body("phase") == "looking", "the match did not begin")
    page.until(lambda: "You are watching" in page.text("versus-note"), "not marked")
    assert page.of_body("live") == "watching" and not page.shown("guess-dock")
    table.guess(taken.game_id, 1, *truth(table, taken.game_id, 1))
    table.guess(taken.game_id, 1, *FAR, seat)
    page.wait_for("pause")
    assert "Ada" in page.text("clash-guesses") and not page.shown("clash-next")


def test_an_opponent_who_is_away_is_told(page, served, new_arena, monkeypatch):
    table = new_arena()
    address = served(table)
    page.visit(address, "start")
    duel_of(table, page, address)
    monkeypatch.setattr(arena.live.course, "PRESENT_S", 0.2)
    page.until(lambda: "Bo is away" in page.text("versus-note"), "not told")


def test_a_lobby_that_is_left_closes_and_a_setting_that_no_duel_has_is_said(page, served, new_arena):
    table = new_arena()
    page.visit(served(table) + "?name=Ada&mode=duel", "start")
    page.script("document.getElementById('start-rules').open = document.getElementById('start-duel').open = true")
    field = page.driver.find_element(By.ID, "duel-round-s")
    field.clear()
    field.send_keys("5")
    page.click("start-button")
    assert page.state == "start" and page.text("duel-problem") == "Seconds a round: a whole number from 10 to 600."
    field.clear()
    field.send_keys("30")
    page.click("start-button").wait_for("lobby")
    game_id = page.of_body("game")
    assert "30 s a round" in page.text("lobby-rules") and "Nobody yet" in page.text("lobby-seats")
    page.click("lobby-leave").until(lambda: page.shown("leave") or page.state == "start", "nothing happened")
    page.wait_for("start")
    page.until(lambda: table.game(game_id).finished_at is not None, "the lobby stands open")
    assert not page.of_body("live")
    page.visit(page.driver.current_url.split("?")[0] + f"?game={game_id}", "over")
    assert "never began" in page.text("end-why")


def test_a_finished_game_lends_its_guesses_to_a_duel(page, served, new_arena, monkeypatch):
    monkeypatch.setattr(arena.live.openings, "UNKNOWN_S", 0.1)  # nobody saw the picture of the earlier game
    table = new_arena()
    address, taken = served(table), table.open("Ada", "world", owner="ada", rounds=1)
    table.guess(taken.game_id, 1, *FAR)
    page.visit(f"{address}?ghost={taken.game_id}&name=Bo", "start")
    assert "A duel against Ada’s guesses" in page.text("join-about") and not page.shown("start-map")
    page.click("start-button").wait_for("lobby")
    assert "Ada" in page.text("lobby-seats")
    page.click("lobby-ready").wait_for("looking")
    place(page, *truth(table, taken.game_id, 1))
    page.click("submit-guess").until(lambda: page.state in ("pause", "over"), "the ghost did not play")
    page.click("clash-next").wait_for("over")
    assert not page.shown("end-again")  # a ghost has played its places once
    assert table.game(page.of_body("game")).rounds[0].place == table.game(taken.game_id).rounds[0].place


class OnlyPeople(random.Random):
    """Chance that never draws the model."""

    def choice(self, among):
        return "person" if "person" in among else super().choice(among)


def test_a_blind_match_is_played_by_two_and_told_after_both_have_answered(
    page, other_page, served, new_arena, monkeypatch
):
    monkeypatch.setattr(arena.live.rooms, "LEAST_WAIT_S", (0.0, 0.0))
    monkeypatch.setattr(arena.live.rooms, "COUNTDOWN_S", 0.1)
    table = new_arena(lambda images: (48.0, 2.0))
    table.rooms._rng = OnlyPeople(1)
    address, ada, bo = served(table), page, other_page
    ada.visit(f"{address}?mode=blind&rounds=1&name=Ada", "start")
    ada.click("start-button").wait_for("room")
    link = ada.script("return document.getElementById('room-link').value")
    bo.visit(f"{link}&name=Bo", "room")
    for one in (ada, bo):
        one.driver.find_element(By.CSS_SELECTOR, "#room-enter button").click()
        one.until(lambda: one.shown("room-waiting") or one.state != "room", "nobody waits")  # noqa: B023
    for one in (ada, bo):
        one.wait_for("looking")
        place(one, *FAR)
    assert "Opponent" in ada.text("versus") and "Bo" not in ada.text("versus")
    for one in (ada, bo):
        one.click("submit-guess")
    for one in (ada, bo):
        one.wait_for("pause").click("clash-next").wait_for("over")
        assert one.shown("end-verdict") and "person" not in one.text("end-told")
    ada.driver.find_element(By.CSS_SELECTOR, "#end-verdict [value=person]").click()
    ada.until(lambda: "told when the other one has answered" in ada.text("end-told"), "the answer did not go")
    assert not ada.shown("end-verdict")
    bo.driver.find_element(By.CSS_SELECTOR, "#end-verdict [value=model]").click()
    bo.until(lambda: "It was a person. You took it for the model." in bo.text("end-told"), "not told")
    ada.until(lambda: "It was a person. You were right." in ada.text("end-told"), "not told")
    assert "right in 1 of 1" in ada.text("end-told") and bo.shown("end-again")
    bo.click("end-again").wait_for("room")
    assert bo.shown("room-enter")


@pytest.mark.parametrize("mode, last, hidden", [("blind", False, True), ("blind", True, False), ("duel", False, False)])
def test_next_is_not_offered_before_the_end_of_a_blind_match(page, served, new_arena, mode, last, hidden):
    page.visit(served(new_arena()), "start")
    code = """
        m.showNext({mode: v[0], live: {seats: [{seat: 0, you: true, ready: false}]}}, v[1], false);
        return document.getElementById('clash-next').hidden;
    """
    assert page.module("clash.js", code, mode, last) is hidden


def test_a_rematch_is_the_same_table_for_both(page, served, new_arena):
    table = new_arena()
    address = served(table)
    page.visit(address, "start")
    game_id, _ = duel_of(table, page, address)
    table.live.leave(table.game(game_id), 1)
    page.wait_for("over")
    again = table.live.sequels.rematch(table.game(game_id)).game_id
    page.until(lambda: page.text("end-again") == "Take the rematch", "not told")
    page.click("end-again").wait_for("lobby")
    assert page.of_body("game") == again and "(you)" in page.text("lobby-seats")


def test_a_team_of_two_is_joined_on_the_side_that_has_room(page, served, new_arena):
    table = new_arena()
    address, taken = served(table), table.open("Ada", "world", owner="ada", mode="duel", duel={"teams": 2})
    table.join(taken.game_id, "Cy", owner="cy", team=0)
    page.visit(f"{address}?game={taken.game_id}", "lobby")
    full, free = page.driver.find_elements(By.CSS_SELECTOR, "#lobby-teams input")
    assert not full.is_enabled() and free.is_selected() and page.text("lobby-seats").count("Free seat") == 2
    sits_down(page, page.driver.current_url, "Bo")
    assert [table.game(taken.game_id).seats[seat].team for seat in range(3)] == [0, 0, 1]
    page.until(lambda: "Bo (you)" in page.text("lobby-seats"), "not shown")
    assert page.shown("lobby-invite")  # one seat is still free
