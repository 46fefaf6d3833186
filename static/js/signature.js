// A signature is drawn with a finger, a pen or the mouse, and kept as strokes on a field of 1000 by 400.
//   <div data-signature><svg viewBox="0 0 1000 400"><path/></svg><button type="button" data-clears>…</button></div><input type="hidden">
const WIDTH = 1000, HEIGHT = 400, MOST = 6000;
const clamp = (value, most) => Math.max(0, Math.min(most, Math.round(value)));

for (const box of document.querySelectorAll("[data-signature]")) {
  const pad = box.querySelector("svg");
  const path = pad.querySelector("path");
  const kept = box.nextElementSibling;
  let strokes = [];
  try { strokes = JSON.parse(kept.value || "[]"); } catch { /* what can't be read is drawn again */ }
  let now = null;

  const show = () => path.setAttribute("d", strokes.map((stroke) => {
    const points = [];
    for (let i = 0; i < stroke.length; i += 2) points.push(`${stroke[i]} ${stroke[i + 1]}`);
    return `M${points.join("L")}${points.length === 1 ? "h1" : ""}`;
  }).join(""));
  const keep = () => {
    kept.value = strokes.length ? JSON.stringify(strokes) : "";
    kept.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const at = (event) => {
    const place = pad.getBoundingClientRect();
    return [clamp((event.clientX - place.left) / place.width * WIDTH, WIDTH), clamp((event.clientY - place.top) / place.height * HEIGHT, HEIGHT)];
  };

  pad.addEventListener("pointerdown", (event) => {
    if (event.button > 0 || strokes.flat().length >= 2 * MOST) return;
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    now = at(event);
    strokes.push(now);
    show();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!now || strokes.flat().length >= 2 * MOST) return;
    const [x, y] = at(event);
    if (Math.hypot(x - now.at(-2), y - now.at(-1)) < 4) return;
    now.push(x, y);
    show();
  });
  for (const type of ["pointerup", "pointercancel"]) pad.addEventListener(type, () => { if (now) keep(); now = null; });
  box.querySelector("[data-clears]").addEventListener("click", () => { strokes = []; show(); keep(); });
  show();
}
