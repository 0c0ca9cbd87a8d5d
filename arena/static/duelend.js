// The end of a live match: who won and by what, round by round, and how it goes on. Knows the page's elements.

import {$} from './page.js';
import {formatScore} from './results.js';
import {rulesInWords} from './rules.js';
import {clashInWords} from './clash.js';
import {hasHealth, ownSeat, sidesOf, subject, verb} from './sides.js';

const cell = (text, className = '') => Object.assign(document.createElement('td'), {textContent: text, className});
const head = (text) => Object.assign(document.createElement('th'), {textContent: text, scope: 'col'});

/** Who won, in a headline. */
export function endInWords(game) {
  const {live} = game, winner = sidesOf(game).find((side) => side.team === live.winner);
  if (winner) return `${subject(winner)} ${verb(winner, 'win')}`;
  return live.winner === 'draw' ? 'A draw' : 'The match is over';
}

/** By what it was won, in a sentence. */
export function whyInWords(game) {
  const {live} = game, sides = sidesOf(game), count = live.rounds.length;
  const rounds = `${count} round${count === 1 ? '' : 's'}`;
  if (!live.why) return count ? `It ended after ${rounds}.` : 'It never began: not everyone came, or whoever opened it left.';
  const winner = sides.find((side) => side.team === live.winner), loser = sides.find((side) => side !== winner);
  if (live.why === 'forfeit') {
    if (!winner) return 'Nobody was left to play it.';
    return loser.own ? 'You left, or were away for too long.' : `${loser.name} left, or was away for too long.`;
  }
  if (!hasHealth(game)) return `${formatScore(sides[0].total)} to ${formatScore(sides[1].total)} points after ${rounds}.`;
  if (live.winner === 'draw') return `Equal health after ${rounds}.`;
  if (live.why === 'health') return `${loser.own ? 'Your' : `${loser.name}’s`} health was gone after ${rounds}.`;
  return `${formatScore(sides[0].health)} to ${formatScore(sides[1].health)} health after ${rounds}.`;
}

/** Show the end; called again for each news of it. */
export function showEnd(game) {
  const {live} = game, sides = sidesOf(game), fought = hasHealth(game);
  $('end').dataset.winner = live.winner ?? '';
  $('end-what').textContent = [game.mode === 'blind' ? 'Blind match' : 'Duel', game.map_title, rulesInWords(game.rules)].filter(Boolean).join(' · ');
  $('end-title').textContent = endInWords(game);
  $('end-why').textContent = whyInWords(game);
  showTable([...live.rounds, ...(live.broken_off ? [live.broken_off] : [])], sides, fought, game);
  showSeries(live.series, sides);
  showHowOn(game);
}

function showTable(rounds, sides, fought, game) {
  const {live} = game;
  $('end-rounds').hidden = !rounds.length;
  const row = document.createElement('tr');
  row.append(head(''), ...sides.map((side) => head(side.name)), ...(fought ? [head('Health')] : []));
  $('end-rounds').tHead.replaceChildren(row);
  $('end-rounds').tBodies[0].replaceChildren(...rounds.map((round) => {
    const line = document.createElement('tr'), best = Math.max(...sides.map((side) => round.scores[side.team]));
    const words = round === live.broken_off ? 'Broken off: it counts for nobody.' : clashInWords(game, round);
    line.title = `${round.truth?.label ? `${round.truth.label}. ` : ''}${words}`;
    line.append(cell(`${round.round}${round === live.broken_off ? ' (broken off)' : ''}`, 'number'), ...sides.map((side, i) => {
      const score = round.scores[side.team];
      return cell(formatScore(score), `${i ? 'foe' : 'own'}${score === best ? ' best' : ''}`);
    }), ...(fought ? [cell(sides.map((side) => formatScore(round.health[side.team])).join(' : '), 'healths')] : []));
    return line;
  }));
}

function showSeries(series, sides) {
  $('end-series').hidden = !series || series.of < 2;
  if (!series) return;
  const wins = sides.map((side) => `${side.own && side.people.length === 1 ? 'you' : side.name} ${series.wins[side.team] ?? 0}`).join(', ');
  $('end-series').textContent = [`Match ${series.number} of ${series.of} · ${wins}`, series.waits].filter(Boolean).join(' · ');
}

// A series has its next match; a plain duel can be played again; a spectator follows either.
function showHowOn(game) {
  const {live} = game, own = ownSeat(game), {series} = live, button = $('end-again');
  const next = series?.next_game_id ?? live.rematch_game_id ?? null;
  const room = new URLSearchParams(location.search).get('blind');
  const asked = live.rematch_game_id && !series?.next_game_id;
  button.dataset.game = next ?? '';
  const ghost = live.seats.some((one) => one.kind === 'ghost'); // has played its places once
  button.hidden = game.mode === 'blind' ? !room || Boolean(live.blind?.verdict_open) : ghost || (!own && !next);
  button.textContent = game.mode === 'blind' ? 'Another blind match' : !own ? 'Watch the next match' : series?.next_game_id ? 'Next match' : asked ? 'Take the rematch' : 'Rematch';
  $('end-share').hidden = game.mode === 'blind';
}
