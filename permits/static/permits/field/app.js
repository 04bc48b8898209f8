// The field app: a list of visits and one form for each, from what the phone keeps; with or without a signal.
import { caseMap, mean, measure, read, stopMeasuring, text } from "./position.js";
import { pen } from "./pen.js";
import { Later, SignIn, keepTrying, news, send } from "./send.js";
import { openStore, others } from "./store.js";

const root = document.getElementById("lapangan");
const words = JSON.parse(document.getElementById("kata").textContent);
const { data, worker, visits, sign } = root.dataset;
const FORMAT = 1;
const MOST_BYTES = 25_000_000;
const part = (name, from = root) => from.querySelector(`[data-${name}]`);
const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const last = "lapangan.user"; // whose phone it was; no name

let store;
let token = "";
let open; // what is on the screen: {draft, view, map, fix}
let sending = ""; // the visit whose report is on its way

// --- what the phone says

const line = (kind, message, link) => {
  const box = document.createElement("p");
  box.className = "alert";
  box.dataset.kind = kind;
  box.textContent = message;
  if (link) {
    const way = document.createElement("a");
    way.href = link.href;
    way.textContent = link.label;
    box.append(" ", way);
  }
  return box;
};

const notes = new Map(); // name -> element; one of each
function note(name, element) {
  notes.get(name)?.remove();
  notes.delete(name);
  if (!element) return;
  notes.set(name, element);
  part("notes").append(element);
}

async function guarded(work) {
  try {
    return await work();
  } catch (error) {
    if (error?.name !== "QuotaExceededError") throw error;
    note("full", line("bad", words.full));
    return null;
  }
}

// --- the list

async function list() {
  const [{ cases, ended }, drafts, sent] = await Promise.all([store.cases(), store.drafts(), store.sent()]);
  const byVisit = new Map(drafts.map((draft) => [draft.visit, draft]));
  const gone = drafts.filter(({ visit }) => !cases.some(({ id }) => id === visit)).map((draft) => draft.case);
  const reported = new Set(sent.map(({ visit }) => visit));
  const items = [...cases.filter(({ id }) => !reported.has(id)), ...gone].map((one) => {
    const item = part("row").content.cloneNode(true).firstElementChild;
    const draft = byVisit.get(one.id);
    item.querySelector("a").href = `#${one.id}`;
    item.querySelector("a").textContent = one.holder;
    part("turn", item).textContent = one.turn || "·";
    part("about", item).textContent = [one.type, one.number].join(" · ");
    part("where", item).textContent = [one.address, one.day].filter(Boolean).join(" · ");
    const states = { draft: words.begun, ready: words.waiting, stuck: words.stuck };
    part("state", item).textContent = [draft ? states[draft.state] : "", ended.includes(one.id) ? words.changed : ""].filter(Boolean).join(" · ");
    return item;
  });
  part("list").replaceChildren(...items);
  part("empty").hidden = items.length > 0;
  const waiting = drafts.filter(({ state }) => state === "ready").length;
  part("queue").textContent = waiting ? fill(words.queue, { n: waiting }) : words.nothing;
  part("send").hidden = !waiting;
  part("sent").replaceChildren(
    ...sent
      .sort((a, b) => (a.at < b.at ? 1 : -1))
      .slice(0, 20)
      .map(({ number, conflict, doubts }) => {
        const item = document.createElement("li");
        item.textContent = [number, conflict && `${words.kept} ${conflict}`, doubts.length && `${words.doubts} ${doubts.join("; ")}`].filter(Boolean).join(" · ");
        return item;
      }),
  );
}

// --- one visit

const blank = (one) => ({
  visit: one.id,
  key: crypto.randomUUID(),
  format: FORMAT,
  state: "draft",
  problems: [],
  case: one,
  photos: [],
  report: { verdict: "", found: "", answers: {}, findings: "", conditions: [], readings: [], corrected: "", outline: "", signer_name: "", signer_role: "", unsigned_reason: "", signature: "" },
});

