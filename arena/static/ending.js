// What follows a guess and a game: the result, the summary, the model's turn. Knows their screens and the large map.

import {$, body, enter, say, still} from './page.js';
import {showGhost} from './ghost.js';
import {forgetRunning} from './kept.js';
import {formatScore, resultInWords, showResult, showSummary} from './results.js';
import {playRival} from './rival.js';
import {matchToSend, rulesToSend} from './rules.js';
import {page, parts} from './table.js';

/** The result of a round. */
export function result(round) {
  page.visit = {};
  page.round = round.round;
  body.dataset.round = round.round;
  parts.clock.stop();
  parts.sharpener.stop();
  hud();
  if (page.game.finished) forgetRunning(page.game.game_id);
  enter('guessed');
  showResult(round, page.game, still);
  say(`Round ${round.round} of ${page.game.rounds_total}. ${resultInWords(round, page.game)} ${formatScore(page.game.total)} points in all.`);
  parts.resultMap.show([round], $('result'));
}

/** The end of the game. */
export function finish() {
  const {game} = page;
  page.visit = {};
  page.round = game.rounds_total;
  body.dataset.round = page.round;
  parts.clock.stop();
  forgetRunning(game.game_id);
  enter('summary');
  summary();
  say(`The game is over: ${formatScore(game.total)} of ${formatScore(game.max_total)} points. ${$('summary-verdict').textContent}`);
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
  const {told, rounds_total} = game;
  address.search = ['challenge', 'duel', 'blind'].includes(game.mode) ? new URLSearchParams({game: game.game_id})
    : new URLSearchParams({map: game.map, seed: game.seed, ...matchToSend({told, rounds_total}), ...rulesToSend(game.rules)});
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
  $('hud-round').textContent = `${page.round} / ${game.rounds_total}`;
  $('hud-total').textContent = formatScore(game.total);
}
