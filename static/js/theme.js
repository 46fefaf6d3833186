// Light, dark or as the system says. Runs before the first paint; keeps one word in this browser and nothing else.
(() => {
  const KEY = "theme";
  const root = document.documentElement;
  const read = () => {
    try { return localStorage.getItem(KEY); } catch { return null; }
  };
  const wear = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    for (const button of document.querySelectorAll("[data-theme-set]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === (root.dataset.theme ?? "system")));
    }
  };
  wear(read());
  document.addEventListener("DOMContentLoaded", () => wear(read()));
  addEventListener("storage", (event) => { if (event.key === KEY) wear(event.newValue); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-set]");
    if (!button) return;
    const theme = button.dataset.themeSet;
    try {
      if (theme === "system") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch { /* a browser that keeps nothing still gets the theme for this page */ }
    wear(theme);
  });
})();
