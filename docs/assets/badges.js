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