async function show(id) {
  const { cases } = await store.cases();
  const one = cases.find((each) => each.id === id);
  const draft = (await store.draft(id)) || (one && blank(one));
  if (!draft || sending === id) {
    location.hash = "";
    return;
  }
  const view = part("form").content.cloneNode(true).firstElementChild;
  part("case").replaceChildren(view);
  part("case").hidden = false;
  part("home").hidden = true;
  open = { draft, view, map: null, fix: mean(draft.report.readings) };
  describe(draft.case, view);
  checklist(draft, view);
  fields(draft, view);
  place(draft, view);
  pictures(draft, view);
  signing(draft, view);
  part("done", view).addEventListener("click", () => finish(draft, view));
  if (draft.state === "stuck") part("problems", view).append(...draft.problems.map((problem) => line("bad", problem)));
  if (draft.state !== "draft") {
    // perhaps the office has it and the answer was lost: what is changed now is another report, and both are kept
    if (draft.state === "ready" && draft.tried) draft.key = crypto.randomUUID();
    draft.state = "draft"; // opened again: it waits no longer, until it is finished anew
    await keep();
  }
  view.querySelector("h2").focus();
}

function describe(one, view) {
  view.querySelector("h2").textContent = one.holder;
  part("about", view).textContent = [one.type, one.number].join(" · ");
  part("where", view).textContent = one.address;
  part("why", view).textContent = one.reason;
  part("near", view).replaceChildren(
    ...one.near.map((permit) => {
      const item = document.createElement("li");
      item.textContent = permit.join(" · ");
      return item;
    }),
  );
  part("near-box", view).hidden = !one.near.length;
  for (const link of view.querySelectorAll("[data-way]")) {
    link.hidden = !one.directions;
    if (one.directions) link.href = one.directions[link.dataset.way];
  }
  for (const only of view.querySelectorAll("[data-only]")) only.hidden = (only.dataset.only === "monitors") !== one.monitors;
  part("parcel", view).hidden = !one.parcel;
}

let keeping;
const keep = async () => {
  if (!open) return null;
  const done = await guarded(() => store.keepDraft(open.draft));
  if (done !== null) note("full");
  return done;
};
const soon = () => {
  clearTimeout(keeping);
  keeping = setTimeout(keep, 250);
};

function checklist(draft, view) {
  part("checklist", view).replaceChildren(
    ...draft.case.checklist.map(({ key, label }) => {
      const item = part("check").content.cloneNode(true).firstElementChild;
      item.querySelector("legend").textContent = label;
      const answer = draft.report.answers[key] || { value: "", note: "" };
      for (const input of item.querySelectorAll("input[type=radio]")) {
        input.name = `periksa-${key}`;
        input.checked = input.value === answer.value;
      }
      const remark = item.querySelector("input[type=text]");
      remark.value = answer.note;
      item.addEventListener("input", () => {
        const value = item.querySelector("input:checked")?.value || "";
        draft.report.answers[key] = { value, note: remark.value };
        soon();
      });
      return item;
    }),
  );
}

/** Inputs whose data-field names a part of the report. */
function fields(draft, view) {
  for (const input of view.querySelectorAll("[data-field]")) {
    const name = input.dataset.field;
    const value = draft.report[name];
    if (input.type === "radio") input.checked = input.value === value;
    else input.value = name === "conditions" ? value.join("\n") : value;
    input.addEventListener("input", () => {
      draft.report[name] = name === "conditions" ? input.value.split("\n").filter((each) => each.trim()) : input.value;
      soon();
    });
  }
}

function place(draft, view) {
  const { report, case: one } = draft;
  const state = open;
  const corners = () => report.outline.split("\n").map(read).filter(Boolean);
  const said = part("position", view);
  const tell = () => {
    const { fix } = state;
    const kind = !fix ? "" : fix.accuracy <= 100 ? words.measured : words.rough;
    const values = fix ? { n: fix.count, accuracy: Math.round(fix.accuracy), at: text(fix.at) } : {};
    said.textContent = [fill(kind, values), report.corrected && fill(words.corrected, { at: report.corrected })].filter(Boolean).join(" ");
    view.querySelector("[data-field=corrected]").value = report.corrected;
    view.querySelector("[data-field=outline]").value = report.outline;
    state.map?.show({ fix, corrected: read(report.corrected), corners: corners() });
  };
  const change = (name, value) => {
    report[name] = value;
    tell();
    soon();
  };
  part("measure", view).addEventListener("click", async ({ currentTarget: button }) => {
    button.disabled = true;
    said.textContent = words.measuring;
    const why = await measure((readings) => {
      report.readings = readings;
      state.fix = mean(readings);
      tell();
    });
    button.disabled = false;
    if (why) said.textContent = words[why];
    else if (state.fix && state.fix.accuracy <= 100) state.map?.look(state.fix.at);
    soon();
  });
  part("undo", view).addEventListener("click", () => change("outline", corners().slice(0, -1).map(text).join("\n")));
  part("uncorrect", view).addEventListener("click", () => change("corrected", ""));
  view.querySelector("[data-field=corrected]").addEventListener("change", tell);
  view.querySelector("[data-field=outline]").addEventListener("change", tell);
  const canvas = part("map", view);
  caseMap(canvas, canvas.dataset, {
    declared: read(one.point),
    outline: one.outline.split("\n").map(read).filter(Boolean),
    parcel: one.parcel,
    drawing: () => part("draw", view).checked,
    moved: (at) => change("corrected", text(at)),
    drawn: (at) => change("outline", [...corners(), at].map(text).join("\n")),
  })
    .then((map) => {
      state.map = map;
      tell();
    })
    .catch(() => (canvas.hidden = true)); // the form works without it
  tell();
}

