// Short answers at the foot of the page. A server answer may carry one in its HX-Trigger header:
// {"keepwell:toast": {"text": "Moved to 10:15 am", "undo_url": "/a/…", "level": "success"}}
// The undo address is asked by POST; its answer (a page fragment, or a toast, or a redirect) is handled by htmx.
const region = document.getElementById("toasts");
const STAY = 8000;

const sprite = () => document.querySelector("svg use")?.getAttribute("href").split("#")[0] ?? "";
const drawing = (name, label = "") => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.classList.add("icon");
  if (label) { svg.setAttribute("role", "img"); svg.setAttribute("aria-label", label); } else svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite()}#${name}`);
  svg.append(use);
  return svg;
};
const button = (css, ...inside) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = css;
  made.append(...inside);
  return made;
};

const leave = (toast) => {
  toast.classList.add("is-leaving");
  setTimeout(() => toast.remove(), 160);
};
const live = (toast) => {
  if (toast.dataset.timed) return;
  toast.dataset.timed = "yes";
  if (toast.classList.contains("toast--error")) return;
  let timer = setTimeout(leave, STAY, toast);
  const hold = () => clearTimeout(timer);
  const go = () => { hold(); timer = setTimeout(leave, STAY / 2, toast); };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", go);
  toast.addEventListener("focusout", go);
};

export const tell = ({ text, level = "success", undo_url: undoUrl = "", undo = null }) => {
  const toast = document.createElement("div");
  toast.className = `toast toast--${level}`;
  if (level === "error") toast.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.className = "toast__text";
  words.textContent = text;
  toast.append(drawing(level === "error" || level === "warning" ? "alert" : level === "info" ? "info" : "check"), words);
  if (undoUrl || undo) {
    const back = button("toast__undo", region.dataset.undo);
    back.addEventListener("click", () => {
      toast.remove();
      if (undo) undo();
      else htmx.ajax("POST", undoUrl, { source: document.querySelector("[data-undo-target]") ?? document.body, target: document.querySelector("[data-undo-target]") ?? "#toasts", swap: document.querySelector("[data-undo-target]") ? "outerHTML" : "none" });
    });
    toast.append(back);
  }
  const close = button("toast__close", drawing("x", region.dataset.close));
  close.dataset.toastClose = "";
  toast.append(close);
  // One answer at a time: an older undo would undo something else by now.
  for (const old of region.querySelectorAll(".toast:not(.toast--error)")) old.remove();
  while (region.children.length > 2) region.firstElementChild.remove();
  region.append(toast);
  live(toast);
};

document.addEventListener("keepwell:toast", ({ detail }) => tell(detail));
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) event.target.closest(".toast").remove();
});
const fault = (status) => (status === 401 ? region.dataset.signedOut : status === 403 ? region.dataset.noRight : region.dataset.failed);
document.addEventListener("htmx:responseError", ({ detail }) => tell({ text: fault(detail.xhr.status), level: "error" }));
document.addEventListener("htmx:sendError", () => tell({ text: region.dataset.offline, level: "error" }));
document.addEventListener("htmx:timeout", () => tell({ text: region.dataset.failed, level: "error" }));

new MutationObserver(() => { for (const toast of region.children) live(toast); }).observe(region, { childList: true });
for (const toast of region.children) live(toast);
