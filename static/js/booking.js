// The chosen time is said once more above the button, in the practice's time and, where it differs, in the visitor's.
for (const form of document.querySelectorAll("[data-times]")) {
  const box = form.querySelector("[data-chosen]");
  const time = box.querySelector("[data-chosen-time]");
  const own = box.querySelector("[data-visitor-time]");
  const show = () => {
    const choice = form.querySelector('input[name="start"]:checked');
    if (!choice) return;
    time.textContent = time.dataset.day + choice.closest("label").textContent.trim();
    own.hidden = true;
    own.dataset.visitorTime = choice.value;
    box.hidden = false;
    box.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: box } }));
  };
  form.addEventListener("change", show);
  addEventListener("pageshow", show);
}

// Going back after sending leads to an address: never to a page that the browser can't show without sending it again,
// and from the details to the times as this visit sees them, the one that is kept for it among them.
addEventListener("submit", ({ target: form, defaultPrevented }) => {
  if (defaultPrevented || form.method !== "post") return;
  const here = new URL(form.dataset.return ?? location.href, location.href);
  const start = form.dataset.return && form.querySelector('input[name="start"]:checked')?.value;
  if (start) here.searchParams.set("start", start);
  history.replaceState(history.state, "", here);
});
