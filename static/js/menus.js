// Menus are <details data-menu>. Here they also close by Escape, by a click elsewhere, and walk by the arrow keys.
const openMenus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu]");
  if (event.key === "Escape") {
    for (const open of openMenus()) {
      open.open = false;
      if (open === menu) open.querySelector("summary").focus();
      event.stopPropagation();
    }
    return;
  }
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  event.preventDefault();
  menu.open = true;
  const items = [...menu.querySelectorAll(".menu__sheet :is(a[href], button:not([disabled]))")];
  const here = items.indexOf(document.activeElement);
  const steps = { ArrowDown: here + 1, ArrowUp: here < 0 ? items.length - 1 : here - 1, Home: 0, End: items.length - 1 };
  items.at(steps[event.key] % items.length)?.focus();
}, true);

// A sheet that would leave the window opens towards the other side.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details[data-menu][open]")) return;
  const sheet = event.target.querySelector(".menu__sheet").getBoundingClientRect();
  if (sheet.right > innerWidth - 8) event.target.classList.add("menu--end");
  else if (sheet.left < 8) event.target.classList.remove("menu--end");
}, true);

document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
