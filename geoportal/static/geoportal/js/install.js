// The service worker, once the page has come to rest; and how old the map is when there is no signal.
const { dataset } = document.querySelector("script[data-worker]");
const { serviceWorker } = navigator;
if (serviceWorker) {
  const begin = () => serviceWorker.register(dataset.worker, { updateViaCache: "none" }).catch(() => {});
  addEventListener("load", () => (window.requestIdleCallback || setTimeout)(begin), { once: true });
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
