// Comforts; every page works without them.

// "/" puts the cursor into the search box, as on many sites.
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    document.querySelector("#find input")?.focus();
  }
  if (event.key === "Escape") {
    closeMenus(null);
  }
});

// A menu of the filter bar closes when something else is used.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.pick[open]")) {
    if (menu !== except) {
      menu.open = false;
    }
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.pick"));
});

// On phones each cell of a list says which column it is.
document.addEventListener("DOMContentLoaded", () => {
  const list = document.querySelector("#result_list");
  const labels = [...(list?.tHead?.rows[0]?.cells ?? [])].map((cell) =>
    cell.querySelector(".text")?.textContent.trim(),
  );
  for (const row of list?.tBodies[0]?.rows ?? []) {
    [...row.cells].forEach((cell, index) => {
      if (labels[index] && cell.textContent.trim()) {
        cell.dataset.label = labels[index];
      }
    });
  }
});

// What is meant to be copied gets a button that does it; browsers allow it over HTTPS.
const copyable = navigator.clipboard ? document.querySelectorAll(".copyable") : [];
for (const text of copyable) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button plain copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent.trim());
    button.textContent = "Copied";
  });
  text.after(button);
}
