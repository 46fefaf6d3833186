// The diary's geometry: which column and minute lies under a pointer, and where a mark goes. Everything is measured once,
// when a gesture begins; from then on it is arithmetic, and nothing is read from the page again.
export const STEP = 5;

export const minutesOf = (element, word) => Number(element.className.match(new RegExp(`(?:^|\\s)${word}-(\\d+)`))?.[1] ?? 0);
const clamp = (value, most) => Math.min(Math.max(0, value), Math.max(0, most));

export class Plan {
  constructor(diary) {
    this.diary = diary;
    this.grid = diary.querySelector(".diary__grid");
    // A phone hides all columns of a day but one
    const bodies = [...diary.querySelectorAll(".diary__body")].filter((body) => body.getClientRects().length);
    const box = diary.getBoundingClientRect();
    this.box = { left: box.left + diary.clientLeft, top: box.top + diary.clientTop, width: diary.clientWidth, height: diary.clientHeight };
    this.most = { left: diary.scrollWidth - diary.clientWidth, top: diary.scrollHeight - diary.clientHeight };
    this.opens = minutesOf(this.grid, "opens");
    this.closes = minutesOf(this.grid, "closes");
    this.columns = bodies.map((body) => {
      const column = body.closest(".diary__column");
      return { column, left: column.offsetLeft + column.clientLeft, width: column.clientWidth };
    });
    this.top = bodies[0]?.offsetTop ?? 0;
    this.perMinute = (bodies[0]?.offsetHeight ?? 1) / (this.closes - this.opens);
    this.scrolled();
  }

  // The one thing that changes meanwhile; told by the diary's scroll event
  scrolled() { this.scroll = { left: this.diary.scrollLeft, top: this.diary.scrollTop }; }

  scrollTo(left, top) {
    const to = { left: clamp(left, this.most.left), top: clamp(top, this.most.top) };
    if (to.left === this.scroll.left && to.top === this.scroll.top) return false;
    this.diary.scrollTo(to);
    this.scroll = to;
    return true;
  }

  // A point of the window as column and exact minute, never outside the grid
  at(x, y) {
    const inX = x - this.box.left + this.scroll.left;
    const inY = y - this.box.top + this.scroll.top;
    let column = this.columns.findIndex((one) => inX < one.left + one.width);
    if (column < 0) column = this.columns.length - 1;
    const minute = this.opens + (inY - this.top) / this.perMinute;
    return { column, minute: Math.min(this.closes, Math.max(this.opens, minute)) };
  }

  // Where a mark stands, in pixels of the grid
  place({ column, from, length }) {
    const { left, width } = this.columns[column];
    return { x: left + 4, y: this.top + (from - this.opens) * this.perMinute, width: width - 9, height: Math.max(14, length * this.perMinute - 2) };
  }

  // Keeps a place visible while the keyboard moves it
  reveal({ column, from, length }) {
    const { left, width } = this.columns[column];
    const axis = this.columns[0].left;
    const top = this.top + (from - this.opens) * this.perMinute;
    const foot = top + length * this.perMinute;
    let { left: x, top: y } = this.scroll;
    if (top < y + this.top) y = top - this.top;
    else if (foot > y + this.box.height) y = foot - this.box.height;
    if (left < x + axis) x = left - axis;
    else if (left + width > x + this.box.width) x = left + width - this.box.width;
    this.scrollTo(x, y);
  }

  // Scrolls when a pointer comes near an edge; whether it did
  nudge(x, y) {
    const speed = (near) => Math.max(0, Math.min(16, (36 - near) / 2));
    const inX = x - this.box.left;
    const inY = y - this.box.top;
    const across = speed(this.box.width - inX) - speed(inX - this.columns[0].left);
    const down = speed(this.box.height - inY) - speed(inY - this.top);
    return Boolean(across || down) && this.scrollTo(this.scroll.left + across, this.scroll.top + down);
  }

  fits(from, length) {
    return Math.min(Math.max(from, this.opens), Math.max(this.opens, this.closes - length));
  }
}

export const snap = (minute, step = STEP) => Math.round(minute / step) * step;

// Minutes after midnight as the reader writes them. The day is the column's, so no zone plays a part.
const dress = new Intl.DateTimeFormat(document.documentElement.lang || "en", { hour: "numeric", minute: "2-digit", timeZone: "UTC" });
export const spoken = (minute) => dress.format(new Date(Date.UTC(2000, 0, 1, 0, minute))).replace(/\s?([AP])M$/, (_, half) => ` ${half.toLowerCase()}m`);

// What the server is told: local wall time of the practice, "2026-11-24T09:30"
export const wall = (day, minute) => `${day}T${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
