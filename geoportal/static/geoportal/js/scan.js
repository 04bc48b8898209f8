// Reads a QR code or a barcode by the camera, or from a picture. The phone's own reader where there is one; else a
// library for QR codes, which is loaded only when it is needed.
const words = document.getElementById("kata-pindai").dataset;

async function reader(library) {
  if ("BarcodeDetector" in window) {
    const known = await window.BarcodeDetector.getSupportedFormats();
    if (known.includes("qr_code")) {
      const detector = new window.BarcodeDetector();
      return async (source) => (await detector.detect(source))[0]?.rawValue || "";
    }
  }
  if (!window.jsQR) {
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = library;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  }
  const canvas = document.createElement("canvas");
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  return async (source) => {
    const [wide, high] = [source.videoWidth || source.width, source.videoHeight || source.height];
    const scale = Math.min(1, 1200 / Math.max(wide, high));
    canvas.width = wide * scale;
    canvas.height = high * scale;
    ctx.drawImage(source, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = ctx.getImageData(0, 0, canvas.width, canvas.height);
    return window.jsQR(data, width, height)?.data || "";
  };
}

/** Where a letter's code leads on this site; "" for what is no letter's code. `host`: somebody else's address. */
export function letterOf(text) {
  const bare = text.trim().replace(/[\s-]/g, "").toUpperCase();
  if (/^[0-9A-Z]{26}$/.test(bare)) return { path: `/V/${bare}` };
  let address;
  try {
    address = new URL(text.trim());
  } catch {
    return { path: "" };
  }
  const found = /^\/V\/([0-9A-Z-]{26,40})\/?$/i.exec(address.pathname);
  if (!found) return { path: "" };
  return address.host.toLowerCase() === location.host.toLowerCase() ? { path: `/V/${found[1].toUpperCase()}` } : { path: "", host: address.host };
}

function begin(box) {
  const say = (text) => (box.querySelector("[data-said]").textContent = text);
  const video = box.querySelector("video");
  const into = box.dataset.into && document.getElementById(box.dataset.into);
  let stream;
  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = undefined;
    video.hidden = true;
  };
  const read = (text) => {
    if (!text) return false;
    stop();
    if (into) {
      into.value = text.slice(0, into.maxLength > 0 ? into.maxLength : undefined);
      into.dispatchEvent(new Event("input", { bubbles: true }));
      into.focus();
      say(words.done);
      return true;
    }
    const { path, host } = letterOf(text);
    if (path) location.assign(path);
    else say(host ? words.stranger.replace("{host}", host) : words.other);
    return true;
  };
  const camera = async () => {
    if (stream) {
      stop();
      return;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      say(words.denied);
      return;
    }
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    say(words.looking);
    const detect = await reader(words.library);
    const look = async () => {
      if (!stream) return;
      if (video.readyState >= 2 && read(await detect(video).catch(() => ""))) return;
      setTimeout(look, 200);
    };
    look();
  };
  box.querySelector("[data-camera]").addEventListener("click", camera);
  box.querySelector("input[type=file]").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    try {
      const picture = await createImageBitmap(file);
      if (!read(await (await reader(words.library))(picture))) say(words.nothing);
    } catch {
      say(words.nothing);
    }
    target.value = "";
  });
  addEventListener("pagehide", stop);
  box.querySelector("[data-camera]").hidden = !navigator.mediaDevices?.getUserMedia;
  box.hidden = false;
}

document.querySelectorAll("[data-scan]").forEach(begin);
