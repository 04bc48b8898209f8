// The service worker, well after the page has come to rest, since it fetches; and how old the map is when there is no signal.
const { dataset } = document.querySelector("script[data-worker]");
const { serviceWorker } = navigator;
if (serviceWorker) {
  const begin = () => serviceWorker.register(dataset.worker, { updateViaCache: "none" }).catch(() => {});
  addEventListener("load", () => setTimeout(begin, 4000), { once: true });
  serviceWorker.addEventListener("message", ({ data: { seen } }) => {
    if (!seen || document.querySelector("[data-seen]")) return;
    const box = document.createElement("p");
    box.className = "alert";
    box.dataset.kind = "warn";
    box.dataset.seen = "";
    box.setAttribute("role", "status");
    box.textContent = dataset.words.replace("{when}", new Date(seen).toLocaleString(document.documentElement.lang));
    document.getElementById("isi").prepend(box);
  });
  serviceWorker.startMessages();
}
