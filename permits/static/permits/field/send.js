// Sends what waits: photographs first, each by its key, then the report that names them. Sending again does no harm.
const LONGEST = 300; // seconds between two tries

export class SignIn extends Error {} // the session is over, or the account is no inspector's
export class Later extends Error {} // no signal, or a server in trouble

async function digest(blob) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return `sha-256=:${btoa(String.fromCharCode(...hash))}:`;
}

async function ask(address, options) {
  let answer;
  try {
    answer = await fetch(address, { redirect: "manual", cache: "no-store", credentials: "same-origin", ...options });
  } catch (error) {
    throw new Later(String(error));
  }
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) throw new SignIn(String(answer.status));
  if (answer.status >= 500 || answer.status === 429 || answer.status === 400) throw new Later(String(answer.status));
  return answer;
}

const words = async (answer, otherwise) => {
  try {
    const { problem, problems, ...more } = await answer.json();
    return { text: problem || otherwise, problems: problems || [problem || otherwise], ...more };
  } catch {
    return { text: otherwise, problems: [otherwise] };
  }
};

export const news = async (address) => (await ask(address)).json();

/** One report with its photographs. Resolves to what the office answered, or to {stuck: words}. */
export async function send(store, draft, { visits, csrf, otherwise, progress }) {
  const headers = { "X-CSRFToken": csrf };
  const base = visits.replace("ID", draft.visit);
  for (let tries = 0; tries < 3; tries++) {
    for (const { key } of draft.photos) {
      const photo = await store.photo(key);
      if (photo.sent) continue;
      const answer = await ask(`${base}foto/${key}/`, {
        method: "PUT",
        body: photo.blob,
        headers: { ...headers, "Content-Type": "application/octet-stream", "Content-Digest": await digest(photo.blob) },
      });
      if (!answer.ok) {
        const { text } = await words(answer, otherwise);
        await store.keepPhoto({ ...photo, problem: text });
        return { stuck: [text] };
      }
      await store.keepPhoto({ ...photo, sent: true, problem: "" });
      progress();
    }
    const body = JSON.stringify({ ...draft.report, photos: draft.photos, format: draft.format, sent_at: new Date().toISOString() });
    const answer = await ask(`${base}laporan/${draft.key}/`, { method: "PUT", body, headers: { ...headers, "Content-Type": "application/json" } });
    if (answer.ok) return answer.json();
    const said = await words(answer, otherwise);
    if (answer.status !== 409) return { stuck: said.problems };
    for (const key of said.missing || []) {
      const photo = await store.photo(key);
      if (photo) await store.keepPhoto({ ...photo, sent: false });
    }
  }
  throw new Later("409");
}

/** Calls `work` now, and again after a while when it throws Later; a new signal or a look at the page comes first. */
export function keepTrying(work) {
  let failed = 0;
  let timer;
  let running;
  const run = async () => {
    clearTimeout(timer);
    if (running) return running;
    // one page at a time; where locks are unknown, the office knows what came before
    const alone = (job) => (navigator.locks ? navigator.locks.request("lapangan-kirim", job) : job());
    running = alone(work)
      .then(() => (failed = 0))
      .catch((error) => {
        if (!(error instanceof Later)) throw error;
        failed += 1;
        timer = setTimeout(run, Math.min(LONGEST, 5 * 2 ** (failed - 1)) * 1000);
      })
      .finally(() => (running = undefined));
    return running;
  };
  addEventListener("online", run);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && run());
  return run;
}
