"""Mathematics, typeset when the site is built: LaTeX in, HTML and CSS out, and no JavaScript for the reader.

MathJax 3.2.2 runs in V8; the package django-static-mathjax carries its files.
A formula is typeset once and remembered, with the style rules that its glyphs need, so V8 starts for a new one only.
"""

import html
import json
import re
from collections.abc import Iterable
from importlib.metadata import distribution
from itertools import accumulate
from pathlib import Path
from types import TracebackType

from py_mini_racer import MiniRacer

from rnn_notes import cache
from rnn_notes.web import fonts

MATHJAX = Path(str(distribution("django-static-mathjax").locate_file("mathjax/static/mathjax/es5")))

COMPONENTS = (
    "core",
    "adaptors/liteDOM",
    "input/tex-full",
    "output/chtml",
    "output/chtml/fonts/tex",
    "a11y/assistive-mml",
)

# MathJax asks its loader for the components; here the loader takes them from a table.
START = """
var components = {}, process = {};
var MathJax = {
  startup: {typeset: false},
  loader: {load: NAMES, paths: {mathjax: ""}, require: url => (0, eval)(components[url])},
  tex: {packages: ["base", "ams"]},
  chtml: {fontURL: "mathjax", adaptiveCSS: true},
};
function typeset(latex, display) {
  const {output, adaptor, document} = MathJax.startup;
  output.clearCache();  // so that the sheet holds the rules of this formula only
  const node = MathJax.tex2chtml(latex, {display});
  if (display) announceHeight(node, output.getBBox(output.math, document), adaptor);
  else if (adaptor.tags(node, "mjx-c").length > MAX_UNBROKEN) makeBreakable(adaptor.firstChild(node), adaptor);
  return [adaptor.outerHTML(node), adaptor.textContent(MathJax.chtmlStylesheet())];
}
// The browser lays out a display when it comes near the window; until then it keeps this much room for it.
function announceHeight(node, {h, d}, adaptor) {
  adaptor.setStyle(node, "contain-intrinsic-height", `auto ${(h + d).toFixed(2)}em`);
}
// These commands are unknown then, as any other that is not there.
function forget(names) {
  for (const {item} of MathJax.startup.input[0].configuration.handlers.get("macro")._configuration.items)
    if (item.map) names.forEach(name => item.map.delete(name));
}
// The steps of a derivation are further apart than the rows of a matrix.
function spreadSteps({data: {root}}) {
  const [part] = root.childNodes[0].childNodes;
  if (part?.isKind("mtable")) part.attributes.set("rowspacing", "0.64em");
}
// Puts what is between two signs into a box of its own, so that a line can end after a sign, as in TeX.
// A sign is an operator with the same space (3 around a binary operator, 4 around a relation) before and after it.
// What is in brackets stays together.
function makeBreakable(math, adaptor) {
  let run = adaptor.node("mjx-run"), runs = [run], depth = 0;
  const parts = [...adaptor.childNodes(math)], space = part => part && adaptor.getAttribute(part, "space");
  const glyphs = part => adaptor.tags(part, "mjx-c").map(c => adaptor.getAttribute(c, "class"));
  const count = (part, sign) => glyphs(part).filter(name => sign.test(name)).length;
  parts.forEach((part, i) => {
    adaptor.append(run, part);
    depth += count(part, /mjx-c(28|5B)\\b/) - count(part, /mjx-c(29|5D)\\b/); // ( and [, ) and ], also with a power
    if (adaptor.kind(part) === "mjx-mo" && !depth && space(part) >= "3" && space(part) === space(parts[i + 1]))
      runs.push(run = adaptor.node("mjx-run"));
  });
  adaptor.setAttribute(math, "breakable", "");
  math.children = [];
  runs.forEach(each => adaptor.append(math, each));
}
"""

DISPLAYS = Path(__file__).with_name("formulas.css")

# Commands that would write LaTeX into an attribute of the page, or refer to an equation that MathJax does not know.
FORGOTTEN = ("mmlToken", "ref", "eqref", "label", "tag", "notag", "framebox")

