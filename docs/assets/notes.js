/* What a badge says, shown to those who come to it with the keyboard; pointed at, the browser shows its title. */

{
  const note = document.createElement("div");
  note.className = "badge-note";
  note.setAttribute("aria-hidden", "true"); // a screen reader has the name of the badge

  document.addEventListener("focusin", ({ target }) => {
    note.textContent = target.title;
    if (target.matches(".badge:focus-visible")) target.closest(".display").after(note);
  });
  document.addEventListener("focusout", () => note.remove());
  document.addEventListener("keydown", ({ key }) => key === "Escape" && note.remove());
}

/* A block of code is copied as one would type it: without prompts, and without what it prints. */

document.addEventListener("click", async ({ target }) => {
  if (!target.matches(".copy")) return;
  const lines = target.parentElement.querySelector("code").textContent.trimEnd().split("\n");
  const typed = lines.filter((line) => /^(>>>|\.\.\.)/.test(line)).map((line) => line.slice(4));
  await navigator.clipboard.writeText((target.closest(".language-pycon") ? typed : lines).join("\n"));
  alert$.next("Copied"); // the theme shows and says it
});
