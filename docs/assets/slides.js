/* The keys that a presenter has: on and back by arrows, space and the page keys. Without this script one scrolls. */

{
  const slides = [...document.querySelectorAll(".slide")];
  const steps = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
  const nearest = () => {
    const away = slides.map((slide) => Math.abs(slide.getBoundingClientRect().top));
    return away.indexOf(Math.min(...away));
  };

  document.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("a, summary") && event.key === " ") return; // which it opens
    const sideways = event.target.closest(".scroll, pre, .display, [role=img]") && event.key.startsWith("Arrow");
    if (sideways && !event.key.endsWith("Down") && !event.key.endsWith("Up")) return; // which it scrolls
    const next = slides[nearest() + step];
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true }); // so that a screen reader continues from there
    next.scrollIntoView();
  });
}
