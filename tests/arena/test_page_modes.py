"""The model at the table, the game of the day and country streaks, on the page."""

import pandas as pd
import pytest

from arena.games import Arena

pytestmark = pytest.mark.browser


def test_the_model_at_the_table_shows_its_pin_beside_ones_own(page, served, new_arena):
    table = new_arena(lambda pictures: (48.0, 2.0))
    page.visit(served(table) + "?rounds=2&kind=bot&with_model=1", "start")
    assert page.script("return document.querySelector('input[name=with_model]:checked').value") == "1"
    page.click("start-button").wait_for("looking")
    assert page.shown("hud-rival") and page.text("hud-rival") == "0"
    page.pin()
    page.click("submit-guess").wait_for("guessed")
    page.until(lambda: page.get("result-map", "pins") == "3", "the model's pin did not come")
    game = table.game(page.of_body("game"))
    first = game.rounds[0].guesses[1].score
    assert int(page.get("result-model", "score")) == first and "away" in page.text("result-model")
    page.click("next-round").wait_for("looking")
    assert page.text("hud-rival") == f"{first:,}"
    page.pin()
    page.click("submit-guess").wait_for("guessed").click("next-round").wait_for("summary")
    page.until(lambda: page.get("summary", "opponent-total"), "the model's total did not come by itself")
    assert not page.shown("opponent-button") and page.text("summary-verdict")
    assert page.severe() == []


def test_the_game_of_the_day_is_offered_first_and_played_once(page, served, new_arena):
    table = new_arena()
    url = served(table)
    page.driver.delete_all_cookies()
    page.visit(url, "start").until(lambda: page.shown("daily"), "the game of the day is not offered")
    assert page.get("daily", "status") == "new" and "one try" in page.text("daily-what")
    page.click("daily-button").wait_for("looking")
    game_id = page.of_body("game")
    assert table.game(game_id).mode == "daily"
    page.script("history.back()")
    page.until(lambda: page.shown("leave"), "nobody asked whether to leave")
    page.driver.find_element("css selector", "#leave button[value=leave]").click()
    page.wait_for("start").until(lambda: page.get("daily", "status") == "open", "it is not offered to go on")
    for number in range(1, 6):
        table.panorama(game_id, number)
        table.guess(game_id, number, 1.0, 2.0)
    page.click("daily-button").wait_for("summary")
    assert page.text("summary-table-title") == "Everyone today" and "(you)" in page.text("summary-seats")
    page.click("new-game").wait_for("start")
    page.until(lambda: page.get("daily", "status") == "done" and page.shown("daily"), "today's result is not shown")
    assert "the first of today" in page.text("daily-what") and "(you)" in page.text("daily-table")
    assert page.severe() == []


def test_a_country_streak_says_right_and_wrong_and_ends_in_a_table(page, served, book_url, painted_map):
    def one_country(points):
        names = [("FR", "France") if lat < 85 else ("", "") for lat, _ in points]
        return pd.DataFrame(names, columns=["country", "country_name"]).assign(town="")

    table = Arena(None, book_url, lambda: {"world": painted_map}, one_country)
    page.visit(served(table) + "?mode=streak&kind=bot", "start")
    assert not page.shown("start-rounds") and "first wrong one" in page.text("aim-about")
    page.click("start-button").wait_for("looking")
    assert page.text("hud-total-key") == "Streak" and page.text("hud-round") == "1"
    page.pin()
    page.click("submit-guess").wait_for("guessed")
    assert page.text("result-streak") == "Right: France." and not page.shown("result-points")
    page.click("next-round").wait_for("looking")
    assert page.text("hud-total") == "1"
    table.countries._known.clear()
    table.countries._describe = lambda points: one_country(points).assign(country="ES", country_name="Spain")
    page.pin()
    page.click("submit-guess").wait_for("guessed")
    assert page.get("result-streak", "right") == "false" and "your pin is in Spain" in page.text("result-streak")
    assert page.text("next-round") == "See your streak"
    page.click("next-round").wait_for("summary")
    assert page.text("summary-total") == "1" and "a streak of 1 country" in page.text("summary-verdict")
    page.until(lambda: "1 · World" in page.text("summary-seats"), "the best streaks are not shown")
    assert page.severe() == []