function pictures(draft, view) {
  const shown = part("photos", view);
  const draw = async () => {
    const items = await Promise.all(
      draft.photos.map(async (named) => {
        const photo = await store.photo(named.key);
        const item = part("photo").content.cloneNode(true).firstElementChild;
        const caption = item.querySelector("input");
        caption.value = named.caption;
        caption.addEventListener("input", () => {
          named.caption = caption.value;
          soon();
        });
        part("problem", item).textContent = photo?.problem || "";
        item.querySelector("button").addEventListener("click", async () => {
          draft.photos = draft.photos.filter(({ key }) => key !== named.key);
          await store.dropPhoto(named.key, draft);
          draw();
        });
        if (photo) thumbnail(item.querySelector("canvas"), photo.blob);
        return item;
      }),
    );
    shown.replaceChildren(...items);
  };
  for (const input of view.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", async () => {
      for (const file of input.files) {
        const wrong = file.type.startsWith("video/") ? words.video : file.size > MOST_BYTES ? words.large : file.size ? "" : words.hollow;
        if (wrong) {
          part("photo-problem", view).textContent = fill(wrong, { name: file.name });
          continue;
        }
        part("photo-problem", view).textContent = "";
        const photo = { key: crypto.randomUUID(), visit: draft.visit, blob: new Blob([await file.arrayBuffer()]), sent: false, problem: "" };
        const changed = { ...draft, photos: [...draft.photos, { key: photo.key, caption: "" }] };
        const before = draft.photos;
        draft.photos = changed.photos;
        try {
          await store.addPhoto(photo, changed);
          note("full");
        } catch (error) {
          draft.photos = before; // nothing half kept: the photograph is not in the report either
          if (error?.name !== "QuotaExceededError") throw error;
          part("photo-problem", view).textContent = words.full;
        }
      }
      input.value = "";
      await draw();
    });
  }
  draw();
}

async function thumbnail(canvas, blob) {
  try {
    const bitmap = await createImageBitmap(blob, { resizeWidth: 240 });
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
  } catch {
    canvas.hidden = true; // HEIC: the phone keeps it, the office can read it
  }
}

function signing(draft, view) {
  const drawing = pen(part("pen", view), (picture) => {
    draft.report.signature = picture;
    soon();
  });
  drawing.show(draft.report.signature);
  part("clear", view).addEventListener("click", drawing.clear);
}

/** What the office would refuse is said at once: permits.fieldnotes. */
function problems({ report, photos, case: one }) {
  const found = [];
  if (one.monitors) {
    if (!report.found) found.push(words.needFound);
    if (report.found && report.found !== "found" && !report.findings.trim()) found.push(words.needFindings);
    return found;
  }
  if (!report.verdict) found.push(words.needVerdict);
  if (report.verdict && report.verdict !== "fits" && !report.findings.trim()) found.push(words.needFindings);
  if (one.checklist.some(({ key }) => !report.answers[key]?.value)) found.push(words.needChecklist);
  if (!photos.length) found.push(words.needPhoto);
  if (!report.signature && !report.unsigned_reason.trim()) found.push(words.needSignature);
  if (report.signature && !report.signer_name.trim()) found.push(words.needName);
  return found;
}

async function finish(draft, view) {
  const wrong = problems(draft);
  part("problems", view).replaceChildren(...wrong.map((problem) => line("bad", problem)));
  if (wrong.length) {
    part("problems", view).scrollIntoView({ block: "center" });
    return;
  }
  clearTimeout(keeping);
  draft.report.recorded_at = new Date().toISOString();
  draft.state = "ready";
  draft.problems = [];
  if ((await keep()) === null) return;
  stopMeasuring();
  open = null;
  location.hash = "";
  retry();
}

