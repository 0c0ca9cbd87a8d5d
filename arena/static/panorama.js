// Looking around in an equirectangular picture: one triangle, one shader. Knows no game.
//
// A single view (`showView`) stands still instead, whole, as large as the canvas allows.
// heading 0 looks north (the middle column of the picture) and grows clockwise; pitch is positive upwards; fov is the
// field of view, in degrees, of the smaller side of the canvas. The canvas tells all three in its data-* attributes,
// and data-ready="true" once a frame with exactly these values is on the screen.

const VERTEX = `#version 300 es
void main() { vec2 p = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0); gl_Position = vec4(p, 0.0, 1.0); }`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D picture;
uniform vec2 size;      // pixels
uniform vec2 reach;     // tangents of half the field of view, across and up
uniform vec2 turn;      // heading and pitch, radians
uniform vec4 frame;     // where a single view stands, pixels: left, bottom, width, height; no width: all around
out vec4 colour;
const float PI = 3.14159265358979;
void main() {
  if (frame.z > 0.0) {
    vec2 q = (gl_FragCoord.xy - frame.xy) / frame.zw;
    bool outside = any(lessThan(q, vec2(0.0))) || any(greaterThan(q, vec2(1.0)));
    colour = outside ? vec4(0.039, 0.059, 0.094, 1.0) : texture(picture, vec2(q.x, 1.0 - q.y));
    return;
  }
  vec2 p = (gl_FragCoord.xy / size * 2.0 - 1.0) * reach;
  float s = sin(turn.y), c = cos(turn.y);
  vec3 ray = normalize(vec3(p.x, p.y * c + s, c - p.y * s));
  float heading = atan(ray.x, ray.z) + turn.x;
  // The picture has one level only: no seam where the heading wraps.
  colour = texture(picture, vec2(0.5 + heading / (2.0 * PI), acos(clamp(ray.y, -1.0, 1.0)) / PI));
}`;

const MIN_FOV = 15, MAX_FOV = 100, START_FOV = 70, MAX_PITCH = 89;
const STRIP_ROWS = 256; // of a finer picture, uploaded a frame: looking around does not halt for it
const TURN_MS = 260;
const FRICTION = 4.5; // 1/s, how fast a thrown view comes to rest
const MAX_PIXEL_RATIO = 2;

const rad = (degrees) => degrees * Math.PI / 180;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const wrap360 = (degrees) => ((degrees % 360) + 360) % 360;
const shortest = (from, to) => ((to - from + 540) % 360 + 360) % 360 - 180;

export class Panorama {
  /** `onChange({heading, pitch, fov})` is called after each drawn frame; `still` forbids all animation. */
  constructor(canvas, {onChange = () => {}, still = false} = {}) {
    Object.assign(this, {canvas, onChange, still, heading: 0, pitch: 0, fov: START_FOV});
    this.bitmap = null;
    this.fixed = false; // a single view, which cannot be turned
    this.motion = null; // a turn under way
    this.spin = {heading: 0, pitch: 0}; // degrees a second, after a throw
    this.pull = {heading: 0, pitch: 0};
    this.pointers = new Map();
    this.frame = 0;
    this.start();
    this.listen();
    canvas.addEventListener('webglcontextlost', (event) => { event.preventDefault(); this.gl = null; });
    canvas.addEventListener('webglcontextrestored', () => { this.start(); if (this.bitmap) this.upload(); this.touch(); });
    new ResizeObserver(() => this.touch()).observe(canvas);
  }

  start() {
    const gl = this.canvas.getContext('webgl2', {alpha: false, antialias: false, preserveDrawingBuffer: true});
    if (!gl) throw new Error('This browser offers no WebGL 2, which the panorama needs. Switch hardware acceleration on, or try another browser.');
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    this.gl = gl;
    this.at = Object.fromEntries(['size', 'reach', 'turn', 'frame'].map((name) => [name, gl.getUniformLocation(program, name)]));
    this.texture = this.newTexture();
  }

  newTexture() {
    const {gl} = this, texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    // One level is enough: 4,096 px around on the smallest window are two texels a pixel, which linear filtering bears.
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.REPEAT);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    return texture;
  }

  /** Whether the pictures are drawn without a GPU. */
  get software() {
    const gl = this.gl, info = gl?.getExtension('WEBGL_debug_renderer_info');
    return /swiftshader|llvmpipe|software|basic render/i.test(info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : '');
  }

  /** Show another picture, from `view` or from the start position. */
  show(bitmap, view = {}) {
    this.fixed = false;
    this.heading = wrap360(view.heading ?? 0);
    this.pitch = clamp(view.pitch ?? 0, -MAX_PITCH, MAX_PITCH);
    this.fov = clamp(view.fov ?? START_FOV, MIN_FOV, MAX_FOV);
    this.put(bitmap);
  }

  /** Show a single view towards `heading`, 90 degrees across, that cannot be turned: all of it, in any window. */
  showView(bitmap, heading) {
    this.fixed = true;
    Object.assign(this, {heading: wrap360(heading), pitch: 0, fov: 90});
    this.put(bitmap);
  }

  /** Show the picture of another spot; the view stays where it is, or goes on turning. */
  swap(bitmap) {
    this.bitmap?.close?.();
    this.bitmap = bitmap;
    this.upload();
    this.touch();
  }

  put(bitmap) {
    this.bitmap?.close?.();
    this.bitmap = bitmap;
    this.stop();
    this.upload();
    this.touch();
  }

  upload() {
    const {gl, canvas, bitmap} = this;
    if (!gl) return;
    gl.deleteTexture(this.texture); // that of a sharper picture has a size for good
    this.texture = this.newTexture();
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, gl.RGB, gl.UNSIGNED_BYTE, bitmap);
    canvas.dataset.width = bitmap.width;
  }

  /** The widest picture this machine can hold. */
  get maxWidth() { return this.gl?.getParameter(this.gl.MAX_TEXTURE_SIZE) ?? 0; }

  /** Lay a finer picture of the same place over the one that is shown; the view stays where it is. */
  async sharpen(bitmap) {
    const {gl, bitmap: shown} = this, {width, height} = bitmap;
    const current = () => this.gl === gl && gl && this.bitmap === shown && !this.fixed;
    if (!current() || width > this.maxWidth) return void bitmap.close();
    const texture = this.newTexture();
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGB8, width, height);
    for (let row = 0; row < height; row += STRIP_ROWS) {
      await new Promise(requestAnimationFrame);
      if (!current()) {
        if (this.gl === gl) gl?.deleteTexture(texture);
        return void bitmap.close();
      }
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.pixelStorei(gl.UNPACK_SKIP_ROWS, row);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, row, width, Math.min(STRIP_ROWS, height - row), gl.RGB, gl.UNSIGNED_BYTE, bitmap);
      gl.pixelStorei(gl.UNPACK_SKIP_ROWS, 0);
      gl.bindTexture(gl.TEXTURE_2D, this.texture);
    }
    gl.deleteTexture(this.texture);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    this.texture = texture;
    shown.close?.();
    this.bitmap = bitmap;
    this.canvas.dataset.width = width;
    this.touch();
  }

  /** Back to how the round began. */
  reset(ms) {
    this.face({heading: 0, pitch: 0, fov: START_FOV}, ms);
  }

  /** Turn the shortest way to a view; what is left out stays. `ms` 0 jumps. */
  face({heading = this.heading, pitch = this.pitch, fov = this.fov}, ms = TURN_MS) {
    if (this.fixed) return;
    this.spin.heading = this.spin.pitch = 0;
    const to = {turn: shortest(this.heading, heading), pitch: clamp(pitch, -MAX_PITCH, MAX_PITCH), fov: clamp(fov, MIN_FOV, MAX_FOV)};
    const from = {heading: this.heading, pitch: this.pitch, fov: this.fov};
    this.motion = {from, to, heading: wrap360(heading), since: performance.now(), ms: this.still ? 0 : ms};
    this.touch();
  }

  /** Where the view is going, or is. */
  aim() {
    const {motion} = this;
    return motion ? {heading: motion.heading, pitch: motion.to.pitch, fov: motion.to.fov} : {heading: this.heading, pitch: this.pitch, fov: this.fov};
  }

  turnBy(heading, pitch, ms) {
    const aim = this.aim();
    this.face({...aim, heading: aim.heading + heading, pitch: aim.pitch + pitch}, ms);
  }

  zoomBy(factor, ms) {
    const aim = this.aim();
    this.face({...aim, fov: aim.fov * factor}, ms);
  }

  stop() {
    this.motion = null;
    this.spin.heading = this.spin.pitch = 0;
  }

  /** Something changed: draw a frame soon. */
  touch() {
    this.canvas.dataset.ready = 'false';
    this.frame ||= requestAnimationFrame((now) => this.draw(now));
  }

  draw(now) {
    this.frame = 0;
    const moving = this.advance(now);
    const {canvas, gl} = this;
    if (!gl || !this.bitmap || !canvas.clientWidth) return;
    const ratio = Math.min(devicePixelRatio || 1, MAX_PIXEL_RATIO);
    const width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {width, height});
    const half = Math.tan(rad(this.fov) / 2), smaller = Math.min(width, height);
    gl.viewport(0, 0, width, height);
    gl.uniform2f(this.at.size, width, height);
    gl.uniform2f(this.at.reach, half * width / smaller, half * height / smaller);
    gl.uniform2f(this.at.turn, rad(this.heading), rad(this.pitch));
    gl.uniform4f(this.at.frame, ...(this.fixed ? this.frameIn(width, height) : [0, 0, 0, 0]));
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    const drawn = {heading: this.heading, pitch: this.pitch, fov: this.fov};
    canvas.dataset.heading = (Math.round(this.heading * 100) / 100 % 360).toFixed(2);
    canvas.dataset.pitch = this.pitch.toFixed(2);
    canvas.dataset.fov = this.fov.toFixed(2);
    this.onChange(drawn);
    if (moving) this.touch();
    // The browser shows this frame before it calls the next one; only then is it on the screen.
    else requestAnimationFrame(() => { if (!this.frame) canvas.dataset.ready = 'true'; });
  }

  // Left, bottom, width and height of a single view: centred, or in the upper part of a tall window, clear of the map.
  frameIn(width, height) {
    const scale = Math.min(width / this.bitmap.width, height / this.bitmap.height);
    const wide = this.bitmap.width * scale, high = this.bitmap.height * scale;
    return [(width - wide) / 2, (height - high) * (height > 1.2 * width ? 0.66 : 0.5), wide, high];
  }

  advance(now) {
    const {motion, spin} = this;
    const seconds = Math.min(0.05, (now - (this.last ?? now)) / 1000);
    this.last = now;
    if (motion) {
      const t = motion.ms ? clamp((now - motion.since) / motion.ms, 0, 1) : 1;
      const ease = 1 - (1 - t) ** 3;
      this.heading = t === 1 ? motion.heading : wrap360(motion.from.heading + motion.to.turn * ease);
      this.pitch = motion.from.pitch + (motion.to.pitch - motion.from.pitch) * ease;
      this.fov = motion.from.fov + (motion.to.fov - motion.from.fov) * ease;
      if (t === 1) this.motion = null;
      return t < 1;
    }
    if (Math.hypot(spin.heading, spin.pitch) < 2) {
      spin.heading = spin.pitch = 0;
      return false;
    }
    const decay = Math.exp(-FRICTION * seconds);
    this.heading = wrap360(this.heading + spin.heading * seconds);
    this.pitch = clamp(this.pitch + spin.pitch * seconds, -MAX_PITCH, MAX_PITCH);
    spin.heading *= decay;
    spin.pitch *= decay;
    return true;
  }

  listen() {
    const {canvas, pointers} = this;
    canvas.addEventListener('pointerdown', (event) => {
      if (this.fixed) return;
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, {x: event.clientX, y: event.clientY, at: event.timeStamp});
      this.stop();
      this.pull = {heading: 0, pitch: 0}; // how fast the finger drags, degrees a second
      canvas.classList.add('dragging');
    });
    canvas.addEventListener('pointermove', (event) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const now = {x: event.clientX, y: event.clientY, at: event.timeStamp};
      if (pointers.size === 1) this.drag(before, now);
      else this.pinch(event.pointerId, before, now);
      pointers.set(event.pointerId, now);
    });
    const end = (event) => {
      const last = pointers.get(event.pointerId);
      pointers.delete(event.pointerId);
      if (pointers.size) return;
      canvas.classList.remove('dragging');
      if (!last || this.still || event.timeStamp - last.at > 60) return; // it was held, not thrown
      this.spin = {...this.pull};
      this.touch();
    };
    canvas.addEventListener('pointerup', end);
    canvas.addEventListener('pointercancel', end);
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === 1 ? 18 : event.deltaMode === 2 ? 300 : 1);
      this.zoomBy(Math.exp(clamp(pixels, -240, 240) * (event.ctrlKey ? 0.008 : 0.0016)), 120);
    }, {passive: false});
  }

  drag(before, now) {
    // Near the middle of the picture, what lies under the finger stays under it.
    const perPixel = 2 * Math.tan(rad(this.fov) / 2) / Math.min(this.canvas.clientWidth, this.canvas.clientHeight) * 180 / Math.PI;
    const heading = -(now.x - before.x) * perPixel, pitch = (now.y - before.y) * perPixel;
    const seconds = Math.max(0.004, (now.at - before.at) / 1000);
    this.pull.heading = 0.6 * this.pull.heading + 0.4 * heading / seconds;
    this.pull.pitch = 0.6 * this.pull.pitch + 0.4 * pitch / seconds;
    this.heading = wrap360(this.heading + heading);
    this.pitch = clamp(this.pitch + pitch, -MAX_PITCH, MAX_PITCH);
    this.touch();
  }

  pinch(id, before, now) {
    const [other] = [...this.pointers].find(([key]) => key !== id)?.slice(1) ?? [];
    if (!other) return;
    const was = Math.hypot(before.x - other.x, before.y - other.y), is = Math.hypot(now.x - other.x, now.y - other.y);
    if (was > 0 && is > 0) this.fov = clamp(this.fov * was / is, MIN_FOV, MAX_FOV);
    this.touch();
  }
}
