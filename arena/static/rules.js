// The rules of a game in words. Knows no page.

const MOVEMENTS = {no_move: '', nmpz: 'NMPZ', moving: 'Moving'};

/** What differs from the plain game, short: "60 s a round · NMPZ"; '' for the plain game. */
export function rulesInWords({time_limit_s: limit = null, movement = 'no_move'} = {}) {
  return [limit ? `${limit} s a round` : '', MOVEMENTS[movement] ?? movement].filter(Boolean).join(' · ');
}

/** The rules of a game as the server is asked for them. */
export const rulesToSend = ({time_limit_s: limit = null, movement = 'no_move'} = {}) =>
  ({...(limit ? {time_limit_s: limit} : {}), ...(movement !== 'no_move' ? {movement} : {})});

export const isFixed = (game) => game?.rules?.movement === 'nmpz';
