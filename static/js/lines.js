// A field of several lines ([data-lines="most"]): the last one, once filled in, brings an empty one below it.
document.addEventListener("input", ({ target }) => {
  const list = target.closest("[data-lines]");
  const line = target.closest("[data-line]");
  if (!list || target.matches("select") || target.value === "") return;
  if (line !== list.lastElementChild || list.children.length >= Number(list.dataset.lines)) return;
  const next = line.cloneNode(true);
  for (const input of next.querySelectorAll("input")) input.value = "";
  list.append(next);
});
