// An open diary asks now and then whether a colleague changed it, and is drawn anew where it stands: never while something
// is dragged, chosen or half written, and never so that the place or the focus is lost. Nobody before it, no session kept.
const EVERY = 25000;
const shown = () => document.getElementById("diary");
let isAsking = false;
let isOver = false;

// A form whose fields say something else than they did when it came
const isWritten = (form) => [...form.elements].some((field) => {
  if (field.matches("input[type=hidden], button, fieldset, output, object")) return false;
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0;
  return field.value !== field.defaultValue;
});
const isBusy = () => Boolean(
  document.querySelector(".is-moving, .is-lengthening, .is-drawing, .diary__mark.is-lifted, main details[data-menu][open], dialog[open], .htmx-request")
  || [...document.querySelectorAll("#panel form, main form")].some(isWritten));

const draw = (html) => {
  const old = shown();
  const { scrollTop: top, scrollLeft: left } = old;
  const at = document.activeElement;
  const within = old.contains(at) ? (at === old ? "#diary" : at.id ? `#${CSS.escape(at.id)}` : at.getAttribute("href") ? `#diary a[href="${CSS.escape(at.getAttribute("href"))}"]` : "#diary") : "";
  const open = old.querySelector("[data-in-panel]")?.id;
  const before = new Set([...old.querySelectorAll(".appt")].map((appt) => appt.id));
  htmx.swap(old, html, { swapStyle: "outerHTML", settleDelay: 0 });
  const fresh = shown();
  if (!fresh) return;
  fresh.scrollTop = top;
  fresh.scrollLeft = left;
  if (before.size) for (const appt of fresh.querySelectorAll(".appt")) appt.classList.toggle("is-new", !before.has(appt.id));
  const link = open && document.getElementById(open);
  if (link) { link.dataset.inPanel = ""; link.setAttribute("aria-current", "true"); }
  if (within) document.querySelector(within)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("diary-drawn"));
};

const look = async () => {
  const diary = shown();
  const url = diary?.dataset.newsUrl;
  if (!url || isAsking || isOver || document.visibilityState !== "visible" || isBusy()) return;
  isAsking = true;
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true", "Keepwell-Unattended": "yes" }, redirect: "manual", signal: AbortSignal.timeout(10000) });
    if (answer.status === 200) {
      const html = await answer.text();
      // What happened meanwhile goes first
      if (shown() === diary && diary.dataset.newsUrl === url && !isBusy()) draw(html);
    } else if ([401, 403, 404].includes(answer.status)) isOver = true;
  } catch { /* away for a moment: asked again */ }
  isAsking = false;
};
setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
document.addEventListener("diary-stale", look);
