"""Pictures of live matches: a duel from the lobby to its end, and the question after a blind match."""

import httpx
from selenium.webdriver.common.by import By

from docs.camera import DAY_AND_NIGHT, PIN, Camera

ROUNDS = 3


def duel(camera: Camera) -> None:
    """A duel from the lobby to its end; the other player is a program that guesses badly."""
    camera.frame(*DAY_AND_NIGHT[0][1:])
    camera.visit("arena")
    camera.arena_is("start")
    settings = {"mode": "duel", "rounds": ROUNDS, "duel": {"after_guess_s": 60, "pause_s": 60}}
    game_id = camera.ask("games", {"name": "Ada", "map": "world", **settings})["game_id"]
    camera.visit(f"arena?game={game_id}")
    camera.arena_is("lobby")
    camera.shoot_twice("duel-lobby")
    with httpx.Client(base_url=f"{camera.base_url}/arena/api/games/{game_id}", timeout=120.0, trust_env=False) as other:
        token = other.post("/seats", json={"name": "Bo"}).raise_for_status().json()["seat_token"]
        other.headers["X-Seat-Token"] = token
        other.post("/ready", json={"ready": True}).raise_for_status()
        camera.ask(f"games/{game_id}/ready", {"ready": True})
        for number in range(1, ROUNDS + 1):
            camera.frame(*DAY_AND_NIGHT[0][1:])
            camera.arena_is("looking")
            panorama = camera.driver.find_element(By.ID, "panorama")
            camera.until("the panorama", lambda _: panorama.get_attribute("data-ready") == "true")  # noqa: B023
            other.post(f"/rounds/{number}/guess", json={"lat": -60.0, "lng": -150.0}).raise_for_status()
            note = camera.driver.find_element(By.ID, "versus-note")
            camera.until("the alarm", lambda _: "Bo has guessed" in note.text)  # noqa: B023
            if number == 2:
                camera.shoot_twice("duel")
            camera.pin(*PIN)
            camera.driver.find_element(By.ID, "submit-guess").click()
            camera.arena_is("pause")
            if number == 2:
                camera.shoot_twice("duel-result")
            camera.driver.find_element(By.ID, "clash-next").click()
            if number < ROUNDS:
                other.post("/ready", json={"ready": True})
    camera.arena_is("over")
    camera.shoot_twice("duel-end")


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
