// What the four pages share that no visitor sees: places, a panorama of blocks, the law of points, a game in storage.
const PLACES = [[58.38, 26.72], [-17.8, 178.4], [-33.9, 18.4], [64.1, -21.9], [19.4, -99.1]];
function kmBetween([a, b], [c, d]) {
  const r = Math.PI / 180, h = Math.sin((c - a) * r / 2) ** 2 + Math.cos(a * r) * Math.cos(c * r) * Math.sin((d - b) * r / 2) ** 2;
  return 2 * 6371.0088 * Math.asin(Math.sqrt(h));
}
function strip(seed, width = 1440, height = 300) {  // a whole turn, in blocks that repeat nowhere
  const canvas = Object.assign(document.createElement('canvas'), { width, height }), c = canvas.getContext('2d');
  let s = seed * 7919 + 17;
  const random = () => { s = (s * 1103515245 + 12345) % 2147483648; return s / 2147483648; };
  c.fillStyle = '#9cd'; c.fillRect(0, 0, width, height); c.fillStyle = '#684'; c.fillRect(0, height * .6, width, height);
  for (let k = 0; k < 90; k += 1) { c.fillStyle = `hsl(${360 * random()} 60% ${20 + 60 * random()}%)`; c.fillRect(width * random(), height * .75 * random(), 15 + 50 * random(), 20 + 90 * random()); }
  return canvas;
}
function paint(canvas, whole, yawDeg, fovDeg) {  // the part of the turn that faces `yawDeg`
  const c = canvas.getContext('2d'), px = whole.width / 360, left = ((yawDeg - fovDeg / 2) % 360 + 360) % 360 * px, w = fovDeg * px;
  const scale = canvas.width / w;
  for (const from of [-left, whole.width - left]) c.drawImage(whole, from * scale, 0, whole.width * scale, canvas.height);
}
function storedGame(key, rounds) {  // {round, state, guess}; survives a reload
  const game = JSON.parse(localStorage[key] ?? 'null') ?? { round: 1, state: 'start', total: 0, guesses: 0 };
  return { ...game, rounds, save() { const { rounds: _, save: __, ...kept } = this; localStorage[key] = JSON.stringify(kept); } };
}
