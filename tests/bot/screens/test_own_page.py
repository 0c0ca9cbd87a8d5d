"""The template for a page of one's own plays the page that it describes, in one document or in three."""

import pytest

from bot.album import Album
from bot.player import Player, Sitting
from bot.screens.own_page import OwnSite

pytestmark = pytest.mark.browser


class Answer:
    """The first truth of the page."""

    lat, lng = 10.0, 20.0


@pytest.mark.parametrize("query", ["", "?apart"])
def test_a_page_of_ones_own_is_played_to_its_end(driver, pages, tmp_path, outlines, query):
    site = OwnSite(driver, f"{pages}/own_page.html{query}", timeout_s=20.0)
    events = []
    album = Album(tmp_path, outlines, lambda places: ["Somewhere"] * len(places), events.append)
    game = Player(site, lambda views: Answer(), album).play(Sitting("Homing bot", "my places"))
    assert [(played.round, played.score) for played in game.rounds] == [(1, 5000), (2, 0)]
    assert game.total == 5000 and (tmp_path / game.filmstrip).is_file()


def test_the_command_that_is_advised_opens_this_page(driver, pages):
    assert OwnSite(driver, f"{pages}/own_page.html").resume_command("http://p/?7", "") == (
        f"python -m bot --site bot.screens.own_page:OwnSite --url {pages}/own_page.html --resume 'http://p/?7'"
    )
