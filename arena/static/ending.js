// What follows a guess and a game: the result, the summary, the model's turn. Knows their screens and the large map.

import {$, body, enter, say, still} from './page.js';
import {showGhost} from './ghost.js';
import {forgetRunning} from './kept.js';
import {rowsOf} from './daily.js';
import {fetchGame, fetchStreaks} from './server.js';
import {formatScore, resultInWords, showResult, showBest, showRival, showSummary} from './results.js';
import {playRival, waitForRival} from './rival.js';
import {isStreak, matchToSend, rulesToSend} from './rules.js';
import {page, parts} from './table.js';
import {stopWalk} from './walk.js';

/** The result of a round. */
export function result(round) {
  page.visit = {};
  page.round = round.round;
  body.dataset.round = round.round;
  parts.clock.stop();
  parts.sharpener.stop();
  stopWalk();
  hud();
  if (page.game.finished) forgetRunning(page.game.game_id);
  enter('guessed');
  showResult(round, page.game, still);
  say(isStreak(page.game) ? `${resultInWords(round, page.game)} ${page.game.total} in a row.`
    : `Round ${round.round} of ${page.game.rounds_total}. ${resultInWords(round, page.game)} ${formatScore(page.game.total)} points in all.`);
  parts.resultMap.show([{...round, model: round.model?.guess}], $('result'));
  if (page.game.rival && round.truth && !round.model) watchRival(round);
}

/** The model's pin beside one's own, as soon as it has guessed; nobody waits for it. */
async function watchRival({round: number}) {
  const {game, visit} = page, wanted = () => page.visit === visit && page.round === number && body.dataset.state === 'guessed';
  if (!await waitForRival(game, wanted)) return;
  const now = await fetchGame(game.game_id).catch(() => null), round = now?.rounds[number - 1];
  if (!wanted() || !round?.model) return;
  // An answer to a guess may tell more than the state does, while the place is kept from others.
  page.game = {...page.game, rival: now.rival, opponent: now.opponent, rounds: page.game.rounds.map((one) => (one.round === number ? {...one, model: round.model} : one))};
  hud();
  showRival(round, page.game);
  parts.resultMap.show([{...round, model: round.model.guess}], $('result'));
  say($('result-model').textContent);
}

/** The end of the game. */
export function finish() {
  const {game} = page;
  page.visit = {};
  page.round = game.rounds_total;
  body.dataset.round = page.round;
  parts.clock.stop();
  stopWalk();
  forgetRunning(game.game_id);
  enter('summary');
  summary();
  if (isStreak(game)) showStreaks();
  if (isStreak(game)) say($('summary-verdict').textContent);
  else say(`The game is over: ${formatScore(game.total)} of ${formatScore(game.max_total)} points. ${$('summary-verdict').textContent}`);
  if (game.rival && !game.opponent) playOpponent(); // it sat at the table: nobody need ask for it
}

async function showStreaks() {
  const {visit} = page, found = await fetchStreaks().catch(() => null);
  if (found && page.visit === visit) showBest(found.best, rowsOf);
}

function summary() {
  const {game} = page;
  showSummary(game, still);
  showGhost(game);
  parts.resultMap.show(game.rounds.map(({truth, guess, round}, i) => ({
    truth, guess, model: game.opponent?.rounds[i].guess, label: String(round),
  })), $('summary'));
}

export async function playOpponent() {
  const {game} = page;
  const opponent = await playRival(game, () => page.game === game && body.dataset.state === 'summary');
  if (!opponent) return;
  game.opponent = opponent;
  summary();
  say($('summary-verdict').textContent);
}

export async function share(button = $('share')) {
  const {game} = page;
  const address = new URL(location.pathname, location.href);
  const {told, rounds_total, rival} = game;
  address.search = ['challenge', 'daily', 'duel', 'blind'].includes(game.mode) ? new URLSearchParams({game: game.game_id})
    : new URLSearchParams({map: game.map, seed: game.seed, ...(isStreak(game) ? {mode: 'streak'} : matchToSend({told, rounds_total, with_model: Boolean(rival?.from_start)})), ...rulesToSend(game.rules)});
  try {
    await navigator.clipboard.writeText(address.href);
    button.textContent = 'Link copied';
    say('Link copied.');
  } catch {
    button.textContent = address.href; // no clipboard here: the link itself can be selected
  }
}

/** What stands above a round. */
export function hud() {
  const {game} = page;
  $('hud-round').textContent = isStreak(game) ? page.round : `${page.round} / ${game.rounds_total}`;
  $('hud-total-key').textContent = isStreak(game) ? 'Streak' : 'Points';
  $('hud-total').textContent = formatScore(game.total);
  $('hud-rival').parentElement.hidden = !game.rival;
  $('hud-rival').textContent = formatScore(game.rival?.total ?? 0);
  $('hud-rival-key').textContent = game.rival?.player ?? '';
}
