// Where the inspector stands: readings, their mean, a point that can be moved, and the outline of a parcel.
import { cityMap, colour, disc } from "./map.js";

export const WORST = 100; // metres; a worse reading is said, not drawn
const ENOUGH = 8; // readings
const LONGEST = 25_000; // milliseconds

export const text = ([lat, lng]) => `${lat.toFixed(6)}, ${lng.toFixed(6)}`;
export const read = (value) => {
  const [lat, lng] = (value || "").split(",").map(Number);
  return value && Number.isFinite(lat) && Number.isFinite(lng) ? [lat, lng] : null;
};

/** The office computes the same from the readings: permits.geotag.average. */
export function mean(readings) {
  const good = readings.filter(({ accuracy }) => accuracy <= WORST);
  const used = good.length ? good : readings;
  if (!used.length) return null;
  const weights = used.map(({ accuracy }) => 1 / Math.max(accuracy, 1) ** 2);
  const total = weights.reduce((a, b) => a + b, 0);
  const of = (name) => used.reduce((sum, one, n) => sum + one[name] * weights[n], 0) / total;
  return { at: [of("lat"), of("lon")], accuracy: Math.min(...used.map(({ accuracy }) => accuracy)), count: used.length };
}

let running; // ends the measuring that goes on
export const stopMeasuring = () => running?.("");

/** Collects readings; `heard` after each. Resolves to "" or to why there are none: denied, nowhere. */
export function measure(heard) {
  const readings = [];
  stopMeasuring();
  return new Promise((resolve) => {
    if (!navigator.geolocation) {
      resolve("nowhere");
      return;
    }
    const stop = (why) => {
      running = undefined;
      navigator.geolocation.clearWatch(watch);
      clearTimeout(timer);
      resolve(why);
    };
    running = stop;
    const timer = setTimeout(() => stop(readings.length ? "" : "nowhere"), LONGEST);
    const watch = navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        readings.push({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy, at: new Date(timestamp).toISOString() });
        heard([...readings]);
        if (readings.length >= ENOUGH) stop("");
      },
      (error) => stop(error.code === error.PERMISSION_DENIED ? "denied" : readings.length ? "" : "nowhere"),
      { enableHighAccuracy: true, maximumAge: 0, timeout: LONGEST },
    );
  });
}

/** The map of a case. `moved(point)` when the mark is dragged or the map is tapped, `drawn(corners)` for an outline. */
export async function caseMap(canvas, settings, { declared, outline, parcel, moved, drawn, drawing }) {
  const map = await cityMap(canvas, settings);
  const { L } = window;
  const layer = L.layerGroup().addTo(map);
  if (declared) disc(declared, "A", "soft").addTo(map);
  if (outline.length) L.polygon(outline, { color: colour("soft"), weight: 1, dashArray: "4 4", interactive: false }).addTo(map);
  map.on("click", ({ latlng: { lat, lng } }) => (parcel && drawing() ? drawn([lat, lng]) : moved([lat, lng])));
  if (declared) map.setView(declared, 17);
  return {
    show({ fix, corrected, corners }) {
      layer.clearLayers();
      if (fix && fix.accuracy <= WORST) {
        L.circle(fix.at, { radius: fix.accuracy, color: colour("nila"), weight: 1, fillOpacity: 0.08, interactive: false }).addTo(layer);
      }
      if (corners.length > 1) L.polygon(corners, { color: colour("coral"), weight: 2, interactive: false }).addTo(layer);
      const at = corrected || (fix && fix.accuracy <= WORST ? fix.at : null);
      if (!at) return;
      const mark = disc(at, "B", "coral").addTo(layer);
      mark.options.draggable = true;
      mark.dragging?.enable();
      mark.on("dragend", () => moved([mark.getLatLng().lat, mark.getLatLng().lng]));
    },
    look: (at) => map.setView(at, Math.max(17, map.getZoom())),
    refresh: () => map.invalidateSize(),
  };
}
