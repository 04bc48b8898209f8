// The field app without a signal. What stands before this text is written by permits.pages.field_app: VERSION, SHELL, FILES.
/* global VERSION, SHELL, FILES */
const KEPT = `lapangan-${VERSION}`;
const TILES = "lapangan-peta-1";

self.addEventListener("install", (event) => {
  // all or nothing; a redirect to the sign-in page is no shell: then the version before stays
  const fetched = [SHELL, ...FILES].map(async (path) => {
    const answer = await fetch(path, { redirect: "error", cache: path === SHELL ? "no-store" : "default" });
    if (!answer.ok) throw new Error(`${answer.status} ${path}`);
    return [path, answer];
  });
  event.waitUntil(
    Promise.all(fetched).then(async (found) => {
      const cache = await caches.open(KEPT);
      await Promise.all(found.map(([path, answer]) => cache.put(path, answer)));
    }),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("lapangan-") && name !== KEPT && name !== TILES).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", ({ data }) => data === "pakai" && self.skipWaiting());

const kept = async (path) => (await caches.open(KEPT)).match(path);

async function tile(request) {
  const cache = await caches.open(TILES);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === SHELL) event.respondWith(kept(SHELL).then((found) => found || fetch(request)));
    else event.respondWith(fetch(request).catch(() => kept(SHELL)));
  } else if (FILES.includes(pathname)) {
    event.respondWith(kept(pathname).then((found) => found || fetch(request)));
  } else if (pathname.startsWith("/tiles/zones/")) {
    event.respondWith(tile(request));
  }
});