MAX_CHARACTERS, MAX_DEPTH = 10_000, 100  # characters of a formula, and brackets within brackets
MAX_UNBROKEN = 20  # glyphs; a shorter formula in a line of text stays in one piece

FORMULA = re.compile(r'<mjx-container(?P<opening>[^>]*)>.*?<span class="tex"[^>]*>(?P<latex>[^<]*)</span>', re.DOTALL)


class TexError(ValueError):
    """LaTeX that MathJax cannot typeset, an unknown command for example."""


class Typesetter:
    """A context that typesets formulas; within it, V8 runs from the first formula that is not remembered."""

    def __enter__(self) -> "Typesetter":
        self.v8: MiniRacer | None = None
        self.rules: dict[str, None] = {}  # those that its formulas need, in order
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.v8:
            self.v8.close()

    def html(self, latex: str, display: bool) -> str:
        """The formula as HTML: glyphs for the eye, MathML for screen readers, LaTeX for those who copy it.

        Raises TexError if MathJax finds a mistake, or if the formula would cost it time or memory.
        """
        depth = max(accumulate((c in "{[(") - (c in "}])") for c in latex), default=0)
        if len(latex) > MAX_CHARACTERS or depth > MAX_DEPTH:
            raise TexError(
                f"the formula has {len(latex)} characters and brackets {depth} deep, but at most {MAX_CHARACTERS} and "
                f"{MAX_DEPTH} are typeset; split it: {latex.strip()[:40]}…"
            )
        key = f"{cache.digest(__name__)} {display} {latex}"
        text, needs = json.loads(cache.remember("maths", key, lambda: self._typeset(latex, display)))
        self.rules.update(dict.fromkeys(needs))
        return text

    def _typeset(self, latex: str, display: bool) -> str:
        self.v8 = self.v8 or _start()
        text, sheet = self.v8.call("typeset", latex, display)
        if error := re.search(r'data-mjx-error="([^"]*)"', text):
            raise TexError(f"{html.unescape(error[1])} in {latex.strip()}")
        dollars = "$$" if display else "$"
        source = f'<span class="tex" aria-hidden="true">{html.escape(dollars + latex + dollars)}</span>'
        text = text.replace("<mjx-container", "<mjx-container data-search-exclude", 1)
        text = text.replace("</mjx-container>", f"{source}</mjx-container>")
        return json.dumps([text, [" ".join(rule.split()) for rule in sheet.strip().split("\n\n")]])


def write(site: Path) -> None:
    """Write ``assets/mathjax.css`` for the formulas of the built pages, which are remembered with their rules."""
    formulas = {
        (html.unescape(formula["latex"]), 'display="true"' in formula["opening"])
        for path in site.rglob("*.html")
        for formula in FORMULA.finditer(path.read_text(encoding="utf-8"))
    }
    with Typesetter() as typesetter:
        for source, display in sorted(formulas):
            dollars = 2 if display else 1
            typesetter.html(source[dollars:-dollars], display)
    folder = site / "assets"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mathjax.css").write_text(sheet(typesetter.rules), encoding="utf-8")


def sheet(needed: Iterable[str]) -> str:
    """The style sheet of formulas that need these rules, fonts and the look of displays included."""
    glyphs = "\n".join(needed)
    key = f"{cache.digest(fonts.__name__)} {glyphs}"
    text = cache.remember("fonts", key, lambda: fonts.embed(glyphs, MATHJAX / "output/chtml/fonts/woff-v2"))
    return f"{text}\n{DISPLAYS.read_text(encoding='utf-8')}"


def _start() -> MiniRacer:
    v8 = MiniRacer()
    v8.eval(START.replace("NAMES", json.dumps(COMPONENTS)).replace("MAX_UNBROKEN", str(MAX_UNBROKEN)))
    for name in COMPONENTS:
        v8.eval(f"components['/{name}.js'] = {json.dumps((MATHJAX / f'{name}.js').read_text())}; 0")
    v8.eval((MATHJAX / "startup.js").read_text() + ";0")
    v8.eval("MathJax.startup.input[0].postFilters.add(spreadSteps); 0")
    v8.eval(f"forget({json.dumps(FORGOTTEN)}); 0")
    return v8
