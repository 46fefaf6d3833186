// Notes save themselves: a second after typing rests and at least every three. The state is always in sight.
// The text lives in this page and on the server, never in the browser's storage.
//   <form data-autosave data-autosave-url="…"> … <input type="hidden" name="version" value="7"> …
//   <p class="saving" data-saving data-state="saved" data-word-saving="Saving…" data-word-saved="Saved {time}" …><span data-saving-words>
// The server answers 200 {"version": 8, "saved": "10:42"}; 409 with the fragment that shows both texts; 422 with what is wrong;
// 401 or 403 when signed out. Then GET of the same address gives {"csrf": …}, because signing in changes the token.
// A save whose answer never came is sent again as it was, before anything newer: the server knows it and makes no conflict.
const REST = 1000;
const AT_MOST = 3000;
const AGAIN = 3000;
const AUTOSAVE = { "X-Autosave": "1" };
const BAD = ["offline", "out", "failed", "refused", "conflict"];

class Keeper {
  constructor(form) {
    this.form = form;
    this.state = document.querySelector("[data-saving]");
    this.dirty = false;
    this.busy = false;
    this.stopped = false;
    this.leaving = false;
    this.since = 0;
    this.heard = new WeakMap();
    // The title stands in the heading, outside the form element
    for (const type of ["input", "change"]) document.addEventListener(type, (event) => { if (event.target.form === form && !this.knows(event)) this.touch(); });
    form.addEventListener("submit", (event) => this.submit(event));
    document.addEventListener("keydown", (event) => {
      if (event.isComposing || !(event.ctrlKey || event.metaKey)) return;
      if (event.key.toLowerCase() === "s" && !event.shiftKey && !event.altKey) { event.preventDefault(); this.save(); return; }
      if (event.key.toLowerCase() === "l" && event.shiftKey && event.ctrlKey && !event.altKey) { event.preventDefault(); this.aside(); return; }
      if (event.target.form !== form || event.key !== "Enter") return;
      const sign = document.querySelector("[data-sign]");
      if (sign && !sign.disabled) { event.preventDefault(); sign.click(); }
    });
    addEventListener("beforeunload", (event) => {
      if (!this.leaving && (this.dirty || this.busy)) { event.preventDefault(); event.returnValue = ""; }
    });
    addEventListener("online", () => this.save());
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" || this.out) this.save(); });
    addEventListener("focus", () => { if (this.out) this.save(); });
    document.addEventListener("click", (event) => this.resolve(event));
    // What was typed while this script was still on its way is as good as what comes after
    if ([...form.elements].some((one) => one.matches("textarea, input:not([type=hidden])") && (one.value !== one.defaultValue || one.checked !== one.defaultChecked))) this.touch();
  }

  // Opens what stands beside, or closes it again; the focus stays where somebody writes
  aside() {
    const open = document.querySelector("#beside [hx-get*='hide=1']");
    (open ?? document.querySelector("[data-key='l']"))?.click();
  }

  // A text that was heard as it was typed changes nothing more when its field is left
  knows({ type, target }) {
    if (!target.matches("textarea, input:not([type=checkbox], [type=radio])")) return false;
    const known = type === "change" && this.heard.get(target) === target.value;
    this.heard.set(target, target.value);
    return known;
  }

  touch() {
    if (!this.dirty) this.since = performance.now();
    this.dirty = true;
    if (!this.busy && !BAD.includes(this.state?.dataset.state)) this.tell("typing");
    this.plan();
  }

  plan() {
    clearTimeout(this.timer);
    if (this.stopped) return;
    const waited = performance.now() - this.since;
    this.timer = setTimeout(() => this.save(), Math.max(0, Math.min(REST, AT_MOST - waited)));
  }

  async save() {
    clearTimeout(this.timer);
    if (!this.dirty || this.busy || this.stopped) return;
    this.busy = true;
    this.dirty = false;
    this.tell("saving");
    try {
      if (this.out) await this.renew();
      const body = this.unanswered ?? new FormData(this.form);
      if (this.unanswered) this.dirty = true;
      body.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
      this.unanswered = body;
      const answer = await fetch(this.form.dataset.autosaveUrl, {
        method: "POST",
        body,
        headers: { ...AUTOSAVE, "X-CSRFToken": this.form.elements.csrfmiddlewaretoken.value, Accept: "application/json, text/html" },
        credentials: "same-origin",
        redirect: "manual",
        cache: "no-store",
      });
      if (answer.status < 500) this.unanswered = null;
      await this.hear(answer);
    } catch {
      this.fail("offline");
    } finally {
      this.busy = false;
      if (this.dirty && !this.stopped && this.state?.dataset.state === "saved") { this.since = performance.now(); this.plan(); }
    }
  }

