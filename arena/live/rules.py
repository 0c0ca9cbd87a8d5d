"""What is asked of a duel, checked: health, multipliers, times, seats a side, matches. Knows no store and no web."""

import math
import re
from collections.abc import Mapping

from arena.live.records import MULTIPLIERS, LiveRules
from arena.records import LENGTH
from arena.rules import Refused, check_flag, check_told

HEALTH = (1, 1_000_000)
MOST_MULTIPLIER = 100.0
AFTER_GUESS_S, ROUND_S, PAUSE_S = (1, 600), (10, 600), (0, 60)
TEAMS, SERIES = (1, 2), (1, 20)
KNOWN = ("health", "multipliers", "after_guess_s", "round_s", "pause_s", "teams", "series", "ghost", "model",
         "model_pace")  # fmt: skip
PACES = ("human", "at_once")
_GAME_ID = re.compile(r"[\w-]{1,64}", re.ASCII)  # what no book can look for is no game


def check_duel(asked: object, time_limit_s: object = None) -> LiveRules:
    """The settings of a duel; what is left away is as players know it.

    Args:
        asked: JSON data, or None.
        time_limit_s: of a round, where `asked` does not say it.

    Raises:
        Refused: no object, a name or a value that no duel has, two opponents, or an opponent beside teams.
    """
    if asked is None:
        asked = {}
    if not isinstance(asked, Mapping):
        raise Refused(f'Looked for the settings of a duel, such as {{"health": 6000}}, found {asked!r:.40}.')
    if unknown := sorted(str(name) for name in asked if name not in KNOWN):
        raise Refused(f"A duel has the settings {', '.join(KNOWN)}; found {', '.join(unknown)!r:.80}.")
    usual = LiveRules()
    limit_s = asked.get("round_s")
    rules = LiveRules(
        health=_whole(asked.get("health"), usual.health, HEALTH, "health"),
        multipliers=_multipliers(asked.get("multipliers")),
        after_guess_s=_seconds(asked.get("after_guess_s"), usual.after_guess_s, AFTER_GUESS_S, "after_guess_s"),
        round_s=_seconds(time_limit_s if limit_s is None else limit_s, usual.round_s, ROUND_S, "round_s"),
        pause_s=_seconds(asked.get("pause_s"), usual.pause_s, PAUSE_S, "pause_s"),
        teams=_whole(asked.get("teams"), usual.teams, TEAMS, "number of seats a side"),
        series=_whole(asked.get("series"), usual.series, SERIES, "number of matches"),
        ghost=_ghost(asked.get("ghost")),
        model=_flag(asked.get("model"), "model"),
    )
    if asked.get("model_pace", PACES[0]) not in PACES:
        raise Refused(f'The pace of the model is "human" or "at_once"; found {asked["model_pace"]!r:.40}.')
    if rules.ghost is not None and rules.model:
        raise Refused("A duel has one opponent: a ghost, or the model; found both.")
    if rules.teams > 1 and (rules.ghost is not None or rules.model):
        raise Refused("A ghost and the model play alone: a duel against one of them has one seat a side.")
    if rules.ghost is not None and rules.series > 1:
        raise Refused("A ghost has played its places once: a duel against one is no series.")
    return rules


def check_beside_duel(told: str, with_model: object, seed: object, asked: object) -> None:
    """Whether a duel is asked for with what is for other games alone.

    Args:
        told, with_model, seed: as asked for any game, checked. asked: the settings of the duel, checked.

    Raises:
        Refused: a later telling, the model beside the table, or a seed where a ghost brings its places.
    """
    if told != "after_round":
        raise Refused("A duel tells each round when everyone has guessed in it; it has no other rule for that.")
    if check_flag(with_model, "with_model"):
        raise Refused('In a duel the model sits on the other side: ask for it by {"duel": {"model": true}}.')
    if seed is not None and isinstance(asked, Mapping) and asked.get("ghost") is not None:
        raise Refused("A ghost is met on the places of its own game; a seed would draw others.")


