"""Readers find what the notes have, in the words that they use; asked of the theme's own search, in V8."""

import json
import tomllib

import pytest
from py_mini_racer import MiniRacer

from rnn_notes import pages
from rnn_notes.web import search

# The worker of a browser: it is told of messages, and posts its answers.
WORKER = """
var self = globalThis, answer, importScripts = () => {};
var console = {log() {}, warn() {}};
var handlers = [], addEventListener = (kind, heard) => { handlers.push(heard); };
var MessageEvent = class { constructor(kind, more) { this.data = more.data; } };
var dispatchEvent = event => handlers.forEach(heard => heard(event));
var postMessage = message => { answer = message; };
"""

# What readers type, and the section that has the answer; for some, any of several.
QUERIES = {
    "1 - h^2": ["lecture/sigmoid/#what-follows", "lecture/activation-functions/#tanh-and-relu"],
    "derivative of tanh": ["lecture/sigmoid/#what-follows", "lecture/activation-functions/#tanh-and-relu"],
    "sigma'": ["lecture/sigmoid/#the-derivation"],
    "gradient check fails": ["learning/bptt/#never-trust-a-backward-pass"],
    "gradient checking": ["learning/bptt/#never-trust-a-backward-pass"],
    "forget gate gradient": ["learning/lstm/#back-through-the-cell"],
    "dh_next": ["learning/bptt/#the-two-ways-of-a-hidden-state"],
    "immediate derivative": [
        "learning/bptt/#the-gradient-of-the-weights",
        "learning/bptt/#the-two-ways-of-a-hidden-state",
    ],
    "optimizer": ["uses/text/#training-in-pieces", "notebooks/surfaces/#the-slopes"],
    "optimiser": ["uses/text/#training-in-pieces", "notebooks/surfaces/#the-slopes"],
    "hadamard": ["reference/notation/#signs-and-functions"],
    "load weights keras": ["learning/conventions/#to-and-from-pytorch"],
    "pytorch weights": ["learning/conventions/#to-and-from-pytorch"],
    "softmax gradient": ["uses/text/#how-good-is-a-guess"],
    "nan loss": ["learning/gradients/#clipping"],
    "nan": ["learning/gradients/#clipping"],
    "overflow": ["learning/gradients/#clipping", "lecture/activation-functions/#the-sigmoid"],
    "initialization": ["learning/debugging/#a-start-that-is-too-large", "learning/lstm/#the-forget-gate-bias"],
    "reduction": ["learning/conventions/#a-sum-or-a-mean"],
    "embedding": ["uses/text/#characters-as-inputs"],
    "stateful": ["learning/bptt/#truncated-bptt", "uses/text/#training-in-pieces"],
    "adding problem": ["learning/gradients/#a-task-that-asks-for-the-past"],
    "core ml": ["learning/gru/#reset-after-or-before-the-product", "learning/conventions/#one-bias-or-two"],
    "vanishing gradient": ["learning/gradients/", "learning/gradients/#many-steps-back"],
    "BPTT": ["learning/bptt/", "learning/bptt/#truncated-bptt"],
    "lstm formula": ["learning/lstm/#the-whole-cell"],
    "batch first": ["learning/conventions/#time-first-or-batch-first"],
    "number of parameters": ["lecture/forward-pass/#counting-parameters"],
    "data leakage": ["uses/stock-prices/#a-scaler-that-knows-the-future"],
    "normalize": ["uses/stock-prices/#a-scaler-that-knows-the-future"],
    "early stopping": ["uses/time-series/#three-parts-of-the-past"],
    "one-hot": ["uses/text/#characters-as-inputs"],
    "hidden state": ["lecture/memory/#what-memory-means", "lecture/unrolling/"],
    "learning rate": ["notebooks/surfaces/#the-slopes", "uses/text/#training-in-pieces"],
    "elementwise product": ["reference/notation/#signs-and-functions", "learning/lstm/#the-whole-cell"],
    "initialise weights": ["learning/lstm/#the-forget-gate-bias"],
    "char-rnn": ["uses/text/"],
    "time series forecasting": ["uses/time-series/"],
    "sunspots": ["uses/time-series/", "uses/time-series/#three-centuries-of-sunspots"],
    "tensorflow": ["learning/conventions/#to-and-from-pytorch"],
    "dW_hh": ["learning/bptt/#the-gradient-of-the-weights"],
    "exploding gradients": ["learning/gradients/", "learning/gradients/#many-steps-back"],
    "padding": ["beyond/lengths/#the-loss-must-not-count-the-padding", "beyond/lengths/#a-batch-is-a-box"],
    "mask": ["beyond/lengths/#the-loss-must-not-count-the-padding", "beyond/lengths/#a-batch-is-a-box"],
    "masking": ["beyond/lengths/#the-loss-must-not-count-the-padding", "beyond/lengths/"],
    "variable length": ["beyond/lengths/", "beyond/lengths/#a-batch-is-a-box"],
    "bidirectional": ["beyond/lengths/#two-directions"],
    "teacher forcing": ["beyond/sequence-to-sequence/#given-the-truth-given-its-own-output"],
    "exposure bias": ["beyond/sequence-to-sequence/#given-the-truth-given-its-own-output"],
    "beam search": ["beyond/sequence-to-sequence/#what-to-write"],
    "encoder decoder": ["beyond/sequence-to-sequence/#one-reads-one-writes", "beyond/sequence-to-sequence/"],
    "seq2seq": ["beyond/sequence-to-sequence/", "reference/where-this-stands/#encoder-and-decoder"],
    "minGRU": ["beyond/revival/#mingru-gates-that-do-not-ask", "beyond/scan/#a-gated-cell-without-the-wait"],
    "mamba": ["beyond/revival/#mamba-a-gate-that-is-a-clock"],
    "state space": ["beyond/revival/", "beyond/revival/#mamba-a-gate-that-is-a-clock"],
    "LRU": ["beyond/revival/#lru-no-gate-at-all"],
    "xlstm": ["beyond/revival/#slstm-a-gate-without-an-upper-end"],
    "parity": ["beyond/revival/#what-they-cannot-do-parity"],
    "parallel scan": ["beyond/scan/#the-scan", "beyond/scan/"],
    "attention": ["beyond/attention/#scores-weights-a-mean", "reference/where-this-stands/#attention"],
    "self-attention": ["beyond/attention/#self-attention"],
    "transformer": [
        "reference/where-this-stands/#transformers-and-why-they-train-in-parallel",
        "beyond/attention/#self-attention",
    ],
    "Adam": ["learning/training/#momentum-and-adam"],
    "xavier": ["learning/debugging/#a-start-that-is-too-large"],
    "loss does not decrease": ["learning/debugging/"],
    "reber grammar": ["uses/classics/#the-embedded-reber-grammar"],
    "stacked lstm": ["beyond/deep/#several-layers", "reference/where-this-stands/#several-layers-two-directions"],
    "stacked": ["beyond/deep/#several-layers"],
    "dropout": ["beyond/deep/#dropout-and-on-which-edge"],
    "variational dropout": ["beyond/deep/#one-mask-for-the-whole-sequence"],
    "layer norm": ["beyond/deep/#layer-norm"],
    "layer norm backward": ["beyond/deep/#its-derivative"],
    "orthogonal": ["beyond/deep/#an-orthogonal-start"],
    "identity start": ["beyond/deep/#an-orthogonal-start"],
    "overfitting": ["learning/training/#when-to-stop"],
    "ValueError: x has 2 axes but this RNN expects 3": ["lecture/forward-pass/#what-if-the-shapes-do-not-fit"],
    "could not broadcast": ["lecture/forward-pass/#what-if-the-shapes-do-not-fit"],
    "input gate": ["learning/lstm/#the-input-gate-and-the-candidate-what-is-written"],
    "output gate": ["learning/lstm/#the-output-gate-what-is-shown"],
    "forget gates": ["learning/lstm/#the-forget-gate-what-is-kept", "learning/lstm/#the-forget-gate-bias"],
    "cell state": ["learning/lstm/#the-cell-state-keep-then-write"],
    "f_t * c_{t-1} + i_t * c_tilde": ["learning/lstm/#the-cell-state-keep-then-write"],
    "dL/dW_hh": ["learning/bptt/#the-gradient-of-the-weights"],
    "tanh(x) = 2 sigma(2x) - 1": ["lecture/sigmoid/#what-follows", "lecture/activation-functions/#tanh-and-relu"],
    "1 - z_t": ["learning/gru/#two-conventions-for-z"],
    "xor": ["uses/classics/#the-exclusive-or-in-time"],
    "parity problem": ["beyond/revival/#what-they-cannot-do-parity"],
    "stock prediction": ["uses/stock-prices/"],
    "baseline": ["uses/time-series/#what-would-a-sceptic-do"],
    "regularization": ["beyond/deep/#dropout-and-on-which-edge"],
    "word embeddings": ["uses/text/#characters-as-inputs"],
    "speed": ["reference/speed/"],
    "how to cite": ["reference/errata/"],
    "install": ["reference/your-own-notes/#one-page"],
    "colab": [""],
    "visualization": ["learning/gates-at-work/#what-the-gates-do"],
    "backpropogation": ["learning/bptt/"],
    "sigmiod": ["lecture/sigmoid/#the-derivation", "lecture/sigmoid/"],
    "vanishing gradiant": ["learning/gradients/#many-steps-back"],
    "perplexitty": ["uses/text/#how-good-is-a-guess"],
}


