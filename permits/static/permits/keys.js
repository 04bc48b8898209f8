// Keyboard shortcuts of the queue and the case. Never inside fields; switched off for good on this device (WCAG 2.1.4).
const box = document.querySelector("[data-keys]");
const help = box.querySelector("dialog");
const toggle = box.querySelector("[data-keys-on]");
const OFF = "sakpore:keys-off";

function isOff() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false; // private windows may forbid it
  }
}

toggle.checked = !isOff();
toggle.addEventListener("change", () => {
  try {
    localStorage.setItem(OFF, toggle.checked ? "0" : "1");
  } catch {
    // then it holds for this page only
  }
});
box.querySelector("[data-keys-open]").addEventListener("click", () => help.showModal());
box.hidden = false;

const queue = box.dataset.keys === "queue";
const stops = [...document.querySelectorAll(queue ? ".queue .case-link" : "main h1, main section > h2, main section > .row > h2")];

function step(by) {
  const here = stops.findIndex((one) => one === document.activeElement);
  const next = stops[here < 0 ? (by > 0 ? 0 : stops.length - 1) : here + by];
  if (!next) return;
  if (!queue) next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

const acts = { j: () => step(1), k: () => step(-1), "?": () => help.showModal() };
if (queue) {
  acts["/"] = () => document.getElementById("q").focus();
  acts.x = () => document.activeElement.closest?.("tr")?.querySelector("input[type=checkbox]")?.click();
} else acts.u = () => document.querySelector("[data-up]").click();

addEventListener("keydown", (event) => {
  if (!toggle.checked || help.open || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// all files of the list at once
const all = document.querySelector("[data-all]");
if (all) {
  all.closest("label").hidden = false;
  const picks = [...document.querySelectorAll("input[name=berkas]")];
  all.addEventListener("change", () => picks.forEach((one) => (one.checked = all.checked)));
}
