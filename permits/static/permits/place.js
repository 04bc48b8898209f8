// The map of the form: a tap, the phone's position or a found address writes coordinates into the fields beneath.
const box = document.getElementById("tempat");
const words = box.dataset;
const named = document.querySelector("[data-named]");
const points = [...document.querySelectorAll("[data-point]")];
const outline = document.querySelector("[data-outline]");

const text = ({ lat, lng }) => `${lat.toFixed(6)}, ${lng.toFixed(6)}`;
function read(value) {
  const [lat, lng] = value.split(",").map(Number);
  return Number.isFinite(lat) && Number.isFinite(lng) ? [lat, lng] : null;
}

function script(src) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = src;
    element.onload = resolve;
    element.onerror = () => reject(new Error(src));
    document.head.append(element);
  });
}

await script(words.leaflet);
const { PermitTiles, ZoneTiles } = await import("../maps/map/tiles.js");
const { showNames } = await import("../maps/map/view.js");
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

const marks = L.layerGroup().addTo(map);
function draw() {
  marks.clearLayers();
  for (const field of points) {
    const at = read(field.value);
    if (at) L.circleMarker(at, { radius: 9, weight: 3, color: colour("white"), fillColor: colour("coral"), fillOpacity: 1 }).addTo(marks);
  }
  const corners = (outline?.value || "").split("\n").map(read).filter(Boolean);
  if (corners.length) L.polygon(corners, { color: colour("nila"), weight: 2 }).addTo(marks);
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

let chosen = points.find((field) => !field.value) || points[0];
for (const field of points) field.addEventListener("focus", () => (chosen = field));

function write(latlng) {
  const target = document.activeElement === outline || (outline && outline.value) ? outline : chosen;
  target.value = target === outline ? `${outline.value.trim()}\n${text(latlng)}`.trim() : text(latlng);
  target.dispatchEvent(new Event("input", { bubbles: true }));
  draw();
  name(text(latlng));
  if (target === chosen) chosen = points.find((field) => !field.value) || chosen;
}

map.on("click", ({ latlng }) => write(latlng));
canvas.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  write(map.getCenter());
});
for (const field of [...points, outline].filter(Boolean)) field.addEventListener("change", draw);

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
const first = points.map((field) => read(field.value)).find(Boolean);
if (first) map.setView(first, 15); // so far out that borders and names of villages show
else map.fitBounds(city);
names();
