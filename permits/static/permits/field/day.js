// The map of a day: numbered stops, and a line through them in the order of the visits.
import { cityMap, colour, disc } from "./map.js";

const canvas = document.querySelector("[data-day-map]");
const spots = JSON.parse(document.getElementById("titik-hari").textContent);
canvas.hidden = false;
const map = await cityMap(canvas, canvas.dataset);
const { L } = window;
const teams = new Map();
for (const [lon, lat, turn, name, state, team] of spots) {
  disc([lat, lon], String(turn), state === "done" ? "in_force" : "nila").bindTooltip(name).addTo(map);
  teams.set(team, [...(teams.get(team) || []), [lat, lon]]);
}
for (const way of teams.values()) L.polyline(way, { color: colour("soga"), weight: 2, dashArray: "4 6", interactive: false }).addTo(map);
if (spots.length) map.fitBounds(L.latLngBounds(spots.map(([lon, lat]) => [lat, lon])), { padding: [40, 40], maxZoom: 16 });
