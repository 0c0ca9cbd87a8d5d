// What follows a guess and a game: the result, the summary, the model's turn. Knows their screens and the large map.

import {$, body, enter, say, still} from './page.js';
import {forgetRunning} from './kept.js';
import {formatScore, resultInWords, showResult, showSummary} from './results.js';
import {playRival} from './rival.js';
import {matchToSend, rulesToSend} from './rules.js';
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
  stopWalk();
  forgetRunning(game.game_id);
  enter('summary');
  summary();
  say(`The game is over: ${formatScore(game.total)} of ${formatScore(game.max_total)} points. ${$('summary-verdict').textContent}`);
}

function summary() {
  const {game} = page;
  showSummary(game, still);
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

export async function share() {
  const {game} = page;
  const address = new URL(location.pathname, location.href);
  const {told, rounds_total} = game;
  address.search = game.mode === 'challenge' ? new URLSearchParams({game: game.game_id})
    : new URLSearchParams({map: game.map, seed: game.seed, ...matchToSend({told, rounds_total}), ...rulesToSend(game.rules)});
  const button = $('share');
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
