// /peta/: keeps the list, its address and the map in step. Whatever it does, a link or a form does without it.
import { script } from "./script.js";

const finder = document.getElementById("finder");
const form = document.getElementById("saring");
const list = document.getElementById("hasil");
const pane = document.getElementById("peta");
const part = (name) => pane.querySelector(`[data-${name}]`);
const words = part("words").dataset;
const wide = matchMedia("(min-width: 64em)");

let map; // the map's controller, once it is open
let opening; // the promise of it

// ---------- server-rendered fragments ----------

const asNodes = (html) => document.createRange().createContextualFragment(html);

async function fragment(url, signal) {
  const answer = await fetch(url, { signal, headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return asNodes(await answer.text());
}

// ---------- the list ----------

let fetching;
let listed = location.search; // what the list answers
const results = () => list.firstElementChild.dataset;

/** Shows the list of `query` ("?…"). `push`: a new entry in the history. `keep`: the map stays where it is. */
async function go(query, { push = true, keep = false, top = false } = {}) {
  close(); // now, not with the answer: what is opened while the list loads stays
  fetching?.abort();
  fetching = new AbortController();
  list.setAttribute("aria-busy", "true");
  try {
    list.replaceChildren(await fragment(finder.dataset.list + query, fetching.signal));
  } catch (error) {
    if (error.name === "AbortError") return;
    location.assign(location.pathname + query); // the page itself will say what is wrong
    return;
  }
  list.removeAttribute("aria-busy");
  listed = query === "?" ? "" : query;
  if (push) history.pushState(null, "", location.pathname + listed + (keep ? location.hash : ""));
  syncForm();
  document.getElementById("kabar").textContent = part("count").textContent = results().title;
  if (top) list.scrollIntoView({ block: "start" });
  map?.show(results().tiles, results().box, keep ? location.hash : "");
}

/** The fields say what the address says. */
function syncForm() {
  const asked = new URLSearchParams(location.search);
  for (const field of form.elements) {
    if (!field.name || (field.name === "q" && field === document.activeElement)) continue; // somebody types
    const values = asked.getAll(field.name).flatMap((value) => (field.name === "q" ? value : value.split(",")));
    if (field.type === "checkbox") field.checked = values.includes(field.value);
    else if (field.type === "hidden") field.remove(); // asked() keeps what has no field
    else field.value = values[0] || "";
  }
  const chosen = [...asked.keys()].filter((name) => !["q", "urut", "lanjut"].includes(name)).length;
  form.querySelector("[data-chosen='']").textContent = chosen || "";
  countGroups();
}

function countGroups() {
  for (const group of form.querySelectorAll(".group")) {
    group.querySelector(".count").textContent = group.querySelectorAll(":checked").length || "";
  }
}

/** What the form asks for, with what the address holds beside it: order, distance, area. */
function asked() {
  const query = new URLSearchParams(location.search);
  for (const field of form.elements) query.delete(field.name);
  for (const name of ["lanjut", "di"]) query.delete(name);
  for (const field of form.elements) {
    const off = !field.name || field.type === "hidden" || (field.type === "checkbox" && !field.checked);
    if (!off && field.value) query.append(field.name, field.value);
  }
  return `?${query}`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  document.getElementById("saringan").open = false;
  document.activeElement?.blur(); // a phone's keyboard makes room for the answer
  go(asked());
});
form.addEventListener("change", countGroups);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-go], a[data-show], a[data-swap]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  if ("swap" in link.dataset) swap(finder.dataset.view === "list");
  else if ("show" in link.dataset) locateEntry(link.closest(".entry"), link.hash);
  else {
    document.getElementById("saringan").open = false;
    if (link.dataset.go === "list") swap(false);
    go(link.search || "?", { top: link.dataset.go === "page", keep: link.dataset.go === "page" });
  }
});

for (const kind of ["pointerover", "focusin"]) {
  list.addEventListener(kind, (event) => map?.point(placeOf(event.target.closest(".entry"))));
}
list.addEventListener("pointerleave", () => map?.point(null));

function placeOf(entry) {
  if (!entry?.dataset.spot) return null;
  const [lon, lat] = entry.dataset.spot.split(",").map(Number);
  return [lat, lon];
}

// ---------- list or map, where the screen has room for one ----------

function setView(view) {
  finder.dataset.view = view;
}

/** Opens the map over the list, or goes back to the list. */
async function swap(toMap, hash = "") {
  if (wide.matches || toMap === (finder.dataset.view === "map")) return;
  if (!toMap) {
    close();
    setView("list");
    history.replaceState(null, "", location.pathname + location.search);
    return;
  }
  setView("map");
  history.pushState(null, "", location.pathname + location.search + (hash || "#peta"));
  await openMap(hash);
}

async function locateEntry(entry, hash) {
  const spot = placeOf(entry);
  await swap(true, hash);
  await openMap(hash);
  map.look(hash);
  map.point(spot);
  card(spot, entry.dataset.id);
}