def check_beside_blind(asked: Mapping[str, object]) -> None:
    """Whether a room of the blind experiment is asked for with what is for other games alone.

    Raises:
        Refused: a seed, a later telling, the model, a kind of player, or the settings of a duel.
    """
    if asked.get("seed") is not None:
        raise Refused("The places of blind matches are drawn for each of them; a room has no seed.")
    if check_told(asked.get("told")) != "after_round":
        raise Refused("A blind match tells each round when both have guessed in it; it has no other rule for that.")
    if check_flag(asked.get("with_model"), "with_model"):
        raise Refused("Whom one meets in a blind match is drawn; the model cannot be asked for.")
    if asked.get("kind") not in (None, "person"):
        raise Refused("In a blind match people meet people or the model; a bot takes part in other games.",
                      "not_allowed")  # fmt: skip
    if asked.get("duel") is not None:
        raise Refused('The settings of a duel are for the mode "duel"; a blind match is played by points alone.')


def at_once(asked: object) -> bool:
    """Whether the model's guess counts as soon as it is there, in settings that were checked."""
    return isinstance(asked, Mapping) and asked.get("model_pace") == "at_once"


def check_team(team: object) -> int | None:
    """The side that somebody wants to sit on; None leaves it open.

    Raises:
        Refused: neither 0 nor 1.
    """
    if team is None:
        return None
    if isinstance(team, bool) or not isinstance(team, int) or team not in (0, 1):
        raise Refused(f"The sides are 0 and 1; found {team!r:.40}.")
    return team


def _multipliers(asked: object) -> tuple[float, ...]:
    if asked is None:
        return MULTIPLIERS
    if not isinstance(asked, list) or not 1 <= len(asked) <= LENGTH[1]:
        raise Refused(
            f"The multipliers are a list of 1 to {LENGTH[1]} numbers, the last one goes on; found {asked!r:.60}."
        )
    found = []
    for one in asked:
        if isinstance(one, bool) or not isinstance(one, int | float) or not 0 <= one <= MOST_MULTIPLIER:
            raise Refused(f"A multiplier is a number from 0 to {MOST_MULTIPLIER:g}; found {one!r:.40}.")
        found.append(float(one))
    return tuple(found)


def _seconds(asked: object, usual: float, span: tuple[int, int], name: str) -> float:
    if asked is None:
        return usual
    if isinstance(asked, bool) or not isinstance(asked, int | float) or not span[0] <= asked <= span[1]:
        raise Refused(f'"{name}" is a number of seconds from {span[0]} to {span[1]}; found {asked!r:.40}.')
    return float(asked) if math.isfinite(asked) else usual


def _whole(asked: object, usual: int, span: tuple[int, int], name: str) -> int:
    if asked is None:
        return usual
    if isinstance(asked, bool) or not isinstance(asked, int) or not span[0] <= asked <= span[1]:
        raise Refused(f"The {name} of a duel is a whole number from {span[0]} to {span[1]}; found {asked!r:.40}.")
    return asked


def _flag(asked: object, name: str) -> bool:
    if asked is None or isinstance(asked, bool):
        return bool(asked)
    raise Refused(f'"{name}" is true or false; found {asked!r:.40}.')


def _ghost(asked: object) -> tuple[str, int] | None:
    if asked is None:
        return None
    seat = asked.get("seat", 0) if isinstance(asked, Mapping) else None
    if not isinstance(asked, Mapping) or not isinstance(asked.get("game_id"), str) or isinstance(seat, bool) or (
        not isinstance(seat, int) or not _GAME_ID.fullmatch(asked["game_id"])
    ):  # fmt: skip
        raise Refused(f'A ghost is {{"game_id": …, "seat": 0}}, a seat of an earlier game; found {asked!r:.60}.')
    return asked["game_id"], seat
