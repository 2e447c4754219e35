/* Questions whose answers unfold: how many were right at the first try is said below the last. Without this script the
   answers unfold all the same. */

{
  const first = new WeakMap(); // by question, whether the answer that was opened first is the right one

  const said = (questions) => {
    let line = document.querySelector(".self-check-score");
    if (!line) {
      line = document.createElement("p");
      line.className = "self-check-score";
      line.role = "status"; // so that a screen reader says it
      questions.at(-1).after(line);
    }
    const tried = questions.filter((question) => first.has(question));
    const right = tried.filter((question) => first.get(question)).length;
    line.textContent = `${right} of ${tried.length} at the first try`;
  };

  const opened = (answer) => {
    const question = answer.closest?.(".self-check");
    if (!question || !answer.open || first.has(question)) return;
    first.set(question, answer.className === "right");
    said([...document.querySelectorAll(".self-check")]);
  };

  document.addEventListener("toggle", ({ target }) => opened(target), true); // which does not bubble
  document.querySelectorAll(".self-check [open]").forEach(opened); // before this script had come
}
