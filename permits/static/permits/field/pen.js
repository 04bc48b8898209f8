// A signature, drawn with a finger, a pen or a mouse.
export function pen(canvas, changed) {
  const ctx = canvas.getContext("2d");
  let drawing = false;
  let drawn = false;
  const clear = () => {
    ctx.fillStyle = "#fff";
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    drawn = false;
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    drawing = true;
    ctx.lineWidth = 4;
    ctx.lineCap = ctx.lineJoin = "round";
    ctx.strokeStyle = "#1d2136";
    ctx.beginPath();
    ctx.moveTo(...at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    ctx.lineTo(...at(event));
    ctx.stroke();
    drawn = true;
  });
  const end = () => {
    if (drawing && drawn) changed(canvas.toDataURL("image/png"));
    drawing = false;
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  clear();
  return {
    clear() {
      clear();
      changed("");
    },
    show(picture) {
      clear();
      if (!picture) return;
      const image = new Image();
      image.onload = () => ctx.drawImage(image, 0, 0);
      image.src = picture;
      drawn = true;
    },
  };
}
