// The diary: drag to move or lengthen, draw to book, the same by keyboard (m, arrows, Enter, Escape), the now-line.
// Everything is delegated to #diary, so an answer that swaps the diary needs no new listeners; a gesture touches one mark only.
import { Plan, STEP, minutesOf, snap, spoken, wall } from "./diary-plan.js";

const HOLD = 380;
const SLACK = 4;
const DRAW_STEP = 15;
let gesture = null;
let quiet = false;

const diaryOf = (node) => node.closest?.("[data-diary]");
const markOf = (diary) => {
  let mark = diary.querySelector(".diary__mark");
  if (!mark) {
    mark = document.createElement("div");
    mark.className = "diary__mark";
    mark.append(document.createElement("span"), document.createElement("small"));
    diary.querySelector(".diary__grid").append(mark);
  }
  return mark;
};
const say = (diary, words) => {
  const place = diary.querySelector(".diary__say");
  if (place) place.textContent = words;
};
const show = (kind) => {
  const { plan, mark, to, who } = gesture;
  const end = to.from + to.length;
  mark.className = `diary__mark is-shown ${kind}`;
  mark.firstChild.textContent = `${spoken(to.from)} – ${spoken(end)}`;
  mark.lastChild.textContent = who;
  plan.place(mark, to);
};

const begin = (appt, kind, point) => {
  const diary = diaryOf(appt);
  const plan = new Plan(diary);
  const from = minutesOf(appt, "from");
  const length = minutesOf(appt, "for");
  const column = plan.columns.findIndex((one) => one.column.contains(appt));
  gesture = { ...gesture, kind, appt, diary, plan, mark: markOf(diary), who: appt.querySelector(".appt__who")?.textContent ?? "", start: { column, from, length }, to: { column, from, length }, grip: point ? plan.at(point.x, point.y).minute - from : 0, live: true };
  appt.classList.add("is-away");
  diary.classList.add(kind === "move" ? "is-moving" : "is-lengthening");
  show("is-lifted");
};

const follow = () => {
  const { plan, kind, start, grip, x, y } = gesture;
  const { column, minute } = plan.at(x, y);
  if (kind === "move") gesture.to = { column, from: plan.fits(snap(minute - grip), start.length), length: start.length };
  else if (kind === "length") gesture.to = { ...start, length: Math.max(STEP, snap(minute) - start.from) };
  else {
    const a = gesture.anchor;
    const b = Math.min(plan.closes, Math.max(plan.opens, snap(minute, DRAW_STEP)));
    gesture.to = { column: gesture.start.column, from: Math.min(a, b), length: Math.max(DRAW_STEP, Math.abs(b - a)) };
  }
  show(kind === "draw" ? "" : "is-lifted");
};

const frame = () => {
  if (!gesture?.live) return;
  gesture.frame = 0;
  const scrolled = gesture.plan.nudge(gesture.x, gesture.y);
  follow();
  if (scrolled) gesture.frame = requestAnimationFrame(frame);
};
const ask = () => { if (gesture && !gesture.frame) gesture.frame = requestAnimationFrame(frame); };

const end = () => {
  if (!gesture) return null;
  clearTimeout(gesture.timer);
  cancelAnimationFrame(gesture.frame);
  const ended = gesture;
  gesture = null;
  ended.diary?.classList.remove("is-moving", "is-lengthening", "is-drawing");
  return ended;
};
const forget = (ended) => {
  ended?.appt?.classList.remove("is-away");
  ended?.mark?.classList.remove("is-shown", "is-lifted", "is-saving", "is-hint");
};

const send = async (ended) => {
  const { diary, plan, appt, kind, start, to, mark } = ended;
  const same = start.column === to.column && start.from === to.from && start.length === to.length;
  if (same) { forget(ended); return; }
  const column = plan.columns[to.column].column.dataset;
  const values = kind === "length" ? { minutes: to.length } : { practitioner: column.practitioner ?? "", starts: wall(column.day, to.from) };
  mark.classList.add("is-saving");
  const undone = () => forget(ended);
  diary.addEventListener("htmx:responseError", undone, { once: true });
  diary.addEventListener("htmx:sendError", undone, { once: true });
  diary.addEventListener("htmx:timeout", undone, { once: true });
  await htmx.ajax("POST", kind === "length" ? appt.dataset.lengthUrl : appt.dataset.moveUrl, { source: diary, target: diary, swap: "outerHTML", values });
  // A taken time is answered with a question in the side panel: the diary stays as it was, and may have been out of date.
  if (mark.isConnected) { undone(); document.dispatchEvent(new CustomEvent("diary-stale")); }
};
const book = (ended) => {
  const { diary, plan, to } = ended;
  const column = plan.columns[to.column].column.dataset;
  const query = new URLSearchParams({ practitioner: column.practitioner ?? "", starts: wall(column.day, to.from) });
  if (ended.drawn) query.set("minutes", to.length);
  location.assign(`${diary.dataset.bookUrl}${diary.dataset.bookUrl.includes("?") ? "&" : "?"}${query}`);
};

