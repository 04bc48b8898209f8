// Vector tiles as Leaflet layers: fetched and decoded here, dropped when they leave the view.
/* global L */
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

// pixels below which two marks become one, by zoom; from STREETS on, only what stands on one point does
const apart = (zoom) => (zoom < 15 ? 44 : 56 - 8 * (zoom - 13));
const STREETS = 17;

// What arrives together is drawn together, unless some of it is late: a frame costs a slow phone more than what it shows.
const PATIENCE = 150; // ms
const works = new Set();
let fetching = 0;
let timer;

function draw() {
  timer = undefined;
  for (const work of works) work(); // and what these add
  works.clear();
}

function drawSoon(work) {
  works.add(work);
  if (!fetching) clearTimeout(timer);
  else if (timer) return;
  timer = setTimeout(draw, fetching ? PATIENCE : 0);
}

/** A GridLayer whose `paint(tile, coords, element)` gets each decoded tile; the fetch of a tile that left is aborted. */
const Vector = L.GridLayer.extend({
  options: { tileSize: 512, zoomOffset: -1, updateWhenIdle: true, keepBuffer: 1 },
  initialize(url, query, options) {
    L.setOptions(this, options);
    this._url = url;
    this.query = query;
    this._loads = new Map();
    this.on("tileunload", ({ coords }) => this._drop(this._tileCoordsToKey(coords)));
  },
  createTile(coords, done) {
    const element = this.element(coords);
    const load = { stop: new AbortController() };
    this._loads.set(this._tileCoordsToKey(coords), load);
    this._fetch(coords, load)
      .then((tile) => () => {
        if (tile && !load.stop.signal.aborted) this.paint(tile, coords, element, load);
        done(null, element);
      })
      .catch((error) => () => error.name !== "AbortError" && done(error, element))
      .then((work) => {
        fetching--;
        drawSoon(work);
      });
    fetching++;
    return element;
  },
  async _fetch(coords, load) {
    const z = coords.z + this.options.zoomOffset;
    const url = L.Util.template(this._url, { x: coords.x, y: coords.y, z }) + (this.query ? `?${this.query}` : "");
    const answer = await fetch(url, { signal: load.stop.signal });
    if (!answer.ok) throw new Error(`${answer.status} ${url}`);
    const bytes = await answer.arrayBuffer();
    return bytes.byteLength ? new VectorTile(new PbfReader(bytes)) : null;
  },
  _drop(key) {
    const load = this._loads.get(key);
    if (!load) return;
    this._loads.delete(key);
    load.stop.abort();
    this._dropped?.();
  },
});

/**
 * Permits and clusters. What would overlap on the screen is drawn as one mark with its number, across tiles too.
 * `make(spot, found)` returns the mark; all share one canvas.
 */
export const PermitTiles = Vector.extend({
  element: () => document.createElement("div"),
  paint(tile, coords, element, load) {
    const size = this.getTileSize();
    const corner = coords.scaleBy(size);
    load.places = [...points(tile.layers.cluster, size.x), ...points(tile.layers.place, size.x)].map((place) => ({
      ...place,
      x: place.x + corner.x,
      y: place.y + corner.y,
    }));
    load.zoom = coords.z;
    this._regroup();
  },
  // between two zooms the tiles of the lower one are drawn larger: half as many, and marks are as sharp
  _setView(center, zoom, ...rest) {
    Vector.prototype._setView.call(this, center, Math.floor(zoom), ...rest);
  },
  onRemove(map) {
    this._clear();
    L.GridLayer.prototype.onRemove.call(this, map);
  },
  _dropped() {
    this._regroup();
  },
  _clear() {
    this._marks?.forEach((mark) => mark.remove());
    this._marks = [];
  },
  _regroup() {
    this._drawing ??= () => this._map && this._draw();
    drawSoon(this._drawing);
  },
  _draw() {
    this._clear();
    const zoom = this._tileZoom;
    const loads = [...this._loads.values()].filter((load) => load.zoom === zoom);
    const scale = 2 ** (zoom - this._map.getZoom()); // between two zooms a tile is drawn larger or smaller
    const least = zoom < STREETS ? apart(zoom) * scale : 0.01;
    const at = ({ x, y }) => this._map.unproject(L.point(x, y), zoom);
    for (const found of gather(loads.flatMap((load) => load.places), least)) {
      const [west, north, east, south] = found.box;
      const members = () => L.latLngBounds(at({ x: west, y: south }), at({ x: east, y: north }));
      this._marks.push(this.options.make(at(found), { ...found, members }).addTo(this._map));
    }
  },
});

