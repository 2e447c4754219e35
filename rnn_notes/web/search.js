// The theme loads its search, and the index of the whole site, as soon as a page is open. This worker takes the place
// of the theme's own and starts that one when there is a word to search for; the real index is beside the empty one.
// https://github.com/squidfunk/mkdocs-material, src/templates/assets/javascripts/integrations/search/worker/message
const SETUP = 0, READY = 1, QUERY = 2, RESULT = 3;
let setup, search;

const start = () => new Promise((ready, failed) => {
  const worker = new Worker("theme.js");
  worker.onerror = failed;
  worker.onmessage = ({data: message}) => message.type === READY ? ready(worker) : postMessage(message);
  fetch("../../../search/words.json")
    .then(response => response.json())
    .then(index => worker.postMessage({type: SETUP, data: {...setup.data, ...index}}))
    .catch(failed);
});

self.onmessage = async ({data: message}) => {
  if (message.type === SETUP) {
    setup = message;
    postMessage({type: READY});
  } else if (message.type === QUERY && message.data) {
    search ??= start();
    try {
      (await search).postMessage(message);
    } catch (error) {
      search = undefined; // the next word tries again
      throw error;
    }
  } else {
    postMessage({type: RESULT, data: {items: []}});
  }
};
