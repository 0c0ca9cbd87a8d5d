// The rules of a game in words, and as the server is asked for them. Knows no page.

const MOVEMENTS = {no_move: '', nmpz: 'NMPZ', moving: 'Moving'};

/** What differs from the plain game, short: "60 s a round · NMPZ"; '' for the plain game. */
export function rulesInWords({time_limit_s: limit = null, movement = 'no_move'} = {}) {
  return [limit ? `${limit} s a round` : '', MOVEMENTS[movement] ?? movement].filter(Boolean).join(' · ');
}

/** "5 rounds", "1 round". */
export const roundsInWords = (count) => `${count} round${count === 1 ? '' : 's'}`;

/** What else a game is, as the server is asked for it: its length, its mode, and when the truth is told. */
export const matchToSend = ({rounds_total: rounds = null, mode = 'solo', told = 'after_round', with_model: model = false} = {}) =>
  ({...(rounds ? {rounds} : {}), ...(mode !== 'solo' ? {mode} : {}), ...(told !== 'after_round' ? {told} : {}), ...(model ? {with_model: true} : {})});

/** The rules of a game as the server is asked for them. */
export const rulesToSend = ({time_limit_s: limit = null, movement = 'no_move'} = {}) =>
  ({...(limit ? {time_limit_s: limit} : {}), ...(movement !== 'no_move' ? {movement} : {})});

/** Whether one may walk in this game, on a map that is still there. */
export const canWalk = (game) => game?.rules?.movement === 'moving' && Boolean(game.walk);

/** Whether countries count, and no points. */
export const isStreak = (game) => game?.mode === 'streak';

/** "a streak of 1 country", "a streak of 7 countries". */
export const streakInWords = (count) => `a streak of ${count} ${count === 1 ? 'country' : 'countries'}`;

export const isFixed = (game) => game?.rules?.movement === 'nmpz';
