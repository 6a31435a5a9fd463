// Comforts of a postback's form: macros at a click, the preview, use cases.
// The form works without them.

const form = document.querySelector("#postbackrule_form");

// --- Macros: the list opens below the field that asks for it, and writes into it.

const picker = document.querySelector("#macros");
const templates = [...(form?.querySelectorAll("[data-macros]") ?? [])];
let target = templates[0];

function insert(macro) {
  const gap = macro.match(/<\w+>/); // {field:<name>}: the name is the person's own
  const text = macro.replace(/[<>]/g, "");
  const start = target.selectionStart ?? target.value.length;
  target.focus();
  target.setRangeText(text, start, target.selectionEnd ?? start, "end");
  if (gap) {
    const from = start + gap.index;
    target.setSelectionRange(from, from + gap[0].length - 2);
  }
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

function makeButtons() {
  for (const code of picker.querySelectorAll("dt code")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "macro";
    button.textContent = code.textContent;
    button.addEventListener("click", () => insert(button.textContent));
    code.replaceWith(button);
  }
}

function makeSearch() {
  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = picker.dataset.find;
  search.setAttribute("aria-label", picker.dataset.find);
  search.addEventListener("input", () => {
    const words = search.value.trim().toLowerCase();
    for (const section of picker.querySelectorAll("section")) {
      const rows = [...section.querySelectorAll("dl > div")];
      for (const row of rows) {
        row.hidden = !row.textContent.toLowerCase().includes(words);
      }
      section.hidden = rows.every((row) => row.hidden);
    }
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // would save the form
      picker.querySelector("section:not([hidden]) div:not([hidden]) button")?.click();
    }
  });
  picker.querySelector("summary").after(search);
  return search;
}

if (picker && target) {
  makeButtons();
  const search = makeSearch();
  for (const field of templates) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "insert";
    button.textContent = picker.dataset.insert;
    const label = field.labels[0]?.textContent.replace(":", "").trim() ?? "";
    const whole = picker.dataset.insertInto.replace("{field}", () => label);
    button.setAttribute("aria-label", whole);
    button.addEventListener("click", () => {
      target = field;
      field.closest(".form-row").append(picker);
      picker.open = true;
      search.focus();
    });
    field.after(button);
    field.addEventListener("focus", () => (target = field));
  }
  picker.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      picker.open = false;
      target.focus();
    }
  });
}

// --- The preview: asked for again a moment after the form changed.

const preview = document.querySelector("#preview");
const shown = preview?.querySelector(".shown");
const button = preview?.querySelector("[name=_preview]");
let asked = "";
let timer = 0;
let request = null;

async function show() {
  const body = new FormData(form);
  body.set("fragment", "1");
  const now = new URLSearchParams([...body].map(([name, value]) => [name, `${value}`]));
  if (asked === `${now}`) {
    return;
  }
  asked = `${now}`;
  request?.abort();
  request = new AbortController();
  const { signal } = request;
  try {
    const answer = await fetch(button.formAction, { method: "POST", body, signal });
    if (answer.redirected) {
      shown.textContent = preview.dataset.signedOut;
    } else if (answer.ok) {
      shown.innerHTML = await answer.text(); // made and escaped by our own server
    } else {
      asked = "";
      const why = answer.status === 429 ? await answer.text() : "";
      shown.textContent = why || preview.dataset.none;
    }
  } catch (error) {
    if (error.name !== "AbortError") {
      asked = "";
      shown.textContent = preview.dataset.noAnswer;
    }
  }
}

if (preview) {
  for (const type of ["input", "change"]) {
    form.addEventListener(type, () => {
      clearTimeout(timer);
      timer = setTimeout(show, 700);
    });
  }
  show();
}

// --- Use cases and goals: they tick categories, and ask before they undo a choice.

const boxes = [...(form?.querySelectorAll("input[name=categories]") ?? [])];
const useCase = form?.querySelector("select[name=use_case]");
const advice = [...(form?.querySelectorAll(".advice dt") ?? [])];
let before = useCase?.value ?? "";

const ticked = () => boxes.filter((box) => box.checked).map((box) => box.value);
const isSame = (some, others) => [...some].sort().join() === [...others].sort().join();

function presetOf(name) {
  const row = advice.find((one) => name && one.dataset.useCase === name);
  return row ? row.dataset.categories.split(",") : [];
}

function mayTick(wanted) {
  const now = ticked();
  const isHandMade = now.length && !isSame(now, wanted) && !isSame(now, presetOf(before));
  return !isHandMade || window.confirm(picker.dataset.replace);
}

function tick(wanted) {
  for (const box of boxes) {
    box.checked = wanted.includes(box.value);
  }
}

function choose(wanted, name) {
  const isAllowed = mayTick(wanted);
  if (isAllowed) {
    tick(wanted);
    before = name;
  }
  useCase.value = before;
  boxes[0].dispatchEvent(new Event("input", { bubbles: true }));
}

if (useCase && boxes.length) {
  useCase.addEventListener("change", () => {
    if (useCase.value) {
      choose(presetOf(useCase.value), useCase.value);
    } else {
      before = "";
    }
  });
  for (const box of boxes) {
    box.addEventListener("change", () => {
      if (useCase.value && !isSame(ticked(), presetOf(useCase.value))) {
        useCase.value = before = "";
      }
    });
  }
  for (const row of advice) {
    const pick = document.createElement("button");
    pick.type = "button";
    pick.className = "macro";
    pick.textContent = row.textContent;
    pick.addEventListener("click", () =>
      choose(row.dataset.categories.split(","), row.dataset.useCase),
    );
    row.replaceChildren(pick);
  }
}
