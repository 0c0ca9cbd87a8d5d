// The result of a round in a live match: both guesses, the points, and whose health it costs. Knows the page's elements.

import {$} from './page.js';
import {formatDistance, formatScore} from './results.js';
import {bestOf, hasHealth, ownSeat, seatName, sidesOf, subject, verb} from './sides.js';

const make = (tag, className, text = '') => Object.assign(document.createElement(tag), {className, textContent: text});

/** What a closed round did, in a sentence. */
export function clashInWords(game, round) {
  const sides = sidesOf(game), points = sides.map((side) => round.scores[side.team]);
  const [a, b] = points, better = a >= b ? sides[0] : sides[1];
  if (a === b) return a ? `Equal points${hasHealth(game) ? ': nobody loses health' : ''}.` : 'No points for either side.';
  const margin = formatScore(Math.abs(a - b));
  if (!hasHealth(game)) return `${subject(better)} ${verb(better, 'take')} the round by ${margin} points.`;
  const hurt = sides.find((side) => round.damage[side.team] > 0);
  if (!hurt) return `${subject(better)} ${verb(better, 'take')} the round by ${margin} points.`;
  const sum = round.multiplier === 1 ? '' : ` (${margin} × ${round.multiplier})`;
  return `${subject(hurt)} ${verb(hurt, 'lose')} ${formatScore(round.damage[hurt.team])} health${sum}.`;
}

/** Show a closed round. */
export function showClash(game, round) {
  const {truth} = round;
  $('clash').dataset.round = round.round;
  $('clash-round').textContent = `Round ${round.round}${round.multiplier > 1 ? ` · damage ×${round.multiplier}` : ''}`;
  $('clash-place').textContent = !truth ? 'Not told yet' : truth.label || `${truth.lat.toFixed(3)}°, ${truth.lng.toFixed(3)}°`;
  $('clash-guesses').replaceChildren(...sidesOf(game).map((side, i) => {
    const best = bestOf(side, round), item = make('li', i ? 'foe' : 'own');
    const who = side.people.length > 1 && best ? `${side.name}: ${seatName(side.people.find((one) => one.seat === best.seat))}` : side.name;
    item.append(make('span', 'who', who), make('span', 'km', best ? formatDistance(best.distance_km) : truth ? 'no pin' : ''),
      make('b', 'score', formatScore(round.scores[side.team])));
    return item;
  }));
  $('clash-said').textContent = clashInWords(game, round);
}

/** Keep the button in step with who waits for whom. A blind match goes on by itself: until its end there is none. */
export function showNext(game, last, said) {
  const button = $('clash-next'), own = ownSeat(game), {live} = game;
  const waiting = live.seats.filter((one) => !one.ready && !one.you && one.present !== false && !one.forfeit);
  button.hidden = !last && (!own || game.mode === 'blind');
  const ready = own?.ready || said; // said, and on its way
  button.disabled = Boolean(ready) && !last;
  button.textContent = last ? 'See the end' : !ready ? 'Next' : waiting.length ? `Waiting for ${seatName(waiting[0])}…` : 'Here it comes…';
}
