// Filling in the result of a round and the summary of a game. Knows the page's elements, not the server.

import {$} from './page.js';
import {isStreak, rulesInWords, streakInWords} from './rules.js';

export const formatScore = (points) => Math.round(points).toLocaleString('en-US');

/** Kilometres as people say them. */
export function formatDistance(km) {
  if (km < 1) return `${Math.round(km * 1000)} m`;
  if (km < 100) return `${km.toFixed(1)} km`;
  return `${Math.round(km).toLocaleString('en-US')} km`;
}

function countUp(element, to, still) {
  if (still) { element.textContent = formatScore(to); return; }
  const since = performance.now();
  const token = element.counting = {};
  (function step(now) {
    if (element.counting !== token) return;
    const t = Math.min(1, (now - since) / 900);
    element.textContent = formatScore(to * (1 - (1 - t) ** 3));
    if (t < 1) requestAnimationFrame(step);
  })(since);
}

function fillBar(bar, share, still) {
  bar.style.transition = 'none';
  bar.style.width = still ? `${share * 100}%` : '0';
  if (still) return;
  bar.getBoundingClientRect();
  bar.style.transition = '';
  bar.style.width = `${share * 100}%`;
}

const NOT_TOLD = 'It is told when everyone who still plays these places has guessed.', AT_THE_END = 'It is told at the end of the game.';
export const whyNotTold = (game) => (game.told === 'after_match' && !game.finished ? AT_THE_END : NOT_TOLD);

/** Whether the country was right, and which two there are. */
export function streakOf({countries}) {
  if (!countries) return '';
  const {right, truth, guess} = countries;
  if (right) return `Right: ${truth}.`;
  return guess ? `Wrong: it was ${truth}, your pin is in ${guess}.` : `No pin in time: it was ${truth}.`;
}

/** Where a round was and how it went, in a sentence or two. */
export function resultInWords(round, game) {
  const {truth, guess, distance_km: km, score} = round;
  if (!truth) return whyNotTold(game);
  if (isStreak(game)) return streakOf(round);
  const where = truth.label ? `${truth.label}.` : `${truth.lat.toFixed(1)} degrees north, ${truth.lng.toFixed(1)} degrees east.`;
  return guess ? `${where} You were ${formatDistance(km)} away: ${formatScore(score)} points.` : `${where} Time ran out before there was a pin: no points.`;
}

export function showResult(round, game, still) {
  const {truth, guess} = round;
  Object.assign($('result').dataset, {distanceKm: round.distance_km ?? '', score: round.score ?? '', lat: truth?.lat ?? '', lng: truth?.lng ?? ''});
  $('result-round').textContent = round.round;
  $('result-rounds').textContent = game.rounds_total;
  $('result-place').textContent = truth ? truth.label || `${truth.lat.toFixed(3)}°, ${truth.lng.toFixed(3)}°` : 'Not told yet';
  $('result-distance').textContent = guess ? formatDistance(round.distance_km) : '';
  $('result-away').hidden = !guess;
  $('result-why').hidden = Boolean(guess);
  $('result-why').textContent = truth ? 'Time ran out before there was a pin.' : whyNotTold(game);
  const streak = isStreak(game);
  for (const id of ['result-points', 'result-share', 'result-of']) $(id).hidden = streak;
  $('result-streak').hidden = !streak;
  $('result-streak').textContent = streakOf(round);
  $('result-streak').dataset.right = round.countries?.right ?? '';
  showRival(round, game);
  $('next-round').textContent = game.finished ? (streak ? 'See your streak' : 'See the summary') : 'Next round';
  countUp($('result-score'), round.score ?? 0, still);
  fillBar($('result-bar'), (round.score ?? 0) / 5000, still);
}

/** What the model at the table made of a round: nothing, where there is none, and "looking" until it has guessed. */
export function showRival({truth, model}, game) {
  const part = $('result-model'), name = make('b', '', modelOf(game));
  part.hidden = !game.rival || !truth;
  part.dataset.score = model?.score ?? '';
  if (model) part.replaceChildren(name, ` was ${formatDistance(model.distance_km)} away: ${formatScore(model.score)} points`);
  else part.replaceChildren(name, ' looks at the picture…');
}

// By the share of all points.
const VERDICTS = [[0.9, 'You must have been there before.'], [0.7, 'You know this planet well.'], [0.5, 'A solid sense of where you are.'],
  [0.24, 'The right half of the world, mostly.'], [0, 'The world is large. Look at the sun, the plants, the lines on the road.']];

const streakVerdict = ({total, max_total: most}) => (total === most ? `Right ${most} times: there is no longer streak.` : total ? `You made ${streakInWords(total)}.` : 'No right country this time.');

