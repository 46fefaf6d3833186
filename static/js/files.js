// Several files, each sent in parts: progress shows, and a broken line costs one part. Without this the form sends them whole.
//   <form data-files data-files-url="…" data-files-part="2097152" data-files-done="…" data-word-…> <input type="file" multiple> <ul data-sending>
// POST of name, size and mark to the url answers 201 {"url", "received"}: where the parts go, and where a file that broke off goes on.
// POST of a part with Upload-Offset answers {"received"}; 409 {"received"} when it does not follow; 422 {"error"} when it is not wanted.
// POST to url + "end/" with the form's fields keeps the file.
const TRIES = 4;
const PAUSE = 1000;

class Sending {
  constructor(list, file) {
    this.list = list;
    this.file = file;
    this.row = document.getElementById("sending-row").content.firstElementChild.cloneNode(true);
    this.row.querySelector(".sending__name").textContent = file.name;
    this.bar = this.row.querySelector("progress");
    this.bar.setAttribute("aria-label", file.name);
    this.words = this.row.querySelector(".sending__words");
    this.again = this.row.querySelector("[data-again]");
    this.drop = this.row.querySelector("[data-drop-out]");
    this.again.textContent = list.word("again");
    this.drop.textContent = list.word("drop");
    this.again.addEventListener("click", () => list.send());
    this.drop.addEventListener("click", () => list.remove(this));
    this.tell("waits");
  }

  tell(state, words = "") {
    this.state = state;
    this.row.classList.toggle("is-bad", ["broke", "out", "refused"].includes(state));
    this.words.textContent = words || this.list.word(state);
    this.again.hidden = !["broke", "out"].includes(state);
    this.drop.hidden = ["sends", "kept"].includes(state);
  }

  show(received) {
    this.bar.value = this.file.size ? received / this.file.size : 1;
    this.tell("sends", this.list.word("sends").replace("{percent}", Math.floor(this.bar.value * 100)));
  }

  async send() {
    try {
      const begun = await this.ask(this.list.url, this.list.fields({ name: this.file.name, size: this.file.size, mark: String(this.file.lastModified) }));
      let received = begun.received;
      this.show(received);
      while (received < this.file.size) {
        const part = this.file.slice(received, received + this.list.part);
        received = (await this.ask(begun.url, part, { "Upload-Offset": String(received), "Content-Type": "application/octet-stream" })).received;
        this.show(received);
      }
      await this.ask(`${begun.url}end/`, this.list.about());
      this.bar.value = 1;
      this.tell("kept");
    } catch (error) {
      this.tell(error.state || "broke", error.words);
    }
  }

  // A part whose answer never came is sent again; the server says by 409 when it has it already
  async ask(url, body, headers = {}) {
    for (let tried = 1; ; tried += 1) {
      let answer = null;
      try {
        answer = await fetch(url, { method: "POST", body, headers: { ...headers, "X-CSRFToken": this.list.token } });
      } catch {
        answer = null;
      }
      if (answer?.ok || (answer?.status === 409 && headers["Upload-Offset"])) return answer.json();
      if (answer?.status === 422) throw { state: "refused", words: (await answer.json()).error };
      if (answer?.status === 401 || answer?.status === 403) throw { state: "out" };
      if (tried >= TRIES) throw { state: "broke" };
      await new Promise((done) => setTimeout(done, this.list.pause * tried));
    }
  }
}

class Files {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.filesUrl;
    this.part = Number(form.dataset.filesPart);
    this.token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    this.input = form.querySelector("input[type=file]");
    this.input.required = false;
    this.list = form.querySelector("[data-sending]");
    this.button = form.querySelector("[data-send]");
    this.all = [];
    this.busy = false;
    this.input.addEventListener("change", () => { this.add(this.input.files); this.input.value = ""; });
    form.addEventListener("submit", (event) => { if (this.all.length) { event.preventDefault(); this.send(); } });
    const drop = form.querySelector("[data-drop]");
    for (const type of ["dragover", "dragleave", "drop"]) drop.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.toggle("is-over", type === "dragover");
      if (type === "drop") this.add(event.dataTransfer.files);
    });
    addEventListener("beforeunload", (event) => { if (this.busy) { event.preventDefault(); event.returnValue = ""; } });
  }

  get pause() {
    return Number(this.form.dataset.filesPause || PAUSE);
  }

  word(name) {
    return this.form.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`] || "";
  }

  fields(values) {
    const data = new FormData();
    for (const [name, value] of Object.entries(values)) data.append(name, value);
    return data;
  }

  about() {
    const data = new FormData(this.form);
    data.delete(this.input.name);
    return data;
  }

  add(files) {
    for (const file of files) {
      const one = new Sending(this, file);
      this.all.push(one);
      this.list.append(one.row);
    }
    this.list.hidden = !this.all.length;
  }

  remove(one) {
    this.all = this.all.filter((each) => each !== one);
    one.row.remove();
    this.list.hidden = !this.all.length;
  }

  async send() {
    if (this.busy) return;
    this.busy = this.button.disabled = true;
    for (const one of this.all.filter((each) => ["waits", "broke", "out"].includes(each.state))) await one.send();
    this.busy = this.button.disabled = false;
    if (this.all.length && this.all.every((each) => each.state === "kept")) location.assign(this.form.dataset.filesDone);
  }
}

for (const form of document.querySelectorAll("form[data-files]")) new Files(form);