// Pointer ---------------------------------------------------------------------------------------
document.addEventListener("pointerdown", (event) => {
  const diary = diaryOf(event.target);
  if (!diary || event.button !== 0 || !event.isPrimary || gesture || diary.hasAttribute("data-read-only")) return;
  const appt = event.target.closest(".appt");
  const body = event.target.closest(".diary__body");
  const point = { x: event.clientX, y: event.clientY };
  if (appt) {
    const box = appt.getBoundingClientRect();
    const atFoot = appt.dataset.lengthUrl && box.bottom - event.clientY < 7 && box.height > 20 && event.pointerType === "mouse";
    if (!atFoot && !appt.dataset.moveUrl) return;
    gesture = { ...point, origin: point, wait: { appt, kind: atFoot ? "length" : "move" }, touch: event.pointerType !== "mouse", id: event.pointerId };
    if (gesture.touch) gesture.timer = setTimeout(() => { begin(appt, "move", gesture.origin); navigator.vibrate?.(10); }, HOLD);
  } else if (body && diary.dataset.bookUrl && event.pointerType === "mouse") {
    const plan = new Plan(diary);
    const { column, minute } = plan.at(point.x, point.y);
    const from = Math.floor(minute / DRAW_STEP) * DRAW_STEP;
    gesture = { ...point, origin: point, kind: "draw", diary, plan, mark: markOf(diary), who: diary.dataset.wordBook ?? "", anchor: from, start: { column, from, length: DRAW_STEP }, to: { column, from, length: DRAW_STEP }, live: true, id: event.pointerId };
    diary.classList.add("is-drawing");
    show("");
  }
});

document.addEventListener("pointermove", (event) => {
  if (!gesture) { hint(event); return; }
  if (event.pointerId !== gesture.id) return;
  gesture.x = event.clientX;
  gesture.y = event.clientY;
  const far = Math.hypot(gesture.x - gesture.origin.x, gesture.y - gesture.origin.y) > SLACK;
  if (!gesture.live) {
    if (!far) return;
    if (gesture.touch) { end(); return; }
    begin(gesture.wait.appt, gesture.wait.kind, gesture.origin);
  }
  gesture.drawn ||= far;
  ask();
});

document.addEventListener("pointerup", (event) => {
  if (!gesture || event.pointerId !== gesture.id) return;
  if (!gesture.live) { end(); return; }
  gesture.x = event.clientX;
  gesture.y = event.clientY;
  follow();
  const ended = end();
  quiet = true;
  setTimeout(() => { quiet = false; });
  if (ended.kind === "draw") book(ended);
  else send(ended);
});
const cancel = () => { const ended = end(); forget(ended); return ended; };
document.addEventListener("pointercancel", cancel);
document.addEventListener("touchmove", (event) => { if (gesture?.live) event.preventDefault(); }, { passive: false });
document.addEventListener("contextmenu", (event) => { if (gesture?.touch) event.preventDefault(); });
document.addEventListener("dragstart", (event) => { if (diaryOf(event.target)) event.preventDefault(); });
document.addEventListener("click", (event) => {
  if (quiet) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  const diary = diaryOf(event.target);
  const touched = event.pointerType && event.pointerType !== "mouse";
  if (!touched || !diary?.dataset.bookUrl || diary.hasAttribute("data-read-only")) return;
  if (event.target.closest(".appt") || !event.target.closest(".diary__body")) return;
  const plan = new Plan(diary);
  const { column, minute } = plan.at(event.clientX, event.clientY);
  book({ diary, plan, to: { column, from: Math.floor(minute / DRAW_STEP) * DRAW_STEP, length: DRAW_STEP } });
}, true);