export function showSummary(game, still) {
  const streak = isStreak(game);
  const {opponent} = game, model = modelOf(game);
  $('summary').dataset.total = game.total;
  $('summary').dataset.opponentTotal = opponent ? opponent.total : '';
  $('summary').classList.toggle('versus', Boolean(opponent));
  $('summary-player').textContent = game.player;
  $('summary-map').textContent = [game.map_title, rulesInWords(game.rules)].filter(Boolean).join(' · ');
  $('summary-unranked').hidden = game.ranked !== false;
  $('summary-max').textContent = formatScore(game.max_total);
  $('summary-unit').textContent = game.total === 1 ? ' country' : ' countries in a row';
  for (const [id, hidden] of [['summary-of', streak], ['summary-unit', !streak]]) $(id).hidden = hidden;
  $('summary-share').hidden = streak;
  showSeats(game);
  countUp($('summary-total'), game.total, still);
  fillBar($('summary-bar'), game.total / game.max_total, still);
  $('summary-verdict').textContent = streak ? streakVerdict(game) : opponent ? versus(game) : VERDICTS.find(([from]) => game.total >= from * game.max_total)[1];
  $('summary-rounds').replaceChildren(...game.rounds.map((round, i) => line(round, opponent?.rounds[i], game.player, model)));
  const button = $('opponent-button');
  button.hidden = !game.opponent_offered || game.seat == null || Boolean(opponent);
  button.disabled = false;
  button.classList.remove('busy');
  button.textContent = `Let ${model} play these rounds`;
  $('opponent-problem').hidden = true;
  $('share').textContent = 'Copy link';
  $('share').hidden = !['challenge', 'daily'].includes(game.mode) && game.seed == null; // a seed tells the places: not while somebody may still play them
}

/** Everyone at a table of several, the best first. */
function showSeats({mode, seats = [], room, closes_at: closes}) {
  $('summary-table').hidden = !['challenge', 'daily'].includes(mode);
  $('summary-table-title').textContent = mode === 'daily' ? 'Everyone today' : 'Everyone so far';
  $('summary-seats').replaceChildren(...seats.map(({player, you, kind, done, total, guessed}) => {
    const item = make('li', `${kind}${you ? ' you' : ''}`);
    item.append(make('span', 'who', you ? `${player} (you)` : player), make('b', 'score', done ? formatScore(total) : `${guessed} guessed`));
    return item;
  }));
  const until = closes && new Date(closes * 1000).toLocaleString([], {dateStyle: 'medium', timeStyle: 'short'});
  if (mode === 'daily') $('summary-closes').textContent = room && until ? `It closes at ${until}; then there is another one.` : 'This day is over.';
  else $('summary-closes').textContent = room && until ? `Everyone with the link may play until ${until}.` : 'This challenge is closed.';
}

/** The best streaks of this server, rows of the server's answer. */
export function showBest(rows, itemsOf) {
  $('summary-table').hidden = false;
  $('summary-table-title').textContent = 'Best streaks here';
  $('summary-seats').replaceChildren(...itemsOf(rows, ({streak, map_title: map, rules}) => [streak, map, rulesInWords(rules)].filter(Boolean).join(' · ')));
  $('summary-closes').textContent = rows.length ? '' : 'None yet: a game on a given seed does not count.';
}

const modelOf = (game) => game.model_name ?? game.opponent?.player ?? 'Homing';

function versus(game) {
  const {total, opponent} = game, model = modelOf(game), margin = formatScore(Math.abs(total - opponent.total));
  if (total === opponent.total) return `A draw: ${model} has ${formatScore(total)} points too.`;
  return total > opponent.total ? `You beat ${model} by ${margin} points.` : `${model} wins by ${margin} points.`;
}

function line(round, played, player, model) {
  const item = document.createElement('li');
  const entry = (kind, who, {guess, distance_km: km, score}) => {
    const row = make('div', `entry ${kind}`);
    const bar = make('span', 'bar');
    bar.append(Object.assign(make('i'), {style: `width:${score / 50}%`}));
    bar.setAttribute('aria-hidden', 'true');
    row.append(make('span', 'who', who), make('span', 'km', guess ? formatDistance(km) : 'no guess'), bar, make('b', 'score', formatScore(score)));
    return row;
  };
  item.append(make('span', 'number', String(round.round)), make('span', 'where', round.truth?.label || `Round ${round.round}`));
  if (round.countries) item.append(make('span', `entry-streak ${round.countries.right ? 'right' : 'wrong'}`, streakOf(round)));
  else item.append(round.truth ? entry('guess', player, round) : make('span', 'entry', 'not told yet'));
  if (played) item.append(entry('model', model, played));
  return item;
}

function make(tag, className = '', text = '') {
  return Object.assign(document.createElement(tag), {className, textContent: text});
}
