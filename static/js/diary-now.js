// The now-line walks with the server's clock; the first look lands on it, and an answer that draws the diary anew keeps
// the place, the focus and what is open.
const drawnAt = new WeakMap();
const walk = () => {
  for (const line of document.querySelectorAll(".diary__now")) {
    if (!drawnAt.has(line)) drawnAt.set(line, performance.now());
    const minutes = (performance.now() - drawnAt.get(line)) / 60000;
    line.style.setProperty("--from", (Number(line.dataset.now) + minutes).toFixed(1));
  }
};
const settle = (diary) => {
  const line = diary.querySelector(".diary__now, .appt");
  if (!line) return;
  const body = line.closest(".diary__body");
  const head = diary.querySelector(".diary__head")?.offsetHeight ?? 0;
  diary.scrollTop = Math.max(0, line.offsetTop - (diary.clientHeight - head) / 3);
  if (line.closest(".is-today")) diary.scrollLeft = body.parentElement.offsetLeft - diary.querySelector(".diary__times").offsetWidth;
};

let kept = null;
document.addEventListener("diary-drawn", walk);
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const diary = detail.target?.matches?.("[data-diary]") ? detail.target : detail.target?.querySelector?.("[data-diary]");
  kept = diary ? { top: diary.scrollTop, left: diary.scrollLeft, focus: document.activeElement?.id, open: diary.querySelector("[data-in-panel]")?.id } : null;
});
document.addEventListener("htmx:afterSwap", () => {
  const diary = document.querySelector("[data-diary]");
  if (!diary || !kept) return;
  diary.scrollTop = kept.top;
  diary.scrollLeft = kept.left;
  const open = kept.open && document.getElementById(kept.open);
  if (open) { open.dataset.inPanel = ""; open.setAttribute("aria-current", "true"); }
  if (kept.focus) document.getElementById(kept.focus)?.focus({ preventScroll: true });
  kept = null;
  walk();
});
for (const diary of document.querySelectorAll("[data-diary]")) settle(diary);
walk();
setInterval(walk, 20000);
