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

{
  const prompt = { pycon: /^(>>>|\.\.\.) ?/, console: /^\$ / };
  const [said] = document.getElementsByClassName("md-dialog"); // in which the theme shows what alert$ is given
  said.role = "status"; // so that a screen reader says it

  document.addEventListener("click", async ({ target }) => {
    if (!target.matches(".copy")) return;
    const code = target.parentElement.querySelector("code");
    const language = Object.keys(prompt).find((name) => target.closest(`.language-${name}`));
    const lines = code.textContent.trimEnd().split("\n");
    const typed = lines.filter((line) => prompt[language]?.test(line)).map((line) => line.replace(prompt[language], ""));
    try {
      await navigator.clipboard.writeText((language ? typed : lines).join("\n"));
      alert$.next("Copied");
    } catch {
      getSelection().selectAllChildren(code); // for the reader to copy: over plain http no script may
    }
  });
}

/* A page is copied as the Markdown beside it; where no script may copy, it is shown instead. */

document.addEventListener("click", async ({ target }) => {
  if (!target.matches(".copy-page")) return;
  const address = target.parentElement.querySelector("[type='text/markdown']").href;
  const fetched = async () => {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(answer.status);
    return new Blob([await answer.text()], { type: "text/plain" });
  };
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": fetched() })]); // Safari wants it in the click
    alert$.next("Copied");
  } catch {
    location.assign(address);
  }
});

/* Once a page has settled, what is out of sight is laid out as well, a little at a time: then the page is whole for
   whatever captures, archives or reads it. The room is there already, so nothing moves. */

{
  const later = window.requestIdleCallback ?? ((work) => setTimeout(() => work({ timeRemaining: () => 8 }), 50));
  let waiting = [];
  const work = (idle) => {
    while (waiting.length && idle.timeRemaining() > 4) waiting.shift().style.contentVisibility = "visible";
    if (waiting.length) later(work);
    else document.documentElement.dataset.settled = "";
  };
  const settle = () => {
    delete document.documentElement.dataset.settled;
    waiting = [...document.querySelectorAll("mjx-container[display], .lines, [role=img] > svg")];
    later(work);
  };
  if (document.readyState === "complete") settle();
  else window.addEventListener("load", settle);
  window.document$?.subscribe(() => document.readyState === "complete" && settle()); // the theme's, with a new page
}
