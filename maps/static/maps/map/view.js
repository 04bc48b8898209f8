// The map of /peta/. Loaded when it is to be seen: on a wide screen at once, on a phone when it is asked for.
/* global L */
import { Mark, colour } from "./marks.js";
import { PermitTiles, ZoneTiles } from "./tiles.js";

export { PermitTiles, ZoneTiles };

const ZOOM = { minZoom: 11, maxZoom: 19 };
const EQUATOR = 40075017; // metres
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

const bounds = (text) => {
  const [west, south, east, north] = text.split(",").map(Number);
  return L.latLngBounds([south, west], [north, east]);
};
export const spotOf = (text) => {
  const [lon, lat] = text.split(",").map(Number);
  return L.latLng(lat, lon);
};
const asText = ({ lat, lng }) => `${lng.toFixed(6)},${lat.toFixed(6)}`;

/** `page` hears of the map: moved(hash, why), card(spot, id), around(spot, query). */
export function createMap(pane, page) {
  const canvas = pane.querySelector("#kanvas");
  const { box, base, approximate, names, tiles, zones } = canvas.dataset;
  const city = box ? bounds(box) : L.latLngBounds([-11, 95], [6, 141]);
  const map = L.map(canvas, {
    ...ZOOM,
    preferCanvas: true,
    zoomSnap: 0.5,
    zoomControl: false,
    attributionControl: false,
    fadeAnimation: false,
    zoomAnimation: !still,
    inertia: !still,
    markerZoomAnimation: !still,
    maxBounds: city.pad(0.7),
    maxBoundsViscosity: 0.6,
    renderer: L.canvas({ tolerance: 8, padding: 0.1 }),
  });
  L.control.scale({ imperial: false, maxWidth: 90 }).addTo(map);

  let why = "fit"; // the coming move is made by this script: "fit", "look"; else ""
  const fit = (target) => {
    why = "fit";
    map.fitBounds(target ? bounds(target) : city, { maxZoom: 17, padding: [28, 28], animate: false });
  };

  if (base) L.tileLayer(base, { ...ZOOM }).addTo(map);
  const zoneStyle = {
    fill: base ? "" : colour("white"),
    line: colour(base ? "soft" : "border"),
    width: 1.25,
    dash: approximate ? [1.5, 4] : [],
  };
  new ZoneTiles(zones, "", { ...ZOOM, bounds: city, layer: "zones", style: () => zoneStyle }).addTo(map);
  const labels = showNames(map, JSON.parse(names));

  const permits = new PermitTiles(tiles, "", {
    ...ZOOM,
    make(spot, found) {
      const mark = new Mark(spot, { ...found, bubblingMouseEvents: false });
      return mark.on("click", () => choose(spot, found));
    },
  });

  /** One permit opens, several split; what stands on one point opens as a list at any zoom. */
  function choose(spot, { id, n, members, same }) {
    if (n === 1) {
      page.card(spot, id);
      return;
    }
    const box = members();
    const { x, y } = map.project(box.getNorthEast()).subtract(map.project(box.getSouthWest()));
    if (same || map.getZoom() === ZOOM.maxZoom) {
      // a tile knows a point to 1/4096 of its side
      const step = (EQUATOR * Math.cos((spot.lat * Math.PI) / 180)) / 2 ** (map.getZoom() - 1) / 4096;
      page.around(spot, step < 0.5 ? `di=${asText(spot)}` : `dekat=${asText(spot)}&radius=${step.toFixed(1)}`);
    } else {
      const fitting = Math.max(Math.abs(x), Math.abs(y)) > 8 ? map.getBoundsZoom(box, false, L.point(120, 120)) : 0;
      const zoom = Math.min(ZOOM.maxZoom, map.getZoom() + 3, Math.max(map.getZoom() + 2, fitting));
      map.setView(box.getCenter(), zoom);
    }
  }

  map.on("click", ({ latlng }) => {
    const side = map.containerPointToLatLng([40, 0]).distanceTo(map.containerPointToLatLng([0, 0]));
    const radius = Math.round(Math.min(1000, Math.max(100, side)) / 10) * 10;
    page.around(latlng, `dekat=${asText(latlng)}&radius=${radius}`);
  });
  map.on("autopanstart", () => (why = "look"));
  map.on("moveend", () => {
    const { lat, lng } = map.getCenter();
    page.moved(`#${map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}`, why);
    why = "";
  });

  const ring = new Mark(city.getCenter(), { chosen: true, radius: 15, interactive: false });
  let you;

  return {
    map,
    fit,
    /** What the list shows now: the tiles' query, and the box to look at unless the address says where. */
    show(query, target, hash) {
      if (query !== permits.query) permits.remove();
      permits.query = query;
      if (!this.look(hash)) fit(target);
      permits.addTo(map); // only now: the tiles of the view before are not wanted
      labels();
    },
    /** Goes where a fragment says; false for one that says nothing. */
    look(hash) {
      const found = /^#(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/.exec(hash || "");
      if (!found || Math.abs(found[2]) > 85 || Math.abs(found[3]) > 180) return false;
      why = "look";
      map.setView([found[2], found[3]], Number(found[1]), { animate: false });
      return true;
    },
    zoom(step) {
      map.setZoom(map.getZoom() + step);
    },
    box: () => map.getBounds().toBBoxString(),
    contains: (spot) => city.pad(0.3).contains(spot),
    point(spot) {
      if (spot) ring.setLatLng(spot).addTo(map).bringToFront();
      else ring.remove();
    },
    you(spot) {
      you = (you || new Mark(spot, { you: true, radius: 18, interactive: false })).setLatLng(spot).addTo(map);
    },
    popup(spot, content) {
      const { x, y } = map.getSize();
      const room = { maxWidth: Math.min(360, x - 90), minWidth: Math.min(310, x - 90), maxHeight: Math.min(460, y - 90) };
      const clear = { autoPanPaddingTopLeft: [16, 16], autoPanPaddingBottomRight: [70, 16] };
      return L.popup({ ...room, ...clear, closeOnClick: false })
        .setLatLng(spot)
        .setContent(content)
        .openOn(map);
    },
    closePopup: () => map.closePopup(),
    /** Moves the map so that a sheet of `height` pixels does not cover the place. */
    reveal(spot, height) {
      const below = map.latLngToContainerPoint(spot).y - (map.getSize().y - height - 40);
      if (below <= 0) return;
      why = "look";
      map.panBy([0, below], { animate: !still });
    },
  };
}

/** Names of districts from afar, of villages from near. */
export function showNames(map, names) {
  const groups = {};
  const made = (level) => L.layerGroup(names.filter((one) => one[1] === level).map(nameOf));
  const choose = () => {
    const zoom = map.getZoom();
    const fits = { district: zoom >= 13 && zoom < 14, village: zoom >= 14 };
    for (const level of Object.keys(fits)) {
      if (fits[level]) map.addLayer((groups[level] ??= made(level)));
      else if (groups[level]) map.removeLayer(groups[level]);
    }
  };
  map.on("zoomend", choose);
  return choose;
}

function nameOf([name, level, lon, lat]) {
  const word = document.createElement("span");
  word.textContent = name;
  const icon = L.divIcon({ html: word, className: `zone-name ${level}`, iconSize: [0, 0] });
  return L.marker([lat, lon], { icon, interactive: false, keyboard: false });
}
