// Starts the console: a file of its own because the content security policy allows no inline script.
import init from "@console.js@";

const loading = document.getElementById("loading");
init({ module_or_path: "@console.wasm@" }).then(
  () => loading?.remove(),
  (error) => {
    console.error(error);
    if (loading) {
      loading.setAttribute("role", "alert");
      loading.textContent = "Pocketkey could not start. Reload the page, or try a newer browser.";
    }
  },
);
