// The turning globe behind the start panel: coastlines as points of light. Decoration only.

import {loadGround} from './layers.js';

const DEGREES_A_SECOND = 4;
const POINTS = 6000, SHADES = 8;
const SLOW_MS = 24; // a frame that takes longer is the last one: decoration must not cost the game its machine

export async function spinGlobe(canvas, {still}) {
  const {fill} = await loadGround();
  const pen = canvas.getContext('2d');
  const points = unitVectors(fill.flat(2));
  let since = null, slow = 0;
  function draw(now) {
    if (document.body.dataset.state !== 'start') { setTimeout(() => requestAnimationFrame(draw), 500); return; }
    since ??= now;
    const begun = performance.now();
    paint(pen, canvas, points, (now - since) / 1000 * DEGREES_A_SECOND);
    if (performance.now() - begun > SLOW_MS) slow += 1;
    if (!still && slow < 3) setTimeout(() => requestAnimationFrame(draw), 30); // thirty frames a second are plenty
  }
  requestAnimationFrame(draw);
  if (still) addEventListener('resize', () => requestAnimationFrame(draw));
}

function unitVectors(found) {
  const step = Math.max(1, Math.floor(found.length / POINTS));
  return found.filter((_, i) => i % step === 0).map(([lng, lat]) => {
    const p = lat * Math.PI / 180, l = lng * Math.PI / 180;
    return [Math.cos(p) * Math.sin(l), Math.sin(p), Math.cos(p) * Math.cos(l)];
  });
}

function paint(pen, canvas, points, turn) {
  const ratio = Math.min(devicePixelRatio || 1, 2), width = canvas.clientWidth * ratio, height = canvas.clientHeight * ratio;
  if (canvas.width !== Math.round(width) || canvas.height !== Math.round(height)) Object.assign(canvas, {width, height});
  const wide = width > height * 1.15;
  const radius = wide ? height * 0.43 : width * 0.62, cx = wide ? width * 0.66 : width / 2, cy = wide ? height / 2 : height * 0.2;
  pen.clearRect(0, 0, width, height);
  const glow = pen.createRadialGradient(cx, cy, radius * 0.2, cx, cy, radius * 1.25);
  glow.addColorStop(0, 'rgba(72,118,190,.26)');
  glow.addColorStop(0.79, 'rgba(52,92,160,.20)');
  glow.addColorStop(0.81, 'rgba(110,160,240,.16)');
  glow.addColorStop(1, 'rgba(110,160,240,0)');
  pen.fillStyle = glow;
  pen.beginPath();
  pen.arc(cx, cy, radius * 1.25, 0, 7);
  pen.fill();
  pen.strokeStyle = 'rgba(150,190,255,.28)';
  pen.lineWidth = ratio;
  pen.beginPath();
  pen.arc(cx, cy, radius, 0, 7);
  pen.stroke();
  const a = turn * Math.PI / 180, sin = Math.sin(a), cos = Math.cos(a), tilt = 0.32, st = Math.sin(tilt), ct = Math.cos(tilt);
  const shades = Array.from({length: SHADES}, () => new Path2D());
  for (const [x, y, z] of points) {
    const x1 = x * cos + z * sin, z1 = z * cos - x * sin;
    const y2 = y * ct - z1 * st, z2 = z1 * ct + y * st;
    if (z2 > 0) shades[Math.min(SHADES - 1, z2 * SHADES | 0)].rect(cx + x1 * radius, cy - y2 * radius, 1.5 * ratio, 1.5 * ratio);
  }
  shades.forEach((shade, i) => {
    const near = (i + 0.5) / SHADES;
    pen.fillStyle = `rgba(${180 + 75 * near | 0},${205 + 20 * near | 0},${240 - 40 * near | 0},${0.15 + 0.75 * near})`;
    pen.fill(shade);
  });
}
