// Comforts; every page works without them. Words for people come with the page: the
// templates are translated, scripts are not.

const words = document.currentScript.dataset;

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

// A choice that only leads on needs no click on its button.
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-submits]")) {
    event.target.form.requestSubmit();
  }
});

// On phones each cell of a list says which column it is.
document.addEventListener("DOMContentLoaded", () => {
  const list = document.querySelector("#result_list");
  const labels = [...(list?.tHead?.rows[0]?.cells ?? [])].map((cell) =>
    cell.querySelector(".text")?.textContent.trim(),
  );
  for (const row of list?.tBodies[0]?.rows ?? []) {
    [...row.cells].forEach((cell, index) => {
      if (labels[index] && (cell.textContent.trim() || cell.querySelector("img, svg"))) {
        cell.dataset.label = labels[index];
      }
    });
  }
});

// What is meant to be copied gets a button that does it.
document.addEventListener("DOMContentLoaded", () => {
  for (const text of document.querySelectorAll(".copyable")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button plain copy";
    button.textContent = words.copy;
    button.setAttribute("aria-label", text.dataset.copy ?? words.copy);
    button.addEventListener("click", () => copy(text, button));
    text.after(button);
  }
});

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text.textContent.trim());
    button.textContent = words.copied;
  } catch {
    // Browsers offer no clipboard without HTTPS: the text is marked instead.
    getSelection().selectAllChildren(text);
    button.textContent = words.pressToCopy;
  }
  setTimeout(() => {
    button.textContent = words.copy;
  }, 2000);
}
// A field with search has no name of its own: it gets that of the field it stands for.
function nameSearchFields() {
  for (const field of document.querySelectorAll("select.select2-hidden-accessible")) {
    const name = field.labels[0]?.textContent.trim() ?? field.ariaLabel;
    const parts = field.nextElementSibling?.querySelectorAll("[role]") ?? [];
    for (const part of parts) {
      if (name && part.role !== "presentation") {
        part.ariaLabel = name;
        part.removeAttribute("aria-labelledby");
      }
    }
  }
}

// They are made when the page is ready, and with each row that is added.
new MutationObserver(nameSearchFields).observe(document.body, {
  childList: true,
  subtree: true,
});

// The page of something that runs follows it, without being loaded anew: who reads or
// types there is not interrupted.
const followed = document.querySelector("meta[name=refresh]");
if (followed) {
  setTimeout(follow, followed.content * 1000);
}

async function follow() {
  const shown = document.querySelector("#content-main");
  const isInUse = shown.contains(document.activeElement);
  if (!isInUse && !document.hidden) {
    const answer = await fetch(location.href);
    const text = answer.ok ? await answer.text() : "";
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.querySelector("#content-main");
    if (!fresh || !page.querySelector("meta[name=refresh]")) {
      location.reload();
      return;
    }
    shown.replaceWith(fresh);
  }
  setTimeout(follow, followed.content * 1000);
}
