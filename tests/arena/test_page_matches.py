"""The length of a game, and a challenge by link, as they are on the page."""

import pytest
from selenium.webdriver.common.by import By

pytestmark = pytest.mark.browser


def choose(page, name, value):
    page.script(f"document.querySelector('input[name={name}][value={value}]').click()")


def test_a_game_of_two_rounds_told_at_the_end_goes_from_guess_to_guess(page, served, new_arena):
    table = new_arena()
    page.visit(served(table) + "?rounds=2&told=after_match&kind=bot", "start")
    assert "2 rounds" in page.script("return document.getElementById('start-rules-now').textContent")
    page.click("start-button").wait_for("looking")
    assert page.script("return document.getElementById('hud-round').textContent") == "1 / 2"
    page.pin()
    page.click("submit-guess").until(lambda: page.round == "2", "the next round did not begin")
    page.wait_for("looking").pin()
    page.click("submit-guess").wait_for("guessed")
    page.click("next-round").wait_for("summary")
    assert page.text("summary-max") == "10,000" and page.get("result-map", "pins") == "4"
    assert len(table.game(page.of_body("game")).rounds) == 2


@pytest.mark.parametrize(("typed", "sentence"), [("0", "1 to 20"), ("21", "1 to 20"), ("many", "1 to 20")])
def test_a_length_that_no_game_has_is_said_beside_its_field(page, served, new_arena, typed, sentence):
    page.visit(served(new_arena()) + f"?rounds={typed}", "start")
    page.click("start-button")
    assert page.state == "start" and sentence in page.text("length-problem")


def test_a_map_that_a_service_lends_can_be_chosen_by_hand_and_by_link(page, served, new_arena, painted_map):
    lent = type(painted_map)(name="panoramax", title="Panoramax", description="Lent", kind="online")
    table = new_arena(maps={"world": painted_map, "panoramax": lent})
    address = served(table)
    page.visit(address, "start")
    group = "return document.querySelector('option[value=panoramax]')?.parentElement.label"
    assert page.script(group) == "Real streets, over the network"
    page.visit(f"{address}?map=panoramax&rounds=1", "start")
    page.click("start-button").wait_for("looking")
    assert table.game(page.of_body("game")).map == "panoramax"


def test_a_challenge_is_taken_by_its_link_and_shows_everyone(page, served, new_arena):
    table = new_arena()
    address = served(table)
    taken = table.open("Ada", "world", owner="ada", rounds=1, mode="challenge")
    table.guess(taken.game_id, 1, 0.0, 0.0)
    page.visit(f"{address}?game={taken.game_id}", "start")
    assert "Ada challenges you: World · 1 round" in page.text("join-about") and not page.shown("start-map")
    page.driver.find_element(By.ID, "start-name").clear()
    page.driver.find_element(By.ID, "start-name").send_keys("Bo")
    page.click("start-button").wait_for("looking").pin()
    page.click("submit-guess").wait_for("guessed")
    page.click("next-round").wait_for("summary")
    assert page.shown("summary-table") and "Bo (you)" in page.text("summary-seats")
    assert "Ada" in page.text("summary-seats") and "may play until" in page.text("summary-closes")
    assert page.text("share") == "Copy link"
    assert len(table.game(taken.game_id).seats) == 2
    page.driver.refresh()
    page.wait_for("summary")  # the same seat, and not another one


def test_a_game_of_somebody_else_is_told_so(page, served, new_arena):
    table = new_arena()
    address, game_id = served(table), table.create("Ada", "world", owner="ada")
    page.driver.get(f"{address}?game={game_id}")
    page.until(lambda: page.state == "error", "no error")
    assert "played by someone else" in page.text("error")
    assert table.game(game_id).rounds[0].started_at is None
