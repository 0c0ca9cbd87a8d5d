"""Pictures of live matches: a duel from the lobby to its end, and the question after a blind match."""

import httpx
from selenium.webdriver.common.by import By

from docs.camera import DAY_AND_NIGHT, PIN, Camera

ROUNDS = 3  # of the blind match
ADA_IS_OFF, BO_IS_OFF = (1.5, 4.0, 2.0), 9.0  # degrees, to the south-east and to the north-west


def duel(camera: Camera, seed: int) -> None:
    """A lobby, and a duel against what Bo once guessed on the places of this seed."""
    camera.frame(*DAY_AND_NIGHT[0][1:])
    camera.visit("arena")
    camera.arena_is("start")
    open_to_all = camera.ask("games", {"name": "Ada", "map": "world", "mode": "duel"})
    camera.visit(f"arena?game={open_to_all['game_id']}")
    camera.arena_is("lobby")
    camera.shoot_twice("duel-lobby")
    camera.ask(f"games/{open_to_all['game_id']}/leave", {})
    ghost, truths = bo_plays(camera, seed)
    settings = {"ghost": {"game_id": ghost, "seat": 0}, "after_guess_s": 60, "pause_s": 60}
    game_id = camera.ask("games", {"name": "Ada", "map": "world", "mode": "duel", "duel": settings})["game_id"]
    camera.visit(f"arena?game={game_id}")
    camera.arena_is("lobby")
    camera.driver.find_element(By.ID, "lobby-ready").click()
    for number, (lat, lng) in enumerate(truths, start=1):
        camera.frame(*DAY_AND_NIGHT[0][1:])
        camera.arena_is("looking")
        panorama = camera.driver.find_element(By.ID, "panorama")
        camera.until("the panorama", lambda _: panorama.get_attribute("data-ready") == "true")  # noqa: B023
        note = camera.driver.find_element(By.ID, "versus-note")
        camera.until("the alarm", lambda _: "Bo has guessed" in note.text)  # noqa: B023
        if number == 2:
            camera.shoot_twice("duel")
        off = ADA_IS_OFF[number - 1]
        camera.pin(lat - off, lng + off)
        camera.driver.find_element(By.ID, "submit-guess").click()
        camera.arena_is("pause")
        if number == 2:
            camera.shoot_twice("duel-result")
        camera.driver.find_element(By.ID, "clash-next").click()
    camera.arena_is("over")
    camera.shoot_twice("duel-end")


def bo_plays(camera: Camera, seed: int) -> tuple[str, list[tuple[float, float]]]:
    """A game that Bo has played to its end: its id, and where its places are, as (lat, lng)."""
    settings = {"name": "Bo", "map": "world", "seed": seed, "rounds": len(ADA_IS_OFF)}
    truths: list[tuple[float, float]] = []
    with httpx.Client(base_url=f"{camera.base_url}/arena/api", timeout=camera.timeout_s, trust_env=False) as bo:

        def play(number: int, lat: float, lng: float) -> dict[str, float]:
            bo.get(f"/games/{game_id}/rounds/{number}/panorama.jpg").raise_for_status()
            answer = bo.post(f"/games/{game_id}/rounds/{number}/guess", json={"lat": lat, "lng": lng})
            return dict(answer.raise_for_status().json()["truth"])

        game_id = str(bo.post("/games", json=settings).raise_for_status().json()["game_id"])
        for number in range(1, len(ADA_IS_OFF) + 1):
            truth = play(number, 0.0, 0.0)
            truths.append((truth["lat"], truth["lng"]))
        game_id = str(bo.post("/games", json=settings).raise_for_status().json()["game_id"])
        for number, (lat, lng) in enumerate(truths, start=1):
            play(number, lat + BO_IS_OFF, lng - BO_IS_OFF)
    return game_id, truths


def blind(camera: Camera) -> None:
    """The question after a blind match. Nobody else comes: after a while one meets the model."""
    camera.frame(*DAY_AND_NIGHT[0][1:])
    camera.visit("arena")
    camera.arena_is("start")
    room = camera.ask("games", {"name": "Ada", "map": "world", "mode": "blind", "rounds": ROUNDS})["room"]
    camera.visit(f"arena?blind={room}&name=Ada")
    camera.arena_is("room")
    camera.shoot_twice("blind-room")
    camera.frame(*DAY_AND_NIGHT[0][1:])
    camera.press("Find an opponent")
    for number in range(1, ROUNDS + 1):
        body = camera.driver.find_element(By.TAG_NAME, "body")
        camera.until(f"round {number}", lambda _: body.get_attribute("data-round") == str(number))  # noqa: B023
        camera.arena_is("looking")
        camera.pin(*PIN)
        camera.driver.find_element(By.ID, "submit-guess").click()
        camera.arena_is("pause")
        camera.driver.find_element(By.ID, "clash-next").click()
    camera.arena_is("over")
    camera.shoot_twice("blind")
