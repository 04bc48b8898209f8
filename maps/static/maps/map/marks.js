// What the map draws, on one canvas: the status shapes of the list (geoportal/icons.svg), softer and larger where a
// point is not exact, and circles with a number where several permits stand together.
/* global L */

const css = getComputedStyle(document.documentElement);
const colours = new Map(); // to ask the style for each mark makes the browser lay out the page again
export function colour(name) {
  if (!colours.has(name)) colours.set(name, css.getPropertyValue(`--${name}`).trim());
  return colours.get(name);
}

const disc = (r) => `M12 ${12 - r}a${r} ${r} 0 1 1 0 ${2 * r}a${r} ${r} 0 1 1 0-${2 * r}z`;
// status: path in a box of 24 by 24, width of its line (0: none), whether it is filled
const SHAPES = {
  in_force: [disc(8.5), 0, true],
  ending: ["M12 4.5 20.5 19.5h-17z", 3, true],
  expired: [disc(7.5), 3.5, false],
  suspended: ["M4 4h16v16H4z", 0, true],
  revoked: ["m5.5 5.5 13 13m0-13-13 13", 4.5, false],
  replaced: ["M3.5 12H19m-7-7.5 7.5 7.5-7.5 7.5", 3.5, false],
  registered: ["M4.5 4.5h15v15h-15z", 3, false],
};
const EXACT = new Set(["surveyed", "building"]);
const WHITE = "#fff";

function circle(ctx, { x, y }, r, fill, line) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.fillStyle = fill;
  ctx.fill();
  if (!line) return;
  ctx.lineWidth = 2;
  ctx.strokeStyle = line;
  ctx.stroke();
}

function number(ctx, { x, y }, n) {
  ctx.fillStyle = WHITE;
  ctx.font = "600 12px system-ui, sans-serif";
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(n < 1000 ? n : `${Math.round(n / 100) / 10}k`.replace(".", ","), x, y + 0.5);
}

function shape(ctx, { x, y }, status, size) {
  const [d, line, filled] = SHAPES[status] || SHAPES.registered;
  const path = new Path2D(d);
  ctx.save();
  ctx.translate(x - size / 2, y - size / 2);
  ctx.scale(size / 24, size / 24);
  ctx.lineJoin = ctx.lineCap = "round";
  ctx.strokeStyle = WHITE;
  ctx.lineWidth = line + 6;
  ctx.stroke(path); // a white edge, so that neighbours stay apart
  if (!filled) {
    ctx.fillStyle = WHITE;
    ctx.fill(path);
  }
  ctx.fillStyle = ctx.strokeStyle = colour(status);
  if (filled) ctx.fill(path);
  ctx.lineWidth = line;
  if (line) ctx.stroke(path);
  ctx.restore();
}

function draw(ctx, at, { n, status, quality, chosen, you, radius }) {
  if (you) {
    circle(ctx, at, 18, "rgb(178 63 44 / 18%)");
    circle(ctx, at, 8, colour("coral"), WHITE);
  } else if (chosen) {
    ctx.lineWidth = 4;
    ctx.strokeStyle = colour("coral");
    ctx.beginPath();
    ctx.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    ctx.stroke();
  } else if (n > 1) {
    circle(ctx, at, radius, colour("nila"), WHITE);
    number(ctx, at, n);
  } else if (EXACT.has(quality)) {
    shape(ctx, at, status, 18);
  } else {
    ctx.globalAlpha = 0.2;
    circle(ctx, at, radius, colour(status));
    ctx.globalAlpha = 0.7;
    shape(ctx, at, status, 13);
    ctx.globalAlpha = 1;
  }
}

L.Canvas.include({
  _updateMark(layer) {
    if (this._drawing && !layer._empty()) draw(this._ctx, layer._point, layer.options);
  },
});

export const Mark = L.CircleMarker.extend({
  initialize(spot, options) {
    const { n = 1, quality, radius } = options;
    const own = n > 1 ? 11 + 3.2 * Math.log10(n) : EXACT.has(quality) ? 9 : 16;
    L.CircleMarker.prototype.initialize.call(this, spot, { radius: radius || own, weight: 4, ...options });
  },
  _updatePath() {
    this._renderer._updateMark(this);
  },
});
