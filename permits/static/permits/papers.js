// A chosen file is sent at once, with its progress; what fails can be sent again without choosing it anew.
for (const form of document.querySelectorAll("[data-upload]")) {
  const field = form.elements.berkas;
  const progress = form.querySelector("[data-progress]");
  const state = form.querySelector("[data-state]");
  const button = form.querySelector("button");

  function tell(text) {
    progress.hidden = true;
    button.disabled = false;
    button.textContent = form.dataset.again;
    state.textContent = text;
    state.hidden = false;
  }

  function send() {
    const request = new XMLHttpRequest(); // fetch knows no progress of what is sent
    request.open("POST", location.href);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", ({ loaded, total }) => (progress.value = (100 * loaded) / total));
    request.addEventListener("error", () => tell(form.dataset.failed));
    request.addEventListener("load", () => {
      if (request.status === 200) location.reload();
      else if (request.status === 422) tell(JSON.parse(request.responseText).refused);
      else tell(form.dataset.failed);
    });
    progress.hidden = false;
    progress.value = 0;
    state.hidden = true;
    button.disabled = true;
    request.send(new FormData(form));
  }

  field.addEventListener("change", () => field.files.length && send());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.files.length) send();
  });
}
