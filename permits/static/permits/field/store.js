// What the phone keeps, in a database of its own for each inspector. Nothing is taken out before the office has it.
const VERSION = 1; // of the stores; older ones are led over in `upgrade`, whatever unsent reports they hold

const upgrade = (db, from) => {
  if (from < 1) {
    db.createObjectStore("meta");
    db.createObjectStore("drafts", { keyPath: "visit" });
    db.createObjectStore("photos", { keyPath: "key" }).createIndex("visit", "visit");
    db.createObjectStore("sent", { keyPath: "key" });
  }
};

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** The database of inspector `user`. */
export async function openStore(user) {
  const request = indexedDB.open(`lapangan-${user}`, VERSION);
  request.onupgradeneeded = ({ oldVersion }) => upgrade(request.result, oldVersion);
  const db = await asked(request);
  db.onversionchange = () => db.close();
  /** One transaction: all of it or nothing, on the disk when the promise resolves. */
  const write = (names, work) =>
    new Promise((resolve, reject) => {
      const change = db.transaction(names, "readwrite", { durability: "strict" });
      change.oncomplete = () => resolve();
      change.onabort = change.onerror = () => reject(change.error);
      work(...names.map((name) => change.objectStore(name)));
    });
  const read = (name, work) => asked(work(db.transaction(name).objectStore(name)));
  return {
    user,
    cases: async () => (await read("meta", (meta) => meta.get("data"))) || { cases: [], ended: [], name: "" },
    keepCases: (data) => write(["meta"], (meta) => meta.put(data, "data")),
    drafts: () => read("drafts", (drafts) => drafts.getAll()),
    draft: (visit) => read("drafts", (drafts) => drafts.get(visit)),
    keepDraft: (draft) => write(["drafts"], (drafts) => drafts.put(draft)),
    photo: (key) => read("photos", (photos) => photos.get(key)),
    photosOf: (visit) => read("photos", (photos) => photos.index("visit").getAll(visit)),
    keepPhoto: (photo) => write(["photos"], (photos) => photos.put(photo)),
    /** The photograph and the draft that names it belong together. */
    addPhoto: (photo, draft) =>
      write(["photos", "drafts"], (photos, drafts) => {
        photos.put(photo);
        drafts.put(draft);
      }),
    dropPhoto: (key, draft) =>
      write(["photos", "drafts"], (photos, drafts) => {
        photos.delete(key);
        drafts.put(draft);
      }),
    sent: () => read("sent", (sent) => sent.getAll()),
    /** The office has it: everything personal goes, a line without names stays. */
    confirmed: (draft, line) =>
      write(["drafts", "photos", "sent"], (drafts, photos, sent) => {
        drafts.delete(draft.visit);
        draft.photos.forEach(({ key }) => photos.delete(key));
        sent.put(line);
      }),
    wipe: () => {
      db.close();
      return asked(indexedDB.deleteDatabase(`lapangan-${user}`));
    },
  };
}

/** Inspectors other than `user` who left something on this phone. */
export async function others(user) {
  const all = (await indexedDB.databases?.()) || [];
  return all.filter(({ name }) => name.startsWith("lapangan-") && name !== `lapangan-${user}`).length;
}
