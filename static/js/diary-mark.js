// The mark that shows where something would go. It lies in a layer above every appointment, so a pointer meets that one
// layer instead of hundreds of blocks, and it is written to only where it changes: a move along the grid is a transform.
import { spoken } from "./diary-plan.js";

const made = (css, ...inside) => {
  const element = document.createElement("div");
  element.className = css;
  element.append(...inside);
  return element;
};

export class Mark {
  constructor(diary) {
    this.layer = diary.querySelector(".diary__lift");
    if (!this.layer) {
      this.layer = made("diary__lift", made("diary__mark", document.createElement("span"), document.createElement("small")));
      diary.querySelector(".diary__grid").append(this.layer);
    }
    this.box = this.layer.firstChild;
    this.said = {};
  }

  get isThere() { return this.layer.isConnected; }

  // `css` says what is done; `words` stand in place of the times
  show(plan, to, css, who = "", words = "") {
    const { x, y, width, height } = plan.place(to);
    this.write("css", css, (value) => { this.box.className = `diary__mark is-shown ${value}`; });
    this.write("width", width, (value) => { this.box.style.width = `${value}px`; });
    this.write("height", height, (value) => { this.box.style.height = `${value}px`; });
    this.write("place", `translate3d(${x}px, ${y}px, 0)`, (value) => { this.box.style.transform = value; });
    this.write("times", words || `${spoken(to.from)} – ${spoken(to.from + to.length)}`, (value) => { this.box.firstChild.textContent = value; });
    this.write("who", who, (value) => { this.box.lastChild.textContent = value; });
  }

  write(name, value, how) {
    if (this.said[name] === value) return;
    this.said[name] = value;
    how(value);
  }

  // While something is held the layer catches the pointer, with its cursor: "move", "length" or "draw"
  hold(kind) { this.layer.dataset.held = kind; }

  drop() { delete this.layer.dataset.held; }

  hide() {
    this.drop();
    this.said = {};
    this.box.className = "diary__mark";
  }
}
