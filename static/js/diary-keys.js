// The same by keyboard: m lifts the focused appointment, b picks a free time; arrows, Shift and arrows, Enter, Escape.
import { begin, cancel, diaryOf, draw, DRAW_STEP, end, finish, forget, gesture, isReadOnly, say, show, wait } from "./diary-gesture.js";
import { Plan, STEP, minutesOf, spoken } from "./diary-plan.js";

const tell = () => {
  const { diary, plan, who, to } = gesture();
  const head = plan.columns[to.column].column.querySelector(".diary__head h2, .diary__head strong")?.textContent.trim() ?? "";
  const words = diary.dataset.wordMoving ?? "{time} {column}";
  say(diary, words.replace("{who}", who).replace("{time}", spoken(to.from)).replace("{end}", spoken(to.from + to.length)).replace("{column}", head));
};
const lifted = () => {
  show();
  gesture().plan.reveal(gesture().to);
  tell();
};

const steer = (event) => {
  const now = gesture();
  const { plan, to, appt } = now;
  const isDrawn = now.kind === "draw";
  const canGrow = isDrawn || appt.dataset.lengthUrl;
  const step = isDrawn ? DRAW_STEP : STEP;
  const by = event.shiftKey && !canGrow ? 60 : step;
  const go = { ArrowUp: [0, -by], ArrowDown: [0, by], ArrowLeft: [-1, 0], ArrowRight: [1, 0], PageUp: [0, -60], PageDown: [0, 60] }[event.key];
  if (!go) return;
  event.preventDefault();
  if (event.shiftKey && canGrow && go[1]) {
    if (isDrawn) now.drawn = true;
    else now.kind = "length";
    now.to = { ...to, length: Math.min(plan.closes - to.from, Math.max(step, to.length + go[1])) };
  } else if (now.kind !== "length") {
    const column = Math.min(plan.columns.length - 1, Math.max(0, to.column + go[0]));
    now.to = { column, from: plan.fits(to.from + go[1], to.length), length: to.length };
  }
  lifted();
};

// A free time is picked from where the focus is: after that appointment, else from now, else from the first hour.
const pick = (diary, appt) => {
  const plan = new Plan(diary);
  const line = diary.querySelector(".diary__now");
  const near = appt ?? line;
  const column = Math.max(0, plan.columns.findIndex((one) => near && one.column.contains(near)));
  const minute = appt ? minutesOf(appt, "from") + minutesOf(appt, "for") : line ? Number(line.dataset.now) : Math.max(plan.opens, 540);
  diary.focus({ preventScroll: true });
  draw(diary, plan, { column, from: plan.fits(Math.ceil(minute / DRAW_STEP) * DRAW_STEP, DRAW_STEP), length: DRAW_STEP }, { keys: true });
  lifted();
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-pick]");
  if (!button || gesture()) return;
  const diary = diaryOf(button);
  pick(diary, document.activeElement?.closest?.(".appt") ?? diary.querySelector(".appt[data-in-panel]"));
});
document.addEventListener("keydown", (event) => {
  const now = gesture();
  if (now?.live && event.key === "Escape") {
    event.preventDefault();
    const { diary, appt } = cancel();
    say(diary, diary.dataset.wordStayed ?? "");
    appt?.focus();
  } else if (now?.keys) {
    if (event.key !== "Enter" && event.key !== " ") { steer(event); return; }
    event.preventDefault();
    finish();
  } else if (event.key === "m" && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const appt = event.target.closest?.(".appt[data-move-url]");
    if (!appt || now || isReadOnly(diaryOf(appt))) return;
    event.preventDefault();
    wait({ keys: true });
    begin(appt, "move", null);
    lifted();
  }
});
document.addEventListener("focusout", (event) => {
  const now = gesture();
  if (now?.keys && event.target === (now.appt ?? now.diary)) forget(end());
});
