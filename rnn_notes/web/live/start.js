/* A block of code runs in the page. What that takes is loaded at the first use. */

{
  const live = new URL("live.js", document.currentScript.src);
  document.addEventListener("click", async ({ target }) => {
    if (target.matches(".live button")) (await import(live)).click(target);
  });
}
