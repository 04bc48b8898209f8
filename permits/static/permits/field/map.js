// A map of the city for staff: borders of villages, marks with numbers. One scale of tiles, so that few must be kept.
import { script } from "../../maps/map/script.js";

export const TILE_ZOOM = 14; // of the borders' tiles; the page's zooms draw them larger or smaller
const NATIVE = TILE_ZOOM + 2; // a tile is 1,024 pixels wide

const css = getComputedStyle(document.documentElement);
export const colour = (name) => css.getPropertyValue(`--${name}`).trim();

/** `box`: "west,south,east,north". Resolves to a Leaflet map. */
export async function cityMap(canvas, { leaflet, zones, box }) {
  if (!window.L) await script(leaflet);
  const { ZoneTiles } = await import("../../maps/map/tiles.js");
  const { L } = window;
  const [west, south, east, north] = (box || "95,-11,141,6").split(",").map(Number);
  const city = L.latLngBounds([south, west], [north, east]);
  const map = L.map(canvas, { minZoom: 12, maxZoom: 20, attributionControl: false, preferCanvas: true, maxBounds: city.pad(1) });
  L.control.scale({ imperial: false }).addTo(map);
  new ZoneTiles(zones, "", {
    minZoom: 12,
    maxZoom: 20,
    minNativeZoom: NATIVE,
    maxNativeZoom: NATIVE,
    layer: "zones",
    style: () => ({ fill: colour("white"), line: colour("border"), width: 1.25, dash: [] }),
  }).addTo(map);
  map.fitBounds(city);
  return map;
}

/** A disc with a text on it. */
export function disc(at, text, fill = "nila") {
  const { L } = window;
  const word = document.createElement("span");
  word.textContent = text;
  word.className = "disc";
  word.dataset.fill = fill;
  return L.marker(at, { icon: L.divIcon({ html: word, className: "", iconSize: [28, 28] }), keyboard: false });
}
