"""What an import did, as numbers and as sentences. Knows no file and no book."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from arena.imports.found import Refusal

EXAMPLES = 3  # of each kind of fault; of the others, how many there are
SCALE_WORDS = {
    "file": "stated in the file", "option": "given with the import", "bounds": "from the map's bounds",
    "known": "that of other games on it", "world": "that of the World, which the rounds follow",
    "rounds": "inferred from the rounds, which agree",
}  # fmt: skip


@dataclass
class Summary:
    """Counts are guesses, unless they say something else: rows = imported + known + refused."""

    files: int = 0
    games: int = 0
    rows: int = 0
    imported: int = 0
    known: int = 0
    known_by_name: int = 0  # of these, what stands in the book under a name although names were to be replaced
    refused: int = 0
    scores_confirmed: int = 0  # of all that were read and not refused: their points follow the law of the map
    scores_unconfirmed: int = 0
    points: int = 0  # of all that were read and not refused, known or new
    wrong_dates: int = 0  # their guesses are kept without one
    players: set[str] = field(default_factory=set)
    scales: dict[tuple[str, str], int] = field(default_factory=dict)  # (map, where its scale is from) -> max error, m
    unscaled: set[str] = field(default_factory=set)  # maps whose scale is not known
    kinds: Counter[str] = field(default_factory=Counter)  # of fault -> how often
    examples: dict[str, list[str]] = field(default_factory=dict)

    def refuse(self, file: str, refusal: Refusal) -> None:
        """Count something that was not imported."""
        self.rows += refusal.rows
        self.refused += refusal.rows
        self.kinds[refusal.kind] += 1
        told = self.examples.setdefault(refusal.kind, [])
        if len(told) < EXAMPLES:
            where = "" if refusal.sentence.startswith(f"{refusal.where}:") else f"{refusal.where}: "
            told.append(f"{file}, {where}{refusal.sentence}.")

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "files": self.files, "games": self.games, "rows": self.rows, "imported": self.imported,
            "known": self.known, "known_by_name": self.known_by_name,
            "refused": self.refused, "scores_confirmed": self.scores_confirmed,
            "scores_unconfirmed": self.scores_unconfirmed, "wrong_dates": self.wrong_dates,
            "players": len(self.players),
            "refusals": {kind: {"count": count, "examples": self.examples[kind]} for kind, count in self.kinds.items()},
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """For people: what came in, what was known, what is not sure, and what was refused and why."""
        said = [f"{_count(self.imported, 'guess', 'guesses')} of {_count(len(self.players), 'player')} imported in "
                f"{_count(self.games, 'game')}."]  # fmt: skip
        if self.known:
            said.append(f"{self.known:,} known already, and left as they are.")
        if self.known_by_name:
            said.append(
                f"{self.known_by_name:,} of them {'stands' if self.known_by_name == 1 else 'stand'} under their names: "
                "only what is new gets a pseudonym."
            )
        if self.scores_confirmed:
            said.append(f"{_count(self.scores_confirmed, 'score')} confirmed by the law of their map.")
        for (name, source), error_m in sorted(self.scales.items()):
            if source != "file":
                said.append(f"The scale of {name or 'the map'} is {SCALE_WORDS[source]}: max error {error_m:,} m.")
        if self.scores_unconfirmed:
            maps = ", ".join(sorted(self.unscaled)[:EXAMPLES]) or "the map"
            said.append(
                f"{_count(self.scores_unconfirmed, 'score is', 'scores are')} not confirmed: the scale of {maps} is "
                "not stated, and its rounds do not tell it. They are kept apart from all others; --max-error-m states "
                "a scale."
            )
        if self.wrong_dates:
            said.append(
                f"{_count(self.wrong_dates, 'date is', 'dates are')} none, or after tomorrow: what was played then is "
                "kept without a date."
            )
        if self.refused or self.kinds:
            said.append(f"{_count(self.refused, 'guess', 'guesses')} refused:")
        for kind, count in self.kinds.most_common():
            said += self.examples[kind]
            if count > len(self.examples[kind]):
                said.append(f"… and {count - len(self.examples[kind]):,} more of this kind ({kind}).")
        return said


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
