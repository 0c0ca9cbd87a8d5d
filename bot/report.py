"""A run in the terminal: a table of rounds for each game. Knows no browser; watches events."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.events import Event
from bot.filmstrip import distance_text, score_colour
from bot.screens.site import UNKNOWN_NORTH
from model.geo.scoring import MAX_SCORE

DOING = {"model": "Loading the model", "app": "Looking for the game", "browser": "Starting the browser"}


class Report:
    """Prints each round as it is played, and a table when a game ends. `out` is the run's folder."""

    def __init__(self, console: Console, out: Path) -> None:
        self.console, self.out = console, out
        self.rounds: list[Event] = []

    def __call__(self, event: Event) -> None:
        """Take note of an event."""
        kind = event["event"]
        if kind == "game":
            self.rounds.clear()
            self.console.print(escape(f"Game {event['game_id']} on the map {event['map']}"), style="dim")
            if list(event.get("views", ())) == list(UNKNOWN_NORTH):
                self.console.print(
                    "North is unknown here: four views, a quarter turn each, from any start.", style="dim"
                )
            if event.get("stays"):
                self.console.print("One may walk in this game; the bot stays where each round begins.", style="dim")
        elif kind == "round":
            self.rounds.append(event)
            away = (
                "no distance shown" if event["distance_km"] is None else f"{distance_text(event['distance_km'])} away"
            )
            points = "no points shown" if event["score"] is None else f"{_coloured(event)} points"
            self.console.print(f"Round {event['round']}: {points}, {away}, {event['seconds']:.1f} s")
        elif kind == "guessed" and event.get("reach"):
            self.console.print(f"Round {event['round']}: it expects to be {event['reach']}", style="dim")
        elif kind == "doing":
            self.console.print(f"{DOING.get(event['what'], event['what'])} …", style="dim")
        elif kind == "lost":
            picture = f" Screenshot: {self.out / event['screenshot']}." if event.get("screenshot") else ""
            then = " Trying again." if event["again"] else ""
            self.console.print(escape(f"{event['message']}{picture}{then}"), style="yellow", highlight=False)
        elif kind == "game_over":
            if self.rounds:
                self.console.print(self._table(event))
            if event.get("resume"):
                self.console.print(escape(f"Go on with this game: {event['resume']}"), highlight=False, soft_wrap=True)

    def _table(self, game: Event) -> Table:
        total = "no points shown" if game["total"] is None else f"{game['total']:,} points"
        table = Table(title=escape(f"{game['player']}: {total}"), title_justify="left")
        for heading in ("Round", "Guess", "Truth"):
            table.add_column(heading)
        for heading in ("Distance", "Points", "Seconds"):
            table.add_column(heading, justify="right")
        for played in self.rounds:
            table.add_row(
                str(played["round"]),
                played["guess_place"],
                played["true_place"],
                distance_text(played["distance_km"]),
                _coloured(played),
                f"{played['seconds']:.1f}",
            )
        return table


def _coloured(played: Event) -> str:
    """The points of a round, red to green where it is known what a round can bring."""
    if played["score"] is None:
        return "–"
    most = played.get("max_score", MAX_SCORE)
    points = f"{played['score']:,}"
    return f"[{score_colour(MAX_SCORE * played['score'] / most)}]{points}[/]" if most else points