  // After signing in again in another window this page's token is out of date.
  async renew() {
    const answer = await fetch(this.form.dataset.autosaveUrl, { headers: AUTOSAVE, credentials: "same-origin", redirect: "manual", cache: "no-store" });
    if (!answer.ok) return;
    const { csrf } = await answer.json();
    for (const field of document.querySelectorAll('[name="csrfmiddlewaretoken"]')) field.value = csrf;
    document.querySelector('meta[name="csrf-token"]')?.setAttribute("content", csrf);
  }

  async hear(answer) {
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) { this.out = true; this.fail("out"); return; }
    if (answer.status === 409) { this.clash(await answer.text()); return; }
    if (answer.status === 422) { this.refuse(await answer.text()); return; }
    if (!answer.ok) { this.fail("failed"); return; }
    const said = await answer.json();
    this.out = false;
    document.querySelector("[data-conflict] [data-refused]")?.remove();
    if (this.form.elements.version) this.form.elements.version.value = said.version;
    this.tell("saved", said.saved);
  }

  // Nothing is thrown away: the text stays dirty and is sent again.
  fail(state) {
    this.dirty = true;
    this.tell(state);
    clearTimeout(this.timer);
    if (state !== "out") this.timer = setTimeout(() => this.save(), AGAIN);
  }

  // Something is too long or can't be kept: it says what, and waits for the writer instead of trying again.
  refuse(fragment) {
    this.dirty = true;
    this.tell("refused");
    const place = document.querySelector("[data-conflict]");
    if (place) place.innerHTML = fragment;
  }

  clash(fragment) {
    const place = document.querySelector("[data-conflict]");
    this.stopped = true;
    this.dirty = true;
    this.tell("conflict");
    if (!place) return;
    document.querySelector("dialog[open]")?.close();
    place.innerHTML = fragment;
    // A page of its own (the account was closed meanwhile) brings more than the fragment: keep what it says
    const whole = place.querySelector("main");
    if (whole) place.replaceChildren(...whole.childNodes);
    htmx.process(place);
    place.querySelector("h2, h3, [tabindex]")?.scrollIntoView({ block: "center" });
    // The focus stays in the text: a space typed in mid-sentence must not choose between the two versions
    place.setAttribute("role", "alert");
  }

  // In the fragment: <button type="button" data-keep-mine data-version="9"> goes on from this page's text.
  resolve(event) {
    if (event.target.closest("[data-conflict] a:not([target])")) this.leaving = true;
    const keep = event.target.closest("[data-keep-mine]");
    if (!keep) return;
    this.form.elements.version.value = keep.dataset.version;
    document.querySelector("[data-conflict]").replaceChildren();
    this.stopped = false;
    this.dirty = true;
    this.tell("typing");
    this.save();
  }

  submit(event) {
    if (this.state?.dataset.state === "conflict" && this.stopped) { event.preventDefault(); document.querySelector("dialog[open]")?.close(); document.querySelector("[data-conflict] button, [data-conflict] a")?.focus(); return; }
    clearTimeout(this.timer);
    this.stopped = true;
    this.leaving = true;
    if (this.form.elements.version && this.busy) {
      // The version of the save under way comes back first, so that signing does not meet its own shadow.
      event.preventDefault();
      this.form.removeAttribute("aria-busy");
      const by = event.submitter;
      const wait = setInterval(() => {
        if (this.busy) return;
        clearInterval(wait);
        if (this.state?.dataset.state === "conflict") { this.leaving = false; return; }
        this.form.requestSubmit(by);
      }, 50);
    }
  }

  tell(state, time = "") {
    if (!this.state) return;
    // Only bad news interrupts a screen reader; "Saved" every few seconds would drown it.
    this.state.setAttribute("aria-live", BAD.includes(state) ? "assertive" : "off");
    this.state.dataset.state = state;
    const words = this.state.querySelector("[data-saving-words]");
    const text = this.state.dataset[`word${state[0].toUpperCase()}${state.slice(1)}`] ?? "";
    words.textContent = text.replace("{time}", time);
    const link = this.state.querySelector("[data-sign-in]");
    if (link) link.hidden = state !== "out";
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Keeper(form);

// Where the browser can't let a field grow with its text, it is given the height.
if (!CSS.supports("field-sizing", "content")) {
  const grow = (area) => { area.style.height = "auto"; area.style.height = `${area.scrollHeight + 2}px`; };
  for (const area of document.querySelectorAll("#note textarea")) grow(area);
  document.addEventListener("input", (event) => { if (event.target.matches("#note textarea")) grow(event.target); });
}

// Another signed note beside; an answer of it taken into its own text field, without leaving the page.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-earlier]")) htmx.ajax("GET", `${event.target.form.dataset.earlierUrl}?of=${encodeURIComponent(event.target.value)}`, { target: "#beside", swap: "innerHTML" });
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-takes]");
  const field = button && document.getElementById(`id_${button.dataset.takes}`);
  if (!field?.matches("textarea, input[type=text]")) return;
  event.preventDefault();
  const words = button.parentElement.querySelector("p:not(.beside-answer__label)").textContent;
  field.value = field.value.trim() && field.matches("textarea") ? `${field.value.trimEnd()}\n${words}` : words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
