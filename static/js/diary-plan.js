// The diary's geometry: which column and minute lies under a pointer, and where a mark goes. Measured once per gesture.
export const STEP = 5;

export const minutesOf = (element, word) => Number(element.className.match(new RegExp(`(?:^|\\s)${word}-(\\d+)`))?.[1] ?? 0);

export class Plan {
  constructor(diary) {
    this.diary = diary;
    this.grid = diary.querySelector(".diary__grid");
    // A phone hides all columns of a day but one
    this.bodies = [...diary.querySelectorAll(".diary__body")].filter((body) => body.getClientRects().length);
    this.measure();
  }

  measure() {
    this.box = this.diary.getBoundingClientRect();
    this.opens = minutesOf(this.grid, "opens");
    this.closes = minutesOf(this.grid, "closes");
    this.columns = this.bodies.map((body) => {
      const column = body.closest(".diary__column");
      return { column, left: column.offsetLeft + column.clientLeft, width: column.clientWidth };
    });
    this.top = this.bodies[0]?.offsetTop ?? 0;
    const height = this.bodies[0]?.offsetHeight ?? 1;
    this.perMinute = height / (this.closes - this.opens);
  }

  // A point of the window as column and exact minute, never outside the grid.
  at(x, y) {
    const inX = x - this.box.left - this.diary.clientLeft + this.diary.scrollLeft;
    const inY = y - this.box.top - this.diary.clientTop + this.diary.scrollTop;
    let column = this.columns.findIndex((one) => inX < one.left + one.width);
    if (column < 0) column = this.columns.length - 1;
    const minute = this.opens + (inY - this.top) / this.perMinute;
    return { column, minute: Math.min(this.closes, Math.max(this.opens, minute)) };
  }

  place(mark, { column, from, length }) {
    const { left, width } = this.columns[column];
    mark.style.transform = `translate3d(${left + 4}px, ${this.top + (from - this.opens) * this.perMinute}px, 0)`;
    mark.style.width = `${width - 9}px`;
    mark.style.height = `${Math.max(14, length * this.perMinute - 2)}px`;
  }

  // Keeps a place visible while the keyboard moves it, and scrolls when a pointer comes near an edge.
  reveal({ column, from, length }) {
    const { left, width } = this.columns[column];
    const axis = this.columns[0].left;
    const top = this.top + (from - this.opens) * this.perMinute;
    const view = this.diary;
    if (top < view.scrollTop + this.top) view.scrollTop = top - this.top;
    else if (top + length * this.perMinute > view.scrollTop + view.clientHeight) view.scrollTop = top + length * this.perMinute - view.clientHeight;
    if (left < view.scrollLeft + axis) view.scrollLeft = left - axis;
    else if (left + width > view.scrollLeft + view.clientWidth) view.scrollLeft = left + width - view.clientWidth;
  }

  nudge(x, y) {
    const edge = 36;
    const speed = (near) => Math.max(0, Math.min(16, (edge - near) / 2));
    const up = speed(y - this.box.top - this.top);
    const down = speed(this.box.bottom - y);
    const left = speed(x - this.box.left - this.columns[0].left);
    const right = speed(this.box.right - x);
    if (!(up || down || left || right)) return false;
    this.diary.scrollBy(right - left, down - up);
    return true;
  }

  fits(from, length) {
    return Math.min(Math.max(from, this.opens), Math.max(this.opens, this.closes - length));
  }
}

export const snap = (minute, step = STEP) => Math.round(minute / step) * step;

// Minutes after midnight as the reader writes them. The day is the column's, so no zone plays a part.
const dress = new Intl.DateTimeFormat(document.documentElement.lang || "en", { hour: "numeric", minute: "2-digit", timeZone: "UTC" });
export const spoken = (minute) => dress.format(new Date(Date.UTC(2000, 0, 1, 0, minute))).replace(/\s?([AP])M$/, (_, half) => ` ${half.toLowerCase()}m`);

// What the server is told: local wall time of the practice, "2026-11-24T09:30".
export const wall = (day, minute) => `${day}T${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