// --- with the office

async function sync() {
  let said;
  try {
    said = await news(data);
  } catch (error) {
    note("signal", error instanceof Later ? line("info", words.offline) : null);
    if (!(error instanceof SignIn)) throw error;
    note("signin", line("warn", words.signin, { href: sign, label: words.signinLink }));
    return;
  }
  note("signal");
  note("signin");
  if (!store || store.user !== said.user) await use(said.user);
  ({ csrf: token } = said);
  await guarded(() => store.keepCases({ cases: said.cases, ended: said.ended, name: said.name, at: said.now }));
  await tilesAround(said.cases);
  for (const draft of await store.drafts()) {
    if (draft.state !== "ready") continue;
    note("sending", line("info", fill(words.sending, { holder: draft.case.holder })));
    sending = draft.visit;
    let answer;
    try {
      await store.keepDraft({ ...draft, tried: true });
      answer = await send(store, draft, { visits, csrf: token, otherwise: words.unclear, progress: () => {} });
    } catch (error) {
      if (!(error instanceof SignIn)) throw error;
      note("signin", line("warn", words.signin, { href: sign, label: words.signinLink }));
      return;
    } finally {
      sending = "";
      note("sending");
    }
    if (answer.stuck) await store.keepDraft({ ...draft, state: "stuck", problems: answer.stuck });
    else await store.confirmed(draft, { key: draft.key, visit: draft.visit, at: new Date().toISOString(), ...answer });
    await home();
  }
  await home();
}

const home = () => (open ? null : list());
const retry = keepTrying(sync);

/** Borders of villages around the visits, into the worker's cache: the map works without a signal. */
async function tilesAround(cases) {
  if (!navigator.serviceWorker?.controller) return;
  const zoom = 14;
  const wanted = new Set();
  for (const { point } of cases) {
    const at = read(point);
    if (!at) continue;
    const n = 2 ** zoom;
    const x = Math.floor(((at[1] + 180) / 360) * n);
    const y = Math.floor(((1 - Math.asinh(Math.tan((at[0] * Math.PI) / 180)) / Math.PI) / 2) * n);
    for (const dx of [-1, 0, 1]) for (const dy of [-1, 0, 1]) wanted.add(`/tiles/zones/${zoom}/${x + dx}/${y + dy}.mvt`);
  }
  await Promise.allSettled([...wanted].map((path) => fetch(path)));
}

async function use(user) {
  store = await openStore(user);
  localStorage.setItem(last, user);
  const left = await others(user);
  note("others", left ? line("warn", words.others) : null);
  await home();
}

function route() {
  const id = location.hash.slice(1);
  if (!store) return;
  if (id) {
    show(id);
    return;
  }
  clearTimeout(keeping);
  stopMeasuring(); // a phone's battery is short
  keep();
  open = null;
  part("case").hidden = true;
  part("home").hidden = false;
  list();
}

async function workerReady() {
  if (!navigator.serviceWorker) {
    note("worker", line("warn", words.noWorker));
    return;
  }
  const offer = (waiting) => {
    const box = line("info", words.update);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    button.textContent = words.updateNow;
    button.addEventListener("click", () => waiting.postMessage("pakai"));
    box.append(" ", button);
    note("update", box);
  };
  let first = !navigator.serviceWorker.controller;
  navigator.serviceWorker.addEventListener("controllerchange", async () => {
    if (first) {
      first = false;
      retry(); // now the map around can be kept, too
      return;
    }
    if (open) await keep();
    location.reload();
  });
  try {
    const registration = await navigator.serviceWorker.register(worker, { scope: "/lapangan/", updateViaCache: "none" });
    if (registration.waiting) offer(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const { installing } = registration;
      installing.addEventListener("statechange", () => installing.state === "installed" && navigator.serviceWorker.controller && offer(installing));
    });
    await navigator.serviceWorker.ready;
    root.dataset.ready = "1";
  } catch {
    if (!navigator.serviceWorker.controller) note("worker", line("warn", words.noWorker));
  }
}

addEventListener("hashchange", route);
addEventListener("pagehide", () => open && keep());
part("send").addEventListener("click", () => retry());
navigator.storage?.persist?.();
root.hidden = false;
const before = localStorage.getItem(last);
if (before) await use(before);
workerReady();
await retry();
if (!store) note("first", line("warn", words.first));
route();
