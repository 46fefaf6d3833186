// One key, one act: an element with data-key="n" is pressed by n (a field is focused). "?" lists them all.
// Keys rest while a field has the focus, and can be switched off for this browser (WCAG 2.1.4). Ctrl / lists them from anywhere.
const OFF = "keys";
const dialog = document.querySelector("[data-keys-dialog]");
const isOn = () => {
  try { return localStorage.getItem(OFF) !== "off"; } catch { return true; }
};
const typing = (element) => element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open]");
const NAMES = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Enter: "Enter", Escape: "Esc" };
const shown = (element) => element.getClientRects().length > 0;
const bound = () => [...document.querySelectorAll("[data-key]")];

const press = (element) => {
  if (element.matches("input, textarea, select")) { element.focus(); element.select?.(); } else element.click();
};

const fill = () => {
  const list = dialog.querySelector("[data-keys-list]");
  for (const row of list.querySelectorAll("[data-made]")) row.remove();
  const seen = new Set();
  const rows = [...bound().map((e) => [e.dataset.key, e.dataset.keyLabel || e.textContent.trim()]), ...[...document.querySelectorAll("[data-key-help]")].map((e) => [e.dataset.keyHelp, e.dataset.keyLabel])];
  for (const [keys, label] of rows) {
    if (seen.has(keys)) continue;
    seen.add(keys);
    const row = document.createElement("div");
    row.dataset.made = "";
    const term = document.createElement("dt");
    term.textContent = label;
    const value = document.createElement("dd");
    for (const key of keys.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = NAMES[key] ?? key;
      value.append(cap);
    }
    row.append(term, value);
    list.append(row);
  }
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "/" && dialog && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    fill();
    dialog.showModal();
    return;
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !isOn() || typing(event.target)) return;
  if (event.target.closest?.("details[data-menu][open], [role=tablist], .is-moving")) return;
  if (event.key === "?") {
    event.preventDefault();
    fill();
    dialog.showModal();
    return;
  }
  if (event.key.startsWith("Arrow") && event.target.closest?.("input, details[open]")) return;
  const element = bound().find((e) => e.dataset.key === event.key && shown(e));
  if (!element) return;
  event.preventDefault();
  press(element);
});

dialog?.addEventListener("toggle", fill);
document.addEventListener("click", (event) => { if (event.target.closest("[data-opens=keys]")) fill(); }, true);
const box = dialog?.querySelector("[data-keys-switch]");
if (box) {
  box.checked = isOn();
  box.addEventListener("change", () => {
    try {
      if (box.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "off");
    } catch { /* nothing to keep it in */ }
  });
}

// The search box: arrows walk the results, Escape leaves.
const search = document.querySelector("[data-search]");
search?.addEventListener("keydown", (event) => {
  const field = search.querySelector("input[type=search]");
  const stops = [field, ...search.querySelectorAll(".search__results a")];
  const here = stops.indexOf(document.activeElement);
  if (event.key === "Escape") { field.value = ""; search.querySelector(".search__results").replaceChildren(); document.activeElement.blur(); }
  else if (event.key === "ArrowDown" && here < stops.length - 1) { event.preventDefault(); stops[here + 1].focus(); }
  else if (event.key === "ArrowUp" && here > 0) { event.preventDefault(); stops[here - 1].focus(); }
  else if (event.key === "Enter" && document.activeElement === field && stops.length === 2) { event.preventDefault(); stops[1].click(); }
});
