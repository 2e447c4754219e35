// Put behind the theme's search: what has all words of a query comes before what has some of them. The theme adds up
// scores, so that one word in a heading, or in several keywords, outweighs all words in a text.
{
  const RESULT = 3, say = postMessage.bind(self);
  const first = (one, other) => other.score - one.score;

  self.postMessage = message => {
    if (message.type === RESULT) {
      const groups = message.data.items, best = Math.max(0, ...groups.flat().map(section => section.score));
      for (const section of groups.flat()) {
        const found = Object.values(section.terms);
        section.score += found.length && found.every(Boolean) ? best : 0;
      }
      for (const group of groups) group.sort(first);
      groups.sort(([one], [other]) => first(one, other));
    }
    say(message);
  };
}
