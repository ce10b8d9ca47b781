// Runs before anything is drawn, so that the page never flashes in the wrong theme: puts the person's choice
// (light, dark, or system when there is none) on <html data-theme>.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("pocketkey-theme");
  } catch {
    // Storage may be switched off; the system's theme then.
  }
  document.documentElement.dataset.theme = theme === "light" || theme === "dark" ? theme : "system";
})();