/** The points of a layer in pixels of the tile; what lies beyond its edge is drawn by its neighbour. */
function* points(layer, size) {
  for (let i = 0; i < (layer ? layer.length : 0); i++) {
    const feature = layer.feature(i);
    for (const { x, y } of feature.loadGeometry().flat()) {
      if (x < 0 || y < 0 || x >= layer.extent || y >= layer.extent) continue;
      yield { x: (x * size) / layer.extent, y: (y * size) / layer.extent, ...feature.properties };
    }
  }
}

/** What would overlap becomes one, at the mean of its members, who lie in `box`; the larger draw the smaller in. */
function gather(places, least) {
  const found = [];
  for (const one of places.sort((a, b) => (b.n || 1) - (a.n || 1))) {
    const { n: more = 1, x, y } = one;
    const near = found.find((other) => (other.x - x) ** 2 + (other.y - y) ** 2 < least ** 2);
    if (near) {
      const [west, north, east, south] = near.box;
      near.box = [Math.min(west, x), Math.min(north, y), Math.max(east, x), Math.max(south, y)];
      near.same = false;
      near.n += more;
      near.x += ((x - near.x) * more) / near.n;
      near.y += ((y - near.y) * more) / near.n;
    } else found.push({ ...one, n: more, box: [x, y, x, y] });
  }
  return found;
}

/** Borders of zones, drawn into the tile itself: the tiles overlap enough. Few and large, since they hold little. */
export const ZoneTiles = Vector.extend({
  options: { tileSize: 1024, zoomOffset: -2 },
  element: () => document.createElement("div"),
  paint(tile, coords, element) {
    const layer = tile.layers[this.options.layer];
    if (!layer) return;
    const features = Array.from({ length: layer.length }, (_, i) => layer.feature(i));
    const side = this.getTileSize().x;
    const [west, north, east, south] = around(features, layer.extent);
    const shown = side / layer.extent; // pixels of the page a unit
    const scale = shown * Math.min(2, window.devicePixelRatio || 1);
    const canvas = element.appendChild(document.createElement("canvas")); // no larger than what is drawn
    canvas.width = (east - west) * scale;
    canvas.height = (south - north) * scale;
    canvas.style.cssText = `position:absolute;left:${west * shown}px;top:${north * shown}px;width:${(east - west) * shown}px;height:${(south - north) * shown}px`;
    const ctx = canvas.getContext("2d");
    for (const feature of features) {
      const style = this.options.style(feature.properties, coords.z);
      if (!style) continue;
      ctx.beginPath();
      for (const ring of feature.loadGeometry()) {
        ring.forEach(({ x, y }, j) => ctx[j ? "lineTo" : "moveTo"]((x - west) * scale, (y - north) * scale));
      }
      if (style.fill) {
        ctx.fillStyle = style.fill;
        ctx.fill("evenodd");
      }
      ctx.strokeStyle = style.line;
      ctx.lineWidth = (style.width * scale) / shown;
      ctx.setLineDash((style.dash || []).map((length) => (length * scale) / shown));
      ctx.stroke();
    }
  },
});

/** The box of `features` within their tile: west, north, east and south in its units, with room for the lines. */
function around(features, extent) {
  const box = [extent, extent, 0, 0];
  for (const feature of features) {
    const [west, north, east, south] = feature.bbox();
    box[0] = Math.min(box[0], west);
    box[1] = Math.min(box[1], north);
    box[2] = Math.max(box[2], east);
    box[3] = Math.max(box[3], south);
  }
  const room = extent / 256;
  return [Math.max(0, box[0] - room), Math.max(0, box[1] - room), Math.min(extent, box[2] + room), Math.min(extent, box[3] + room)];
}
