/* A block of code runs in the page. What that takes is loaded at the first use. */

{
  const script = new URL("live.js", document.currentScript.src).href;
  let loading;
  document.addEventListener("click", async (event) => {
    const { target } = event;
    if (!target.matches(".live button")) return;
    event.preventDefault(); // so it is not pressed once more when the page is whole
    loading ??= new Promise((resolve, reject) => {
      const element = Object.assign(document.createElement("script"), { src: script, onload: resolve, onerror: reject });
      document.head.append(element);
    });
    try {
      await loading;
    } catch {
      loading = undefined;
      return alert$.next("This could not be loaded. Is there a connection? Then press again.");
    }
    live.click(target);
  });
  document.addEventListener(
    "keydown",
    (event) => event.target.closest?.(".live, .live-result") && event.stopPropagation(), // n and p would turn the page
    true,
  );
}