// Under a resting pointer the free quarter of an hour says what a press would book.
let hovered = null;
const hint = (event) => {
  const diary = diaryOf(event.target);
  const body = diary && event.pointerType === "mouse" && diary.dataset.bookUrl && !diary.hasAttribute("data-read-only") && event.target.closest(".diary__body");
  if (!body || event.target.closest(".appt")) {
    if (hovered) { hovered.mark.classList.remove("is-shown", "is-hint"); hovered = null; }
    return;
  }
  if (hovered?.diary !== diary || !hovered.plan.grid.isConnected) hovered = { diary, plan: new Plan(diary), mark: markOf(diary), key: "" };
  const { plan, mark } = hovered;
  const { column, minute } = plan.at(event.clientX, event.clientY);
  const from = Math.floor(minute / DRAW_STEP) * DRAW_STEP;
  const key = `${column} ${from}`;
  if (key === hovered.key && mark.classList.contains("is-hint")) return;
  hovered.key = key;
  mark.className = "diary__mark is-shown is-hint";
  mark.firstChild.textContent = spoken(from);
  mark.lastChild.textContent = "";
  plan.place(mark, { column, from, length: DRAW_STEP });
};
addEventListener("resize", () => { hovered = null; });
document.addEventListener("scroll", () => { if (hovered) hovered.plan.box = hovered.diary.getBoundingClientRect(); }, true);

// Keyboard --------------------------------------------------------------------------------------
const words = (diary, name, to) => {
  const head = gesture.plan.columns[to.column].column.querySelector(".diary__head h2, .diary__head strong")?.textContent.trim() ?? "";
  return (diary.dataset[name] ?? "{time} {column}").replace("{who}", gesture.who).replace("{time}", spoken(to.from)).replace("{end}", spoken(to.from + to.length)).replace("{column}", head);
};
const steer = (event) => {
  const { plan, to, kind, diary, appt } = gesture;
  const canGrow = kind === "draw" || appt.dataset.lengthUrl;
  const step = kind === "draw" ? DRAW_STEP : STEP;
  const by = event.shiftKey && !canGrow ? 60 : step;
  const longer = event.shiftKey && canGrow;
  const go = { ArrowUp: [0, -by], ArrowDown: [0, by], ArrowLeft: [-1, 0], ArrowRight: [1, 0], PageUp: [0, -60], PageDown: [0, 60] }[event.key];
  if (!go) return;
  event.preventDefault();
  if (longer && go[1]) {
    if (kind === "draw") gesture.drawn = true;
    else gesture.kind = "length";
    gesture.to = { ...to, length: Math.min(plan.closes - to.from, Math.max(step, to.length + go[1])) };
  } else if (kind === "move" || kind === "draw") {
    const column = Math.min(plan.columns.length - 1, Math.max(0, to.column + go[0]));
    gesture.to = { column, from: plan.fits(to.from + go[1], to.length), length: to.length };
  }
  show("is-lifted");
  plan.reveal(gesture.to);
  say(diary, words(diary, "wordMoving", gesture.to));
};
// A free time is picked from where the focus is: after that appointment, else from now, else from the first hour.
const pick = (diary, appt) => {
  const plan = new Plan(diary);
  const line = diary.querySelector(".diary__now");
  const near = appt ?? line;
  const column = Math.max(0, plan.columns.findIndex((one) => near && one.column.contains(near)));
  const minute = appt ? minutesOf(appt, "from") + minutesOf(appt, "for") : line ? Number(line.dataset.now) : Math.max(plan.opens, 540);
  const to = { column, from: plan.fits(Math.ceil(minute / DRAW_STEP) * DRAW_STEP, DRAW_STEP), length: DRAW_STEP };
  gesture = { keys: true, live: true, kind: "draw", diary, plan, mark: markOf(diary), who: diary.dataset.wordBook ?? "", start: to, to };
  diary.classList.add("is-moving");
  diary.focus({ preventScroll: true });
  show("is-lifted");
  plan.reveal(to);
  say(diary, words(diary, "wordMoving", to));
};
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-pick]");
  if (!button || gesture) return;
  const diary = diaryOf(button);
  const at = document.activeElement?.closest?.(".appt") ?? diary.querySelector(".appt[data-in-panel]");
  pick(diary, at);
});
document.addEventListener("keydown", (event) => {
  if (gesture?.live && event.key === "Escape") {
    event.preventDefault();
    const { diary, appt } = cancel();
    say(diary, diary.dataset.wordStayed ?? "");
    appt?.focus();
  } else if (gesture?.keys) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      const ended = end();
      if (ended.kind === "draw") book(ended); else send(ended);
    } else steer(event);
  } else if (event.key === "m" && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const appt = event.target.closest?.(".appt[data-move-url]");
    if (!appt || gesture || diaryOf(appt).hasAttribute("data-read-only")) return;
    event.preventDefault();
    gesture = { keys: true };
    begin(appt, "move", null);
    gesture.plan.reveal(gesture.to);
    say(gesture.diary, words(gesture.diary, "wordMoving", gesture.to));
  }
});
document.addEventListener("focusout", (event) => {
  if (gesture?.keys && event.target === (gesture.appt ?? gesture.diary)) forget(end());
});

// The now-line walks with the server's clock; the first look lands on it. -------------------------
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
document.addEventListener("diary-drawn", () => walk());
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
