// A step of the form saves itself while one types. Without a connection it keeps what was typed on this device.
const form = document.getElementById("isian");
const words = form.dataset;
const state = form.querySelector("[data-state]");
const prefix = `sakpore:${location.pathname}:`;
const key = prefix + Math.random().toString(36).slice(2); // of this tab: another one must not forget what it kept
const PAUSE = 900; // ms after the last key
const AGAIN = 15_000; // ms until a lost connection is tried again

let base = JSON.parse(document.getElementById("dasar-awal").textContent);
let timer;
let saving = false;
let dirty = false;
let adopted = []; // keys of what other tabs kept and this one has taken over

const hidden = form.elements.dasar;
const writeBase = () => (hidden.value = JSON.stringify(base));
writeBase();

const OURS = new Set(["csrfmiddlewaretoken", "dasar", "centang", "tambah", "lanjut"]);
function typed() {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (!OURS.has(name)) found[name] = name in found ? `${found[name]},${value}` : value; // a list of several
  }
  return found;
}

function put(name, value) {
  const field = form.elements[name];
  if (!field) return;
  if (field.type === "checkbox") field.checked = Boolean(value);
  else if (field.type === "select-multiple") for (const one of field.options) one.selected = value.split(",").includes(one.value);
  else field.value = value; // of radio buttons too
  (field.length && !field.type ? field[0] : field).dispatchEvent(new Event("change", { bubbles: true }));
}

function remember() {
  try {
    localStorage.setItem(key, JSON.stringify({ base, typed: typed() }));
  } catch {
    // private windows may forbid it: then the page itself is all there is
  }
}

function forget() {
  try {
    for (const one of [key, ...adopted]) localStorage.removeItem(one);
    adopted = [];
  } catch {
    // as above
  }
}

async function save() {
  clearTimeout(timer);
  if (saving) return later(PAUSE);
  saving = true;
  dirty = false;
  try {
    const answer = await fetch(location.href, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
    });
    if (answer.status >= 500) throw new Error(String(answer.status));
    const said = await answer.json();
    if (said.refused) {
      state.textContent = said.refused;
      return undefined;
    }
    forget();
    base = said.stored;
    for (const [name, theirs] of Object.entries(said.conflicts)) conflict(name, theirs);
    writeBase();
    state.textContent = words.saved.replace("{time}", new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  } catch {
    remember();
    state.textContent = words.waiting;
    later(AGAIN);
  } finally {
    saving = false;
    if (dirty) later(PAUSE);
  }
  return undefined;
}

function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(save, ms);
}

/** Both texts stay until the reader chooses. Until then this field is not sent again: its base is what it says here. */
function conflict(name, theirs) {
  const field = form.elements[name];
  const box = (field?.closest ? field : field?.[0])?.closest(".field");
  if (!box || box.querySelector("[data-conflict-of]")) return;
  base[name] = typed()[name] ?? "";
  const note = document.createElement("div");
  note.className = "alert";
  note.dataset.kind = "warn";
  note.dataset.conflictOf = name;
  note.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.textContent = `${words.conflict} “${theirs}”`;
  const choice = (label, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    button.textContent = label;
    button.addEventListener("click", () => {
      base[name] = theirs;
      writeBase();
      note.remove();
      act();
    });
    return button;
  };
  const inner = document.createElement("div");
  inner.append(text, choice(words.theirs, () => put(name, theirs)), choice(words.mine, () => later(0)));
  note.append(inner);
  box.append(note);
}

/** Questions that another answer makes necessary. */
function showAsked() {
  const now = typed();
  for (const field of form.querySelectorAll("[data-if]")) {
    const asked = field.dataset.equals.split(",").includes(now[field.dataset.if] || "");
    field.closest(".field").hidden = !asked;
    delete field.dataset.off; // the stylesheet's word where there is no script
  }
}
showAsked();

for (const kind of ["input", "change"]) {
  form.addEventListener(kind, showAsked);
  form.addEventListener(kind, () => {
    dirty = true;
    later(PAUSE);
  });
}
addEventListener("online", save);
form.addEventListener("submit", (event) => {
  if (!navigator.onLine) {
    event.preventDefault();
    remember();
    state.textContent = words.waiting;
    return;
  }
  clearTimeout(timer);
  forget();
});

try {
  // what tabs kept that were closed without a connection
  adopted = Object.keys(localStorage).filter((one) => one.startsWith(prefix));
  for (const one of adopted) {
    const kept = JSON.parse(localStorage.getItem(one));
    for (const [name, value] of Object.entries(kept.typed)) {
      if (value === (kept.base[name] ?? "")) continue;
      base[name] = kept.base[name] ?? ""; // as it was shown then: if it has changed since, the server will say so
      put(name, value);
    }
  }
  if (adopted.length) {
    writeBase();
    state.textContent = words.restored;
    later(0);
  }
} catch {
  forget();
}