addEventListener("popstate", () => {
  const { hash, search } = location;
  if (hash && hash !== "#peta" && !/^#\d/.test(hash)) return; // the skip link's: not about the map
  if (!wide.matches) setView(hash ? "map" : "list");
  if (search !== listed) go(search || "?", { push: false, keep: true });
  else {
    close();
    map?.look(hash);
  }
  if (finder.dataset.view === "map") openMap(hash);
});

// ---------- the map ----------

function openMap(hash) {
  opening ??= (async () => {
    try {
      if (!window.L) await script(finder.dataset.leaflet);
      const { createMap } = await import("./view.js");
      map = createMap(pane, { moved, card, around });
      map.show(results().tiles, results().box, hash || location.hash);
      part("wait").hidden = true;
      part("tools").hidden = false;
    } catch (error) {
      opening = undefined;
      part("wait").textContent = words.failed;
      throw error;
    }
  })();
  return opening;
}

/** `why`: "fit" to the results, "look" at a place, or by the reader's own hand. */
function moved(hash, why) {
  part("area").hidden = Boolean(why);
  const keep = wide.matches && why === "fit" ? "" : hash;
  history.replaceState(history.state, "", location.pathname + location.search + keep);
}

part("tools").addEventListener("click", (event) => {
  const step = event.target.closest("[data-zoom]")?.dataset.zoom;
  if (step) map.zoom(Number(step));
});
part("area").addEventListener("click", () => {
  const query = new URLSearchParams(location.search);
  for (const name of ["lanjut", "dekat", "radius", "di"]) query.delete(name);
  query.set("bbox", map.box());
  part("area").hidden = true;
  go(`?${query}`, { keep: true });
});

// ---------- what is selected: a popup beside the point, or a sheet from below ----------

let asking;
let back; // where the focus returns to
const sheet = part("sheet");

const card = (spot, id) => select(spot, finder.dataset.card.replace("ID", encodeURIComponent(id)));

function around(spot, where) {
  const query = new URLSearchParams(location.search);
  for (const name of ["lanjut", "dekat", "radius", "di", "urut", "bbox"]) query.delete(name);
  return select(spot, `${finder.dataset.around}?${query}${query.size ? "&" : ""}${where}`);
}

async function select(spot, url) {
  asking?.abort();
  asking = new AbortController();
  back = document.activeElement;
  const content = document.createElement("div");
  content.textContent = words.loading;
  const update = present(spot, content);
  map.point(spot);
  try {
    content.replaceChildren(await fragment(url, asking.signal));
  } catch (error) {
    if (error.name === "AbortError") return;
    content.textContent = words.failed;
  }
  update();
  content.querySelector("h2")?.focus({ preventScroll: true });
}

/** Puts `content` where it is to be read; returns what to call when it has changed. */
function present(spot, content) {
  if (wide.matches) {
    const popup = map.popup(spot, content);
    popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", words.close);
    const update = () => {
      const focused = document.activeElement; // Leaflet takes the content out and in again
      popup.update();
      if (focused?.isConnected) focused.focus({ preventScroll: true });
    };
    content.addEventListener("toggle", update, true);
    return update;
  }
  sheet.hidden = false;
  part("sheet-body").replaceChildren(content);
  part("sheet-body").scrollTop = 0;
  return () => map.reveal(spot, sheet.offsetHeight);
}

function close() {
  asking?.abort();
  const within = pane.contains(document.activeElement) && document.activeElement.closest(".card");
  sheet.hidden = true;
  map?.closePopup();
  map?.point(null);
  if (within) (back?.isConnected ? back : pane.querySelector("#kanvas")).focus({ preventScroll: true });
}

part("close").addEventListener("click", close);
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) close();
});

// ---------- near me ----------

function note(text) {
  for (const element of document.querySelectorAll("[data-note]")) {
    element.textContent = text;
    element.hidden = !text;
  }
}

function nearMe() {
  note(words.locating);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      note("");
      const query = new URLSearchParams(location.search);
      for (const name of ["lanjut", "radius", "di", "bbox", "urut"]) query.delete(name);
      // four decimals are 11 m: enough to say how far a shop is, and no house number in an address that is shared
      query.set("dekat", `${coords.longitude.toFixed(4)},${coords.latitude.toFixed(4)}`);
      const spot = [coords.latitude, coords.longitude];
      const here = !map || map.contains(spot);
      go(`?${query}`, { keep: true }).then(() => {
        if (!map) return;
        map.you(spot);
        if (here) map.look(`#16/${spot[0]}/${spot[1]}`);
      });
    },
    ({ code }) => note(code === 1 ? words.denied : words.nowhere),
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
  );
}

if ("geolocation" in navigator) {
  for (const button of document.querySelectorAll("[data-near]")) {
    button.hidden = false;
    button.addEventListener("click", nearMe);
  }
}

// ---------- suggestions, once the box is used ----------

form.elements.q.addEventListener(
  "focus",
  async () => {
    const { suggest } = await import("./suggest.js");
    suggest(form.elements.q, document.getElementById("saran"), finder.dataset.suggestions, go);
  },
  { once: true },
);

// ---------- begin ----------

countGroups();
if (wide.matches) openMap();
else if (location.hash) {
  setView("map");
  openMap(location.hash);
}
wide.addEventListener("change", () => {
  close();
  if (wide.matches) openMap().then(() => map.map.invalidateSize());
});
