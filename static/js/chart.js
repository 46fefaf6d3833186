// Body charts are drawn on with pen, finger or mouse. What is drawn lives in a hidden field of the note's form, as data, and
// is saved with it; the parts that are named from the lists are shown on the figures, too.
//   <fieldset data-chart data-most="120" data-word-…> <input type="hidden" data-strokes name="pain">
//     <button data-kind="pain" data-colour data-dashes aria-pressed> … <button data-act="undo|redo|rub|clear|finger|row">
//     <svg data-view="front" data-regions='{"left_knee": [x, y, rx, ry]}'> <g class="figure__marks"> <g class="figure__strokes">
const SVG = "http://www.w3.org/2000/svg";
const TENTHS = 10;
const WIDTH = 14;
const MOST_POINTS = 400;
const NEAR = 60;

const round = Math.round;
const middle = (a, b) => Math.floor((a + b) / 2);

// The same curve as the server draws (notes/charts/drawing.py)
const curve = (points) => {
  const last = points.length - 2;
  if (last < 2) return `M${points[0]} ${points[1]} L${points[0] + 1} ${points[1]}`;
  let path = `M${points[0]} ${points[1]}`;
  for (let n = 2; n < last; n += 2) path += ` Q${points[n]} ${points[n + 1]} ${middle(points[n], points[n + 2])} ${middle(points[n + 1], points[n + 3])}`;
  return `${path} L${points[last]} ${points[last + 1]}`;
};

// Leaves out what lies within `slack` of the line between its neighbours (Ramer, Douglas, Peucker).
const thinned = (points, slack) => {
  const kept = new Set([0, points.length / 2 - 1]);
  const spans = [[0, points.length / 2 - 1]];
  while (spans.length) {
    const [from, to] = spans.pop();
    const [ax, ay, bx, by] = [points[2 * from], points[2 * from + 1], points[2 * to], points[2 * to + 1]];
    const length = Math.hypot(bx - ax, by - ay) || 1;
    let far = 0, at = -1;
    for (let n = from + 1; n < to; n++) {
      const [x, y] = [points[2 * n], points[2 * n + 1]];
      const away = ax === bx && ay === by ? Math.hypot(x - ax, y - ay) : Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length;
      if (away > far) { far = away; at = n; }
    }
    if (far > slack) { kept.add(at); spans.push([from, at], [at, to]); }
  }
  return [...kept].sort((a, b) => a - b).flatMap((n) => [points[2 * n], points[2 * n + 1]]);
};

