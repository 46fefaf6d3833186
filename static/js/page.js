// What every page does: the CSRF token on htmx requests, one send per form, focus on what went wrong, dialogs.
const token = () =>
  document.querySelector('meta[name="csrf-token"]')?.content ||
  document.querySelector('input[name="csrfmiddlewaretoken"]')?.value || "";

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") detail.headers["X-CSRFToken"] = token();
});

// A second press of the same button while the first is under way sends nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.getAttribute("aria-busy") === "true") event.preventDefault();
  else {
    form.setAttribute("aria-busy", "true");
    // A download leaves the page as it is: the form can be sent again after a moment.
    setTimeout(() => form.removeAttribute("aria-busy"), 8000);
  }
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll('form[aria-busy="true"]')) form.removeAttribute("aria-busy");
});

// [data-opens="id"] shows a <dialog>; [data-closes] inside closes it; a click beside it closes it too.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog?.showModal) {
      event.preventDefault();
      opener.closest("details[data-menu]")?.removeAttribute("open");
      dialog.showModal();
    }
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  else if (event.target.matches("dialog.dialog")) event.target.close();
});

// [data-submits]: the form is sent as soon as a choice changes (its button stays for those without JavaScript).
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-submits]")) event.target.form?.requestSubmit();
});

// <input type=checkbox data-ticks="note">: ticks all of that name in its form but those that stand apart.
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.ticks;
  if (!name) return;
  for (const box of event.target.form.querySelectorAll(`[name="${name}"]:not([data-apart])`)) box.checked = event.target.checked;
});

// A visitor elsewhere sees their own time beside the practice's: <p data-visitor-time="ISO instant" data-zone="Australia/Sydney"
// data-words="You seem to be in {place}: that is {time} for you." hidden>
const tellVisitorTime = (root) => {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const line of root.querySelectorAll("[data-visitor-time]")) {
    const at = new Date(line.dataset.visitorTime);
    const say = (timeZone, more) =>
      new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone, ...more }).format(at)
        .replace(/\s?([AP])M$/, (_, half) => ` ${half.toLowerCase()}m`);
    const whole = { weekday: "short", day: "numeric" };
    if (Number.isNaN(at.getTime()) || !here || say(here, whole) === say(line.dataset.zone, whole)) continue;
    const otherDay = new Date(at).toLocaleDateString("en", { timeZone: here }) !== new Date(at).toLocaleDateString("en", { timeZone: line.dataset.zone });
    const place = here.split("/").pop().replaceAll("_", " ");
    line.textContent = line.dataset.words.replace("{place}", place).replace("{time}", say(here, otherDay ? { weekday: "short" } : {}));
    line.hidden = false;
  }
};
tellVisitorTime(document);
document.addEventListener("htmx:load", ({ detail }) => tellVisitorTime(detail.elt));

document.querySelector("[data-focus]")?.focus({ preventScroll: false });
document.addEventListener("htmx:load", ({ detail }) => detail.elt.querySelector?.("[data-focus]")?.focus());