@pytest.fixture(scope="module")
def found(built_site):
    """A function that gives what is found for some words, best first: sections with their scores."""
    words = json.loads((built_site / "search/words.json").read_text())
    worker = built_site / "assets/javascripts/workers/theme.js"
    v8 = MiniRacer()
    v8.eval(WORKER)
    v8.eval(worker.read_text() + ";0")

    def tell(message):
        v8.eval(f"answer = undefined; dispatchEvent({{data: {json.dumps(message)}}}); 0")
        return json.loads(v8.eval("JSON.stringify(answer)"))

    tell({"type": 0, "data": {**words, "options": {"suggest": False}}})

    def found(query):
        groups = tell({"type": 2, "data": query})["data"]["items"]
        assert groups == sorted(groups, key=lambda group: -max(section["score"] for section in group))
        sections = [section for group in groups for section in group]
        return sorted(sections, key=lambda section: -section["score"])

    yield found
    v8.close()


@pytest.fixture(scope="module")
def asked(found):
    """A function that gives the addresses of the sections found for some words, best first."""
    return lambda query: [section["location"] for section in found(query)]


@pytest.mark.parametrize("query", QUERIES)
def test_what_readers_type_leads_to_the_section(asked, query):
    """In the first three hits."""
    assert set(asked(query)[:3]) & set(QUERIES[query])


