// The staff's layer: what monitoring found, what is offered to be visited next; the view becomes the area.
import { cityMap, disc } from "./map.js";

const canvas = document.querySelector("[data-watch-map]");
const [results, spots] = ["hasil-pantau", "titik-pantau"].map((id) => JSON.parse(document.getElementById(id).textContent));
const form = document.getElementById("pilih-area");
canvas.hidden = false;
const map = await cityMap(canvas, canvas.dataset);
const { L } = window;
for (const [lon, lat, fill, number] of [...results, ...spots]) disc([lat, lon], fill === "soft" ? "?" : "", fill).bindTooltip(number).addTo(map);
if (spots.length) map.fitBounds(L.latLngBounds(spots.map(([lon, lat]) => [lat, lon])), { padding: [30, 30], maxZoom: 17 });
map.on("click", ({ latlng: { lat, lng } }) => {
  form.elements.dekat.value = `${lat.toFixed(6)}, ${lng.toFixed(6)}`;
  form.elements.kotak.value = "";
  form.requestSubmit();
});
const button = document.querySelector("[data-area]");
button.hidden = false;
button.addEventListener("click", () => {
  form.elements.kotak.value = map.getBounds().toBBoxString();
  form.elements.dekat.value = "";
  form.requestSubmit();
});