class Chart {
  constructor(root) {
    this.root = root;
    this.field = root.querySelector("[data-strokes]");
    this.said = root.querySelector("[data-said]");
    this.kinds = Object.fromEntries([...root.querySelectorAll("[data-kind]")].map((button) => [button.dataset.kind, button]));
    this.figures = Object.fromEntries([...root.querySelectorAll("svg[data-view]")].map((svg) => [svg.dataset.view, svg]));
    this.strokes = this.field.value ? JSON.parse(this.field.value) : [];
    this.past = [];
    this.future = [];
    this.kind = Object.keys(this.kinds)[0];
    for (const svg of Object.values(this.figures)) {
      svg.addEventListener("pointerdown", (event) => this.begin(event, svg));
      svg.addEventListener("pointermove", (event) => this.go(event, svg));
      for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, (event) => this.end(event));
    }
    root.addEventListener("click", (event) => this.press(event.target.closest("button[data-kind], button[data-act]")));
    root.addEventListener("change", (event) => { if (event.target.matches("[data-rows] select")) this.show(); });
    root.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.target.matches("textarea, select") || !["z", "y"].includes(event.key.toLowerCase())) return;
      event.preventDefault();
      this.act(event.key.toLowerCase() === "y" || event.shiftKey ? "redo" : "undo");
    });
    this.show();
  }

  press(button) {
    if (!button) return;
    if (button.dataset.kind) {
      this.kind = button.dataset.kind;
      for (const each of Object.values(this.kinds)) each.setAttribute("aria-pressed", String(each === button));
      this.turn("rub", false);
    } else this.act(button.dataset.act);
  }

  act(name) {
    if (name === "undo" && this.past.length) { this.future.push(this.strokes); this.strokes = this.past.pop(); this.keep(this.word("undone")); }
    else if (name === "redo" && this.future.length) { this.past.push(this.strokes); this.strokes = this.future.pop(); this.keep(this.word("again")); }
    else if (name === "clear" && this.strokes.length) this.change([], this.word("cleared"));
    else if (name === "rub") this.turn("rub", !this.rubbing);
    else if (name === "finger") this.turn("finger", !this.armed);
    else if (name === "row") this.addRow();
  }

  get rubbing() { return this.root.classList.contains("is-rubbing"); }
  get armed() { return this.root.classList.contains("is-armed"); }

  turn(name, on) {
    this.root.classList.toggle(name === "rub" ? "is-rubbing" : "is-armed", on);
    this.root.querySelector(`[data-act="${name}"]`).setAttribute("aria-pressed", String(on));
    if (name === "rub" && on && matchMedia("(any-pointer: coarse)").matches) this.turn("finger", true);
  }

  begin(event, svg) {
    if (this.line || event.button !== 0 || (event.pointerType === "touch" && !this.armed)) return;
    event.preventDefault();
    try { svg.setPointerCapture(event.pointerId); } catch { /* a pointer that is gone already */ }
    if (this.rubbing) { this.line = { id: event.pointerId, svg, before: this.strokes }; this.rub(event, svg); return; }
    if (this.strokes.length >= Number(this.root.dataset.most)) { this.say(this.word("full")); return; }
    this.line = { id: event.pointerId, svg, points: [], pressure: [], path: this.drawn("path", this.kind) };
    svg.querySelector(".figure__strokes").append(this.line.path);
    this.take(event);
  }

  go(event, svg) {
    if (!this.line || event.pointerId !== this.line.id) return;
    event.preventDefault();
    if (this.line.points) for (const each of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) this.take(each);
    else this.rub(event, svg);
  }

  end(event) {
    const line = this.line;
    if (!line || event.pointerId !== line.id) return;
    this.line = null;
    if (!line.points) {
      if (this.strokes !== line.before) { this.past.push(line.before); this.future = []; this.keep(this.word("erased")); }
      return;
    }
    line.path.remove();
    let points = line.points.length > 2 ? thinned(line.points, 5) : line.points;
    for (let slack = 10; points.length > 2 * MOST_POINTS; slack *= 2) points = thinned(points, slack);
    const view = line.svg.dataset.view;
    this.change([...this.strokes, { view, kind: this.kind, width: this.width(line), points }], this.word("drawn").replace("{kind}", this.kinds[this.kind].textContent.trim()).replace("{part}", this.partAt(view, points)));
  }

  // Where a pointer is, in tenths of the figure's units and never outside it
  take(event) {
    const { svg, points, pressure, path } = this.line;
    const [x, y] = this.at(event, svg);
    const last = points.length - 2;
    if (last >= 0 && Math.hypot(points[last] - x, points[last + 1] - y) < 4) return;
    points.push(x, y);
    if (event.pointerType === "pen") pressure.push(event.pressure);
    path.setAttribute("d", curve(points));
    path.setAttribute("stroke-width", WIDTH * this.width(this.line));
  }

  at(event, svg) {
    const matrix = svg.getScreenCTM();
    const { width, height } = svg.viewBox.baseVal;
    const within = (value, most) => Math.min(Math.max(round(value * TENTHS), 0), most * TENTHS);
    return [within((event.clientX - matrix.e) / matrix.a, width), within((event.clientY - matrix.f) / matrix.d, height)];
  }

  width({ pressure }) {
    const mean = pressure.length ? pressure.reduce((sum, one) => sum + one, 0) / pressure.length : 1 / 3;
    return Math.min(Math.max(1 + round(mean * 3), 1), 4);
  }

  rub(event, svg) {
    const [x, y] = this.at(event, svg);
    const left = this.strokes.filter(({ view, points }) => view !== svg.dataset.view || !points.some((_, n) => n % 2 === 0 && Math.hypot(points[n] - x, points[n + 1] - y) < NEAR));
    if (left.length < this.strokes.length) { this.strokes = left; this.show(); }
  }

  change(strokes, words) {
    this.past.push(this.strokes);
    this.future = [];
    this.strokes = strokes;
    this.keep(words);
  }

  keep(words) {
    this.field.value = this.strokes.length ? JSON.stringify(this.strokes) : "";
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
    this.say(words);
    this.show();
  }

  show() {
    for (const [view, svg] of Object.entries(this.figures)) {
      const lines = this.strokes.filter((stroke) => stroke.view === view).map((stroke) => {
        const path = this.drawn("path", stroke.kind);
        path.setAttribute("d", curve(stroke.points));
        path.setAttribute("stroke-width", WIDTH * stroke.width);
        return path;
      });
      svg.querySelector(".figure__strokes").replaceChildren(...lines);
      svg.querySelector(".figure__marks").replaceChildren(...this.ovals(view, JSON.parse(svg.dataset.regions)));
    }
    for (const [name, on] of [["undo", this.past.length], ["redo", this.future.length], ["clear", this.strokes.length]]) this.root.querySelector(`[data-act="${name}"]`).disabled = !on;
  }

  ovals(view, regions) {
    return [...this.root.querySelectorAll(".chart__row")].flatMap((row) => {
      const [part, kind] = [...row.querySelectorAll("select")].map((select) => select.value);
      const where = part.startsWith(`${view}.`) && regions[part.slice(view.length + 1)];
      if (!where) return [];
      const oval = this.drawn("ellipse", kind);
      ["cx", "cy", "rx", "ry"].forEach((name, n) => oval.setAttribute(name, where[n]));
      oval.setAttribute("fill", this.kinds[kind].dataset.colour);
      oval.setAttribute("fill-opacity", ".22");
      oval.setAttribute("stroke-width", "2");
      const dashes = this.kinds[kind].dataset.dashes;
      if (dashes) oval.setAttribute("stroke-dasharray", dashes.split(" ").map((one) => one / TENTHS).join(" "));
      return [oval];
    });
  }

  drawn(element, kind) {
    const made = document.createElementNS(SVG, element);
    const { colour, dashes } = this.kinds[kind].dataset;
    for (const [name, value] of Object.entries({ class: `drawn drawn--${kind}`, fill: "none", stroke: colour, "stroke-linecap": "round", "stroke-linejoin": "round" })) made.setAttribute(name, value);
    if (dashes && element === "path") made.setAttribute("stroke-dasharray", dashes);
    return made;
  }

  partAt(view, points) {
    const at = middle(0, points.length / 2) * 2;
    const [x, y] = [points[at] / TENTHS, points[at + 1] / TENTHS];
    const regions = JSON.parse(this.figures[view].dataset.regions);
    const away = ([cx, cy, rx, ry]) => Math.hypot((x - cx) / rx, (y - cy) / ry);
    const [key] = Object.entries(regions).sort(([, a], [, b]) => away(a) - away(b))[0];
    return this.root.querySelector(`option[value="${view}.${key}"]`)?.textContent ?? "";
  }

  addRow() {
    const rows = this.root.querySelector("[data-rows]");
    const row = rows.lastElementChild.cloneNode(true);
    const number = rows.children.length;
    if (number >= Number(this.root.dataset.mostRows)) return;
    for (const select of row.querySelectorAll("select")) { select.name = select.name.replace(/\d+$/, number); select.id = `id_${select.name}`; select.selectedIndex = 0; }
    row.querySelectorAll("label").forEach((label, n) => { label.htmlFor = row.querySelectorAll("select")[n].id; });
    rows.append(row);
    row.querySelector("select").focus();
  }

  word(name) { return this.root.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`]; }
  say(words) { this.said.textContent = words; }
}

for (const root of document.querySelectorAll("[data-chart]")) new Chart(root);
