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