FIRST = ("exposure bias", "lstm formula", "exploding gradients", "forget gate gradient", "update gate sign")


@pytest.mark.parametrize("query", FIRST)
def test_what_has_all_words_comes_before_what_has_some_of_them(found, query):
    """However often those occur there, or in a heading: “One bias or two” is not about exposure."""
    whole = [all(section["terms"].values()) for section in found(query) if section["terms"]]
    assert whole[0]
    assert whole == sorted(whole, reverse=True)


@pytest.mark.parametrize("query", ["exposure bias", "lstm formula", "exploding gradients"])
def test_the_section_on_these_words_comes_first(asked, query):
    """Where others that have one of them came before it."""
    assert asked(query)[0] in QUERIES[query]


@pytest.mark.parametrize("query", ["h_t = tanh", "hₜ", "1 - h_t", "W_hh", "c_t = f_t"])
def test_formulas_are_found_as_text(asked, query):
    """As one types them, or copies them from a heading."""
    assert asked(query)


def test_both_spellings_are_found(asked):
    """Of a word that the notes spell in one way."""
    for british, american in [("optimiser", "optimizer"), ("colour", "color"), ("normalised", "normalized")]:
        assert set(asked(british)) <= set(asked(american)), american


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("optimiser", "optimizer"),
        ("initialisation", "initialization"),
        ("colours", "colors"),
        ("modelled", "modeled"),
        ("centre", "center"),
        ("analyse", "analyze"),
    ],
)
def test_a_word_has_its_other_spelling(word, other):
    """By its ending; that some words get one that nobody types does no harm."""
    assert other in search.spellings(word)


WRONG = {
    '"a/#gone" = "one"': "there is no section a/#gone",
    '"a/#b" = ["one"]': "a/#b is \\['one'\\] but",
    '"a/#b" =': "keywords.toml: not TOML: Invalid value",
}


def test_all_keywords_are_for_pages_of_the_notes():
    """An address that no page has is passed over by a build, which may be one of a part of them."""
    words = tomllib.loads((pages.DOCS / "keywords.toml").read_text(encoding="utf-8"))
    for address in words:
        page = pages.DOCS / (address.partition("#")[0].rstrip("/") or "index")
        assert page.with_suffix(".md").is_file() or page.with_suffix(".ipynb").is_file(), address


def test_keywords_for_a_section_that_is_gone_are_an_error(tmp_path):
    """A heading that was renamed takes its words along, or the build says so; other pages do not matter."""
    (tmp_path / "search").mkdir()
    docs = [{"location": "a/", "title": "A", "text": ""}, {"location": "a/#b", "title": "B", "text": "optimiser"}]
    index = tmp_path / "search/search_index.json"
    index.write_text(json.dumps({"config": {}, "docs": docs}))
    keywords = tmp_path / "keywords.toml"
    keywords.write_text('"a/#b" = "one, two words"\n"other/#c" = "three"\n')
    search.enrich(tmp_path, keywords)
    found = json.loads(index.read_text())["docs"][1]
    assert found["tags"] == ["one", "two words"]
    assert found["text"] == "optimiser optimizer"
    index.write_text(json.dumps({"config": {}, "docs": docs}))
    for text, said in WRONG.items():
        keywords.write_text(text)
        with pytest.raises(search.KeywordError, match=said):
            search.enrich(tmp_path, keywords)
