// The game of the day on the start page: whether it was played, the table of today, yesterday's winner. Knows the
// server's answer and the form, not the game.

import {$} from './page.js';
import {formatScore} from './results.js';
import {fetchDaily} from './server.js';

const people = (count) => `${count} ${count === 1 ? 'player' : 'players'}`;

function leftInWords(closes) {
  const minutes = Math.max(1, Math.round((closes - Date.now() / 1000) / 60));
  return minutes >= 60 ? `${Math.round(minutes / 60)} h left` : `${minutes} min left`;
}

/** The rows of a table of players; `figure` says each one's in words. */
export function rowsOf(rows, figure) {
  return rows.map((row) => {
    const item = Object.assign(document.createElement('li'), {className: `${row.kind}${row.you ? ' you' : ''}`});
    const who = Object.assign(document.createElement('span'), {className: 'who', textContent: row.you ? `${row.player} (you)` : row.player});
    item.append(who, Object.assign(document.createElement('b'), {className: 'score', textContent: figure(row)}));
    if (row.rank) item.dataset.rank = row.rank;
    return item;
  });
}

/** Show the game of the day; where the server has none, nothing is shown. `wanted()`: whether the start page is still there. */
export async function showDaily(wanted) {
  $('daily').hidden = true;
  const daily = await fetchDaily().catch(() => null);
  if (!daily || !wanted()) return;
  const {status, own, players, table, yesterday, rounds, guessed} = daily;
  $('daily').dataset.status = status;
  $('daily-button').textContent = {new: 'Play today’s game', open: 'Go on with today’s game', done: 'See today’s result'}[status];
  $('daily-what').textContent = {
    new: `${rounds} rounds on ${daily.map_title}, the same for everyone, one try · ${players ? `${people(players)} so far · ` : ''}${leftInWords(daily.closes_at)}`,
    open: `${guessed} of ${rounds} rounds guessed · ${leftInWords(daily.closes_at)}`,
    done: own && `${formatScore(own.total)} points · ${players === 1 ? 'the first of today' : `${own.rank === 1 ? 'in the lead' : `place ${own.rank}`} of ${people(players)}`} · the next one in ${leftInWords(daily.closes_at).replace(' left', '')}`,
  }[status];
  // Of those before oneself, no more than fit; oneself always.
  $('daily-table').replaceChildren(...rowsOf([...table.slice(0, 3), ...(own && own.rank > 3 ? [own] : [])], (row) => formatScore(row.total)));
  $('daily-table').hidden = !table.length;
  $('daily-yesterday').textContent = yesterday ? `Yesterday’s winner: ${yesterday.winner.player}, ${formatScore(yesterday.winner.total)} points${yesterday.own ? ` · you: place ${yesterday.own.rank} of ${yesterday.players}` : ''}` : '';
  $('daily').hidden = false;
}
