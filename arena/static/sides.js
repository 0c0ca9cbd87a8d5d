// The two sides of a live match: who they are, how they stand, what they are called. Plain data; knows no page.

/** The seat of whoever looks at the page; undefined for a spectator. */
export const ownSeat = ({live}) => live.seats.find((one) => one.you);

/** What a seat is called: the opponent of a blind match has no name yet. */
export const seatName = (seat) => seat?.player ?? 'Opponent';

/** The sides, one's own first: [{team, name, short, people, health, total, own}]; a spectator sees them as they are. */
export function sidesOf(game) {
  const {live} = game, own = ownSeat(game)?.team;
  const sides = live.teams.map(({team, health, seats}) => {
    const people = seats.map((seat) => live.seats.find((one) => one.seat === seat)).filter(Boolean);
    const total = live.rounds.reduce((sum, round) => sum + (round.scores[team] ?? 0), 0);
    const name = people.map(seatName).join(' & ') || (live.rules?.teams > 1 ? `Team ${team + 1}` : 'Nobody yet');
    return {team, people, health, total, own: team === own, name};
  });
  return own == null ? sides : sides.sort((a, b) => b.own - a.own);
}

/** "You", "Bo", "Bo & Cy", as the subject of a sentence. */
export const subject = (side) => (side.own ? (side.people.length > 1 ? 'Your team' : 'You') : side.name);

/** A verb that fits: verb(side, 'win') is "win" for you, "wins" for Bo, "win" for Bo & Cy. */
export const verb = (side, word) => (side.own ? side.people.length === 1 : side.people.length > 1) ? word : `${word}s`;

/** Whether the match is fought for health; a blind one only counts points. */
export const hasHealth = ({live}) => live.rules.health > 0;

/** The guess that counts of a side in a closed round: its best, {lat, lng, …}; null where nobody placed a pin. */
export function bestOf(side, round) {
  const seats = side.people.map((one) => one.seat);
  const own = round.guesses.filter((guess) => seats.includes(guess.seat) && guess.lat != null);
  return own.reduce((best, guess) => (!best || guess.score > best.score ? guess : best), null);
}

/** A closed round as the result map shows it. */
export function onMap(game, round, label) {
  const [one, other] = sidesOf(game).map((side) => bestOf(side, round));
  return {truth: round.truth, guess: one, rivals: other ? [other] : [], label};
}
