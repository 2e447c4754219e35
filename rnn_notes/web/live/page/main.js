// The page: its blocks, what its reader has written, and the clicks that start.js hands on.

const pages = new Map(); // address of a page -> its blocks, and what its reader has written, by their numbers

const sheet = element("link", { rel: "stylesheet", href: new URL("live.css", document.currentScript.src).href });
document.head.append(sheet);

function current() {
  const address = location.pathname;
  let page = pages.get(address);
  if (!page || page.blocks.some((block) => !block.box.isConnected)) {
    const boxes = [...document.querySelectorAll("[data-live]")];
    page = { written: page?.written ?? new Map(), blocks: boxes.map((box, number) => new Block(box, number)) };
    pages.set(address, page);
    for (const block of page.blocks)
      if (page.written.has(block.number)) {
        block.code = page.written.get(block.number);
        block.edit();
        block.say("changed", "changed, not run yet");
      }
  }
  return page;
}

function keep() {
  const page = pages.get(location.pathname);
  page.written = new Map(page.blocks.filter((block) => block.changed).map((block) => [block.number, block.code]));
}

self.document$?.subscribe(() => {
  next = null;
  if (task) stop();
  if (!sheet.isConnected) document.head.append(sheet); // the theme takes out what the new page's head has not
  if (pages.has(location.pathname)) current(); // what was written here before
});

self.live = {
  click(button) {
    if (button.matches(".judge")) return perform(formula(button));
    const block = current().blocks.find(({ box }) => box.contains(button));
    return button.matches(".run") ? block.run() : block.toggle();
  },
};
