// "/" puts the cursor into the search box, as on many sites.
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "/" && !typing) {
    event.preventDefault();
    document.querySelector("#find input")?.focus();
  }
});
