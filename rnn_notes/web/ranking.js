// Put behind the theme's search: what has all words of a query comes before what has some of them. The theme adds up
// scores, so that one word in a heading, or in several keywords, outweighs all words in a text. A word that is nowhere
// may have a slip of a key in it, or the braces of LaTeX: it is asked for once more without them, or by what is near.
{
  const QUERY = 2, RESULT = 3, say = postMessage.bind(self);
  const first = (one, other) => other.score - one.score;
  let asked = "";

  const rank = groups => {
    const best = Math.max(0, ...groups.flat().map(section => section.score));
    for (const section of groups.flat()) {
      const found = Object.values(section.terms);
      section.score += found.length && found.every(Boolean) ? best : 0;
    }
    for (const group of groups) group.sort(first);
    groups.sort(([one], [other]) => first(one, other));
  };

  const mended = sections => asked.split(/\s+/).map(word => {
    const found = sections.some(section => section.terms[word.toLowerCase()]);
    if (/^\p{L}{5,}$/u.test(word)) return found ? word : `${word}~1`;
    return word.replace(/[{}\\$]/g, "");
  }).join(" ");

  addEventListener("message", ({data: message}) => {
    if (message.type === QUERY) asked = message.again ? "" : message.data;
  });

  self.postMessage = message => {
    if (message.type === RESULT) {
      const other = asked && mended(message.data.items.flat());
      if (other && other !== asked) {
        dispatchEvent(new MessageEvent("message", {data: {type: QUERY, data: other, again: true}}));
        return;
      }
      rank(message.data.items);
    }
    say(message);
  };
}
