// A file that answers a question is sent when it is chosen, with its progress, apart from what is typed.
const form = document.getElementById("isian");

for (const box of form.querySelectorAll("[data-file]")) {
  const field = box.querySelector("input[type=file]");
  const progress = box.querySelector("[data-progress]");
  const state = box.querySelector("[data-state]");
  const { name } = field;
  field.removeAttribute("name"); // or saving what is typed would send it, too

  function tell(text) {
    progress.hidden = true;
    state.textContent = text;
    state.hidden = false;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button quiet";
    again.textContent = box.dataset.again;
    again.addEventListener("click", send);
    state.append(" ", again);
  }

  function send() {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set(name, field.files[0]);
    const request = new XMLHttpRequest(); // fetch knows no progress of what is sent
    request.open("POST", location.href);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", ({ loaded, total }) => (progress.value = (100 * loaded) / total));
    request.addEventListener("error", () => tell(box.dataset.failed));
    request.addEventListener("load", () => {
      const said = request.status === 200 || request.status === 409 ? JSON.parse(request.responseText) : {};
      if (said.stored) location.reload(); // what is typed is saved as one types
      else tell(said.refused || box.dataset.failed);
    });
    progress.hidden = false;
    progress.value = 0;
    state.hidden = true;
    request.send(data);
  }

  field.addEventListener("change", (event) => {
    event.stopPropagation(); // no answer yet: nothing to save
    if (field.files.length) send();
  });
}
