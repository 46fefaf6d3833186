// The diary under a pointer: drag to move or lengthen, draw to book. Everything is delegated to the document, so an answer
// that swaps the diary needs no new listeners.
import { ask, begin, book, cancel, diaryOf, draw, DRAW_STEP, end, finish, follow, gesture, isReadOnly, wait } from "./diary-gesture.js";
import { Mark } from "./diary-mark.js";
import { Plan, spoken } from "./diary-plan.js";
import "./diary-keys.js";
import "./diary-now.js";

const HOLD = 380;
const SLACK = 4;
let quiet = false;
const quarter = (minute) => Math.floor(minute / DRAW_STEP) * DRAW_STEP;

document.addEventListener("pointerdown", (event) => {
  const diary = diaryOf(event.target);
  if (!diary || event.button !== 0 || !event.isPrimary || gesture() || isReadOnly(diary)) return;
  const appt = event.target.closest(".appt");
  const point = { x: event.clientX, y: event.clientY };
  const more = { ...point, origin: point, id: event.pointerId, touch: event.pointerType !== "mouse" };
  if (appt) {
    const box = appt.getBoundingClientRect();
    const atFoot = appt.dataset.lengthUrl && box.bottom - event.clientY < 7 && box.height > 20 && !more.touch;
    if (!atFoot && !appt.dataset.moveUrl) return;
    wait({ ...more, lifts: { appt, kind: atFoot ? "length" : "move" } });
    if (more.touch) gesture().timer = setTimeout(() => { begin(appt, "move", point); navigator.vibrate?.(10); }, HOLD);
  } else if (event.target.closest(".diary__body") && diary.dataset.bookUrl && !more.touch) {
    unhover();
    const plan = new Plan(diary);
    const { column, minute } = plan.at(point.x, point.y);
    draw(diary, plan, { column, from: quarter(minute), length: DRAW_STEP }, more);
  }
});

document.addEventListener("pointermove", (event) => {
  const now = gesture();
  if (!now) { hint(event); return; }
  if (event.pointerId !== now.id) return;
  now.x = event.clientX;
  now.y = event.clientY;
  const far = Math.hypot(now.x - now.origin.x, now.y - now.origin.y) > SLACK;
  if (!now.live) {
    if (!far) return;
    if (now.touch) { end(); return; }
    unhover();
    begin(now.lifts.appt, now.lifts.kind, now.origin);
  }
  gesture().drawn ||= far;
  ask();
});

document.addEventListener("pointerup", (event) => {
  const now = gesture();
  if (!now || event.pointerId !== now.id) return;
  if (!now.live) { end(); return; }
  now.x = event.clientX;
  now.y = event.clientY;
  follow();
  quiet = true;
  setTimeout(() => { quiet = false; });
  finish();
});
document.addEventListener("pointercancel", cancel);
document.addEventListener("touchmove", (event) => { if (gesture()?.live) event.preventDefault(); }, { passive: false });
document.addEventListener("contextmenu", (event) => { if (gesture()?.touch) event.preventDefault(); });
document.addEventListener("dragstart", (event) => { if (diaryOf(event.target)) event.preventDefault(); });
document.addEventListener("click", (event) => {
  if (quiet) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  const diary = diaryOf(event.target);
  const touched = event.pointerType && event.pointerType !== "mouse";
  if (!touched || !diary?.dataset.bookUrl || isReadOnly(diary)) return;
  if (event.target.closest(".appt") || !event.target.closest(".diary__body")) return;
  const plan = new Plan(diary);
  const { column, minute } = plan.at(event.clientX, event.clientY);
  book({ diary, plan, to: { column, from: quarter(minute), length: DRAW_STEP } });
}, true);

// Under a resting pointer the free quarter of an hour says what a press would book.
let hovered = null;
const unhover = () => { hovered?.mark.hide(); hovered = null; };
const hint = (event) => {
  const diary = diaryOf(event.target);
  const free = diary && event.pointerType === "mouse" && diary.dataset.bookUrl && !isReadOnly(diary) && event.target.closest(".diary__body") && !event.target.closest(".appt");
  if (!free || document.querySelector("#panel [data-asks]")) { if (hovered) unhover(); return; }
  if (hovered?.diary !== diary || !hovered.mark.isThere) hovered = { diary, plan: new Plan(diary), mark: new Mark(diary) };
  const { column, minute } = hovered.plan.at(event.clientX, event.clientY);
  const from = quarter(minute);
  hovered.mark.show(hovered.plan, { column, from, length: DRAW_STEP }, "is-hint", "", spoken(from));
};
addEventListener("resize", unhover);
document.addEventListener("scroll", (event) => {
  for (const plan of [gesture()?.plan, hovered?.plan]) {
    if (plan?.diary === event.target) plan.scrolled();
    else if (plan && plan === hovered?.plan) unhover();
  }
}, { capture: true, passive: true });
