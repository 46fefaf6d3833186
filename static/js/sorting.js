// Rows are put in another order by their handles, with mouse, pen or finger; Alt and an arrow do it by keyboard.
//   <form data-sorts> <button data-moves name="do"> <div data-list="questions" data-place="2"> <div data-item="2:0" data-of="questions"> <span data-handle>
// What was moved is told by one press: "move:2:0:1:3" to the button, or, where the row has one, its own form's place:
//   <li data-item data-of="templates"> <form data-places><input type="hidden" name="to">
let drag = null;

const listsOf = (item) => [...item.closest("[data-sorts]").querySelectorAll(`[data-list="${item.dataset.of}"]`)];
const itemsOf = (list) => [...list.children].filter((each) => each.matches("[data-item]") && each !== drag?.item);

const aim = (event) => {
  const lists = listsOf(drag.item).map((list) => ({ list, box: list.getBoundingClientRect() }));
  const away = ({ box }) => Math.max(box.top - event.clientY, event.clientY - box.bottom, 0);
  const { list } = lists.sort((a, b) => away(a) - away(b))[0];
  const items = itemsOf(list);
  const index = items.filter((each) => { const box = each.getBoundingClientRect(); return event.clientY > box.top + box.height / 2; }).length;
  if (items[index]) list.insertBefore(drag.line, items[index]); else list.append(drag.line);
  drag.to = { list, index };
};

const drop = () => {
  const { item, line, to, from } = drag;
  line.remove();
  item.classList.remove("is-dragged");
  drag = null;
  if (!to || (to.list === from.list && to.index === from.index)) return;
  const form = item.querySelector("form[data-places]");
  if (form) { form.elements.to.value = to.index; form.requestSubmit(); return; }
  const button = item.closest("[data-sorts]").querySelector("[data-moves]");
  button.value = `move:${item.dataset.item}:${to.list.dataset.place ? `${to.list.dataset.place}:` : ""}${to.index}`;
  button.click();
};

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-handle]");
  if (!handle || event.button !== 0) return;
  event.preventDefault();
  const item = handle.closest("[data-item]");
  handle.setPointerCapture(event.pointerId);
  const line = document.createElement(item.matches("li") ? "li" : "div");
  line.className = "sort-line";
  const list = item.parentElement;
  drag = { item, line, id: event.pointerId, from: { list, index: [...list.children].filter((each) => each.matches("[data-item]")).indexOf(item) } };
  item.classList.add("is-dragged");
});
document.addEventListener("pointermove", (event) => { if (drag?.id === event.pointerId) { event.preventDefault(); aim(event); } });
document.addEventListener("pointerup", (event) => { if (drag?.id === event.pointerId) drop(); });
document.addEventListener("pointercancel", (event) => { if (drag?.id === event.pointerId) { drag.to = null; drop(); } });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag) { drag.to = null; drop(); return; }
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const item = event.target.closest?.("[data-item]");
  const button = item?.querySelector(`[data-${event.key === "ArrowUp" ? "up" : "down"}]`);
  if (!button) return;
  event.preventDefault();
  if (!button.disabled) button.click();
});
