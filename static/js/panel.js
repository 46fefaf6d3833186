// The side panel: a link with hx-target="#panel" fills it, [data-panel-close] or Escape empties it and gives the focus back.
const panel = document.getElementById("panel");
let opener = null;

const mark = (link) => {
  for (const old of document.querySelectorAll("[data-in-panel]")) { delete old.dataset.inPanel; old.removeAttribute("aria-current"); }
  if (link) { link.dataset.inPanel = ""; link.setAttribute("aria-current", "true"); }
};
const close = () => {
  if (!panel?.childElementCount) return;
  panel.replaceChildren();
  const back = opener?.isConnected ? opener : document.querySelector("[data-in-panel]");
  mark(null);
  back?.focus({ preventScroll: true });
  opener = null;
};

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target === panel && !panel.contains(detail.elt)) opener = detail.elt;
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== panel) return;
  mark(opener?.isConnected ? opener : null);
  if (panel.childElementCount) panel.focus({ preventScroll: true });
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-panel-close]");
  if (!link) return;
  event.preventDefault();
  close();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open], .is-moving, .is-lengthening, .is-drawing")) close();
});
