// The map of the form: a tap, the phone's position or a found address writes coordinates into the fields beneath.
import { script } from "../maps/map/script.js";

const box = document.getElementById("tempat");
const words = box.dataset;
const named = document.querySelector("[data-named]");
const fields = [...document.querySelectorAll("[data-point], [data-outline]")];
const points = fields.filter((field) => "point" in field.dataset);
const outlines = fields.filter((field) => "outline" in field.dataset);
const cornersOf = (field) => field.value.split("\n").map(read).filter(Boolean);

const text = ({ lat, lng }) => `${lat.toFixed(6)}, ${lng.toFixed(6)}`;
function read(value) {
  const [lat, lng] = value.split(",").map(Number);
  return Number.isFinite(lat) && Number.isFinite(lng) ? [lat, lng] : null;
}

await script(words.leaflet);
const { PermitTiles, ZoneTiles, showNames } = await import("../maps/map/view.js");
/* global L */
box.hidden = false;
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const canvas = box.querySelector("[data-canvas]");
const [west, south, east, north] = words.box.split(",").map(Number);
const city = L.latLngBounds([south, west], [north, east]);
const map = L.map(canvas, { minZoom: 11, maxZoom: 19, attributionControl: false, maxBounds: city.pad(1), preferCanvas: true });
L.control.scale({ imperial: false }).addTo(map);
new ZoneTiles(words.zones, "", {
  minZoom: 11,
  maxZoom: 19,
  layer: "zones",
  style: () => ({ fill: colour("white"), line: colour("edge"), width: 1.25, dash: [] }),
}).addTo(map);
const names = showNames(map, JSON.parse(words.names));
// what is known around here, to find one's way by: small, and nothing to press
const known = { weight: 1, color: colour("white"), fillColor: colour("soga"), fillOpacity: 0.55, interactive: false };
new PermitTiles(words.permits, "", {
  minZoom: 11,
  maxZoom: 19,
  make: (spot, { n }) => L.circleMarker(spot, { ...known, radius: n > 1 ? 6 : 4 }),
}).addTo(map);

// As permits/points.py measures it: flat around the parcel, on the ellipsoid.
function metres(corners) {
  const rad = Math.PI / 180;
  const phi = (corners.reduce((sum, [lat]) => sum + lat, 0) / corners.length) * rad;
  const bent = 1 - 0.00669437999014 * Math.sin(phi) ** 2;
  const east = (6378137 / Math.sqrt(bent)) * Math.cos(phi) * rad;
  const north = ((6378137 * (1 - 0.00669437999014)) / bent ** 1.5) * rad;
  const [from] = corners;
  return corners.map(([lat, lon]) => [(lon - from[1]) * east, (lat - from[0]) * north]);
}
const side = ([ax, ay], [bx, by], [cx, cy]) => Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
function crosses(ring) {
  const edges = ring.map((corner, n) => [corner, ring[(n + 1) % ring.length]]);
  return edges.some(([a, b], n) =>
    edges.slice(n + 2).some(([c, d], m) => {
      if (n === 0 && n + 2 + m === edges.length - 1) return false; // neighbours, where the ring closes
      return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
    }),
  );
}
function measure(field, corners) {
  const said = field.closest(".field").querySelector("[data-area]");
  if (corners.length < 3) said.textContent = "";
  else {
    const ring = metres(corners);
    const twice = ring.reduce((sum, [x, y], n) => sum + x * ring[(n + 1) % ring.length][1] - ring[(n + 1) % ring.length][0] * y, 0);
    const area = Math.round(Math.abs(twice) / 2).toLocaleString(document.documentElement.lang);
    said.textContent = crosses(ring) ? words.crossing : words.area.replace("{area}", area);
  }
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button quiet";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}
for (const field of fields) {
  const tools = document.createElement("p");
  tools.className = "row";
  if (fields.length > 1) {
    tools.append(
      button(words.fill, () => {
        choose(field);
        box.scrollIntoView({ block: "start" });
        canvas.focus();
      }),
    );
  }
  if (outlines.includes(field)) {
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    said.dataset.area = "";
    tools.append(button(words.undo, () => put(field, field.value.trim().split("\n").slice(0, -1).join("\n"))), said);
  }
  field.after(tools);
}

const marks = L.layerGroup().addTo(map);
function draw() {
  marks.clearLayers();
  for (const field of points) {
    const at = read(field.value);
    if (at) L.circleMarker(at, { radius: 9, weight: 3, color: colour("white"), fillColor: colour("coral"), fillOpacity: 1 }).addTo(marks);
  }
  for (const field of outlines) {
    const corners = cornersOf(field);
    if (corners.length) L.polygon(corners, { color: colour("nila"), weight: 2 }).addTo(marks);
    for (const corner of corners) L.circleMarker(corner, { radius: 4, weight: 2, color: colour("nila"), fillColor: colour("white"), fillOpacity: 1 }).addTo(marks);
    measure(field, corners);
  }
}

async function name(at) {
  try {
    const answer = await fetch(`${words.village}?titik=${encodeURIComponent(at)}`, { headers: { Accept: "application/json" } });
    const said = await answer.json();
    const warning = said.inside ? "" : said.name ? words.outside : words.nowhere;
    const line = document.createElement("p");
    line.className = "place-named";
    line.textContent = [said.name, warning].filter(Boolean).join(". ");
    named.replaceChildren(line);
  } catch {
    named.replaceChildren(); // the server names it when the step is saved
  }
}

let chosen = outlines.find((field) => field.value) || fields.find((field) => !field.value) || fields[0];
function choose(field) {
  chosen = field;
  if (fields.length > 1) box.querySelector("p[data-filling]").textContent = words.filling.replace("{field}", field.labels[0].firstChild.textContent.trim());
}
for (const field of fields) field.addEventListener("focus", () => choose(field));
choose(chosen);

function put(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  draw();
}

function write(latlng) {
  const at = text(latlng);
  if (outlines.includes(chosen)) put(chosen, `${chosen.value.trim()}\n${at}`.trim());
  else {
    put(chosen, at);
    choose(points.find((field) => !field.value) || chosen);
  }
  name(at);
}

map.on("click", ({ latlng }) => write(latlng));
canvas.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  write(map.getCenter());
});
for (const field of fields) field.addEventListener("change", draw);

box.querySelector("[data-gps]").addEventListener("click", () => {
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const at = L.latLng(coords.latitude, coords.longitude);
      map.setView(at, 18);
      write(at);
    },
    () => (named.textContent = words.denied),
    { enableHighAccuracy: true, timeout: 20_000 },
  );
});

const question = document.getElementById("cari-alamat");
const found = box.querySelector("[data-found]");
async function find() {
  const answer = await fetch(`${words.address}?q=${encodeURIComponent(question.value)}`, { headers: { Accept: "application/json" } });
  const said = await answer.json();
  found.replaceChildren(
    ...said.found.map(({ label, lat, lon }) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", () => {
        map.setView([lat, lon], 17); // to look around; the place itself is tapped
        found.replaceChildren();
      });
      item.append(button);
      return item;
    }),
  );
  if (!said.found.length) found.textContent = said.problem || words.nothing;
}
box.querySelector("[data-find]")?.addEventListener("click", find);
question?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  find();
});

draw();
const first = fields.flatMap(cornersOf)[0];
if (first) map.setView(first, 15); // so far out that borders and names of villages show
else map.fitBounds(city);
names();
