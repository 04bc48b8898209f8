// The public site without a signal. OFFLINE, FILES and VERSION stand before this text: geoportal.installable.
// The network always comes first; only static files, whose names change with their content, come from the phone.
/* global OFFLINE, FILES, VERSION */
const KEPT = `umum-${VERSION}`;
const SEEN = "umum-dilihat-1";
const MOST = 300; // answers of the map that are kept
const LONGEST = 7 * 24 * 3600 * 1000; // what is older is forgotten: consent may have been withdrawn

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll([OFFLINE, ...FILES])));
  self.skipWaiting();
});

// without navigation preload: with it, one in some fifteen first clicks led nowhere (Chromium 156)
self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("umum-") && name !== KEPT && name !== SEEN;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
});

async function keep(request, answer) {
  if (!answer.ok || answer.redirected || /private|no-store/.test(answer.headers.get("Cache-Control") || "")) return;
  const cache = await caches.open(SEEN);
  const headers = new Headers(answer.headers);
  headers.set("X-Seen", new Date().toISOString());
  await cache.put(request, new Response(await answer.blob(), { headers }));
  const names = await cache.keys();
  await Promise.all(names.slice(0, Math.max(0, names.length - MOST)).map((name) => cache.delete(name)));
}

/** What was last seen, and the page is told from when it is. */
async function seen(event) {
  const cache = await caches.open(SEEN);
  const found = await cache.match(event.request);
  const at = found && Date.parse(found.headers.get("X-Seen") || "");
  if (!found) return null;
  if (!(Date.now() - at < LONGEST)) {
    await cache.delete(event.request);
    return null;
  }
  const navigates = event.request.mode === "navigate";
  const who = navigates ? event.resultingClientId : event.clientId;
  const tell = async () => {
    if (navigates) await new Promise((done) => setTimeout(done, 1500)); // until the page listens
    (await self.clients.get(who))?.postMessage({ seen: at });
  };
  event.waitUntil(tell());
  return found;
}

async function fresh(event, remember) {
  try {
    const answer = await fetch(event.request);
    if (remember) event.waitUntil(keep(event.request, answer.clone()));
    return answer;
  } catch (error) {
    const found = remember && (await seen(event));
    if (found) return found;
    if (event.request.mode === "navigate") return caches.match(OFFLINE);
    throw error;
  }
}

async function file(request) {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(SEEN)).put(request, answer.clone());
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate" || /^\/(peta|tiles)\//.test(pathname)) event.respondWith(fresh(event, /^\/(peta|tiles)\//.test(pathname)));
});
