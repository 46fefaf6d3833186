// One gesture at a time: what is lifted or drawn, where it stands, and what becomes of it. Pointer and keyboard both use it.
import { Mark } from "./diary-mark.js";
import { Plan, STEP, minutesOf, snap, wall } from "./diary-plan.js";

export const DRAW_STEP = 15;
let now = null;
let asked = null;

export const gesture = () => now;
export const wait = (values) => { now = values; };
export const diaryOf = (node) => node?.closest?.("[data-diary]");
export const isReadOnly = (diary) => diary.hasAttribute("data-read-only");
export const say = (diary, words) => {
  const place = diary?.querySelector(".diary__say");
  if (place) place.textContent = words;
};
export const show = () => { now.mark.show(now.plan, now.to, now.kind === "draw" && !now.keys ? "" : "is-lifted", now.who); };

// An appointment is lifted; `point` is where a pointer took hold of it.
export const begin = (appt, kind, point) => {
  settled();
  const diary = diaryOf(appt);
  const plan = new Plan(diary);
  const from = minutesOf(appt, "from");
  const length = minutesOf(appt, "for");
  const column = plan.columns.findIndex((one) => one.column.contains(appt));
  const mark = new Mark(diary);
  now = { ...now, kind, appt, diary, plan, mark, who: appt.querySelector(".appt__who")?.textContent.trim() ?? "", start: { column, from, length }, to: { column, from, length }, grip: point ? plan.at(point.x, point.y).minute - from : 0, live: true };
  mark.hold(kind);
  appt.classList.add("is-away");
  diary.classList.add(kind === "move" ? "is-moving" : "is-lengthening");
  show();
};

// Free time is drawn over, from a place on.
export const draw = (diary, plan, to, more) => {
  settled();
  const mark = new Mark(diary);
  now = { kind: "draw", diary, plan, mark, who: diary.dataset.wordBook ?? "", anchor: to.from, start: to, to, live: true, ...more };
  diary.classList.add(now.keys ? "is-moving" : "is-drawing");
  if (!now.keys) mark.hold("draw");
  show();
};

export const follow = () => {
  const { plan, kind, start, grip, anchor } = now;
  const { column, minute } = plan.at(now.x, now.y);
  if (kind === "move") now.to = { column, from: plan.fits(snap(minute - grip), start.length), length: start.length };
  else if (kind === "length") now.to = { ...start, length: Math.max(STEP, snap(minute) - start.from) };
  else {
    const other = Math.min(plan.closes, Math.max(plan.opens, snap(minute, DRAW_STEP)));
    now.to = { column: start.column, from: Math.min(anchor, other), length: Math.max(DRAW_STEP, Math.abs(other - anchor)) };
  }
  show();
};

const frame = () => {
  if (!now?.live) return;
  now.frame = 0;
  const scrolled = now.plan.nudge(now.x, now.y);
  follow();
  if (scrolled) now.frame = requestAnimationFrame(frame);
};
export const ask = () => { if (now && !now.frame) now.frame = requestAnimationFrame(frame); };

export const end = () => {
  if (!now) return null;
  clearTimeout(now.timer);
  cancelAnimationFrame(now.frame);
  const ended = now;
  now = null;
  ended.mark?.drop();
  ended.diary?.classList.remove("is-moving", "is-lengthening", "is-drawing");
  return ended;
};
export const forget = (ended) => {
  ended?.appt?.classList.remove("is-away");
  ended?.mark?.hide();
  return ended;
};
export const cancel = () => forget(end());

const isSame = (one, other) => one.column === other.column && one.from === other.from && one.length === other.length;
export const finish = () => {
  const ended = end();
  if (ended.kind === "draw") book(ended);
  else if (isSame(ended.start, ended.to)) forget(ended);
  else send(ended);
};

// A column is a person's or a room's
const place = ({ practitioner = "", resource = "" }) => (resource ? { resource } : { practitioner });

const send = async (ended) => {
  const { diary, plan, appt, kind, to, mark } = ended;
  const column = plan.columns[to.column].column.dataset;
  const values = kind === "length" ? { minutes: to.length } : { ...place(column), starts: wall(column.day, to.from) };
  mark.show(plan, to, "is-lifted is-saving", ended.who);
  const undone = () => forget(ended);
  for (const trouble of ["responseError", "sendError", "timeout"]) diary.addEventListener(`htmx:${trouble}`, undone, { once: true });
  await htmx.ajax("POST", kind === "length" ? appt.dataset.lengthUrl : appt.dataset.moveUrl, { source: diary, target: diary, swap: "outerHTML", values });
  if (!mark.isThere) return;
  // The side panel asks something: the mark stays where it was put down until that is answered. The diary may be out of date.
  if (document.querySelector("#panel [data-asks]")) {
    mark.show(plan, to, "is-lifted", ended.who);
    asked = ended;
    return;
  }
  undone();
  document.dispatchEvent(new CustomEvent("diary-stale"));
};
export const settled = () => {
  if (!asked) return;
  forget(asked);
  asked = null;
  document.dispatchEvent(new CustomEvent("diary-stale"));
};
new MutationObserver(() => { if (asked && !document.querySelector("#panel [data-asks]")) settled(); }).observe(document.getElementById("panel") ?? document.body, { childList: true, subtree: true });

export const book = ({ diary, plan, to, drawn }) => {
  const column = plan.columns[to.column].column.dataset;
  const query = new URLSearchParams({ ...place(column), starts: wall(column.day, to.from) });
  if (drawn) query.set("minutes", to.length);
  location.assign(`${diary.dataset.bookUrl}${diary.dataset.bookUrl.includes("?") ? "&" : "?"}${query}`);
};
