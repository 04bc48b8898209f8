// Suggestions beneath the search box: the combobox pattern of WAI-ARIA. Loaded when the box is first used.

const PAUSE = 150; // ms without a key before asking

/** `go(query)` shows the list of an address of this page; other addresses are opened. */
export function suggest(box, list, url, go) {
  let asking;
  let timer;
  let chosen = -1;
  const options = () => [...list.children];

  Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  }).forEach(([name, value]) => box.setAttribute(name, value));

  function hide() {
    asking?.abort();
    clearTimeout(timer);
    list.hidden = true;
    chosen = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function choose(n) {
    const all = options();
    chosen = (n + all.length + 1) % (all.length + 1); // the last place is the box itself
    all.forEach((option, i) => option.setAttribute("aria-selected", String(i === chosen)));
    const option = all[chosen];
    if (option) {
      box.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  }

  function open(option) {
    const target = new URL(option.dataset.url, location.href);
    hide();
    if (target.pathname !== location.pathname) {
      location.assign(target);
      return;
    }
    box.value = "";
    box.blur();
    go(target.search);
  }

  function show(found) {
    list.replaceChildren(
      ...found.map(({ label, detail, url: target, parts }, i) => {
        const option = document.createElement("li");
        option.id = `saran-${i}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.url = target;
        for (const [text, hit] of parts || [[label, false]]) {
          const piece = document.createElement(hit ? "b" : "span");
          piece.textContent = text;
          option.append(piece);
        }
        if (detail) {
          const small = document.createElement("small");
          small.textContent = detail;
          option.append(small);
        }
        return option;
      }),
    );
    list.hidden = !found.length;
    chosen = -1;
    box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-expanded", String(found.length > 0));
  }

  async function ask() {
    asking?.abort();
    const q = box.value.trim();
    if (q.length < 2) {
      hide();
      return;
    }
    asking = new AbortController();
    try {
      const answer = await fetch(`${url}?${new URLSearchParams({ q })}`, { signal: asking.signal });
      if (answer.ok) show((await answer.json()).suggestions);
      else hide();
    } catch (error) {
      if (error.name !== "AbortError") hide(); // the box still searches
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      if (!list.hidden) event.preventDefault(); // else the browser empties the box
      hide();
    } else if (list.hidden) {
      if (event.key === "ArrowDown") ask();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && options()[chosen]) {
      event.preventDefault();
      open(options()[chosen]);
    }
  });
  box.form.addEventListener("submit", hide);
  box.addEventListener("blur", () => setTimeout(hide, 150)); // after a tap on an option
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) open(option);
  });
  if (box.value.trim() && document.activeElement === box) ask();
}
