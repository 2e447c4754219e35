"""Messages of lengths, layers, attention, scans and search lead out, as those of test_messages.py do."""

from functools import partial

import numpy as np
import pytest
from advice import not_raised, pattern, raised_by

from rnn_notes import GRU, LSTM, RNN, Readout, dropout, linear_attention, scan, search, sequences
from rnn_notes.additive_attention import AdditiveAttention
from rnn_notes.attention import DotAttention, causal
from rnn_notes.bidirectional import Bidirectional
from rnn_notes.encoder_decoder import EncoderDecoder
from rnn_notes.lru import LRU
from rnn_notes.stack import Stack

MODULES = (
    *("sequences", "bidirectional", "stack", "attention", "additive_attention", "scan", "linear_attention"),
    *("dropout", "search", "encoder_decoder", "lru"),
)
T, B, D, H, O = 4, 2, 5, 3, 6
SINGLE = np.float32


def rng():
    """A generator, the same each time."""
    return np.random.default_rng(0)


X = rng().normal(size=(T, B, D))
Q, K, V = (rng().normal(size=size) for size in ((3, B, D), (T, B, D), (T, B, O)))
ONES = np.ones((3, B, T))
CELL, BACK, ABOVE = RNN.init(D, H, rng()), RNN.init(D, H, rng()), GRU.init(H, H, rng())
BOTH, TWO, DOT = Bidirectional(CELL, BACK), Stack((CELL, ABOVE)), DotAttention()
READ = Readout.init(H, O, rng())
MODEL = EncoderDecoder(CELL, BACK, READ)
L = LRU.init(D, 4, H, rng())
A, START = rng().uniform(size=(T, B, H)), np.zeros((B, H))
TARGET = np.zeros((T, B), int)


def write(log_p=(-0.7, -0.7), longest=2, width=2):
    """A search, with these log-probabilities at each step."""
    return search.beam(lambda state, token: (state, np.array(log_p)), 0, 0, 0, longest, width)


def lossy(y, target):
    """A loss of any shape."""
    return 0.0, np.zeros_like(y)


LENGTHS = sequences.pad([X[:, 0], X[:2, 1]])[1]

CASES = [  # what it says; what leads to it; what it says to do
    ("sequences is empty .*; pass [x] for a single one", lambda: sequences.pad([]), lambda: sequences.pad([X[:, 0]])),
    (
        "sequence 1 has shape (0, 5) but at least one step is expected; leave it out",
        lambda: sequences.pad([X[:, 0], X[:0, 0]]),
        lambda: sequences.pad([X[:, 0]]),
    ),
    (
        "sequence 1 has steps of shape (2,) .*; pass sequences with the same features",
        lambda: sequences.pad([X[:, 0], X[:, 0, :2]]),
        lambda: sequences.pad([X[:, 0, :2], X[:, 0, :2]]),
    ),
    *(
        (
            "whole numbers of shape (2,) are expected; pass the lengths that pad returned",
            partial(BOTH.forward, X, lengths=lengths),
            lambda: BOTH.forward(X, lengths=LENGTHS),
        )
        for lengths in ([4.0, 2.0], [True, True], ["4", "2"], [4], [[4, 2]], [[4], [2, 1]], [4, None], 4, [2**70, 1])
    ),
    *(
        (
            f"lengths holds {low} to {high} but there are 4 time steps; pass lengths from 1 to 4",
            partial(TWO.forward, X, lengths=[low, high]),
            lambda: TWO.forward(X, lengths=[1, 4]),
        )
        for low, high in ((0, 4), (-1, 2), (1, 5))
    ),
    (
        "lengths is a MaskedArray .*; pass lengths.filled(0)",
        lambda: BOTH.forward(X, lengths=np.ma.array([4, 2], mask=[0, 0])),
        lambda: BOTH.forward(X, lengths=np.ma.array([4, 2], mask=[0, 0]).filled(0)),
    ),
    ("T is 2.5 but .*; pass T=3", lambda: sequences.mask([1], 2.5), lambda: sequences.mask([1], 3)),
    (
        "target has shape (1, 2) but one for each of (4, 2) .*; pass pad(targets)[0]",
        lambda: sequences.masked(lossy, [4, 2])(X, TARGET[:1]),
        lambda: sequences.masked(lossy, [4, 2])(X, sequences.pad([TARGET[:, 0], TARGET[:2, 1]])[0]),
    ),
    (
        "2 states came but this Bidirectional carries .*; pass *trace.last".replace("2 states", "3 states"),
        lambda: BOTH.forward(X, START, START, START),
        lambda: BOTH.forward(X, *BOTH.forward(X).last),
    ),
    (
        "3 states came but this Stack carries 2, h_1, h_2; pass *trace.last",
        lambda: TWO.forward(X, START, START, START),
        lambda: TWO.forward(X, *TWO.forward(X).last),
    ),
    *(
        (
            "but a cell is expected; pass one such as RNN.init(4, 3, rng)",
            partial(Stack, (wrong,)),
            lambda: Stack((RNN.init(4, 3, rng()),)),
        )
        for wrong in (1, RNN, READ, None)
    ),
    (
        "forth takes 5 features in float64 but back 5 in float32; make both for the same input",
        lambda: Bidirectional(CELL, RNN.init(D, H, rng(), SINGLE)),
        lambda: Bidirectional(CELL, RNN.init(D, H, rng())),
    ),
    ("but a tuple of cells is expected; pass (first, second)", lambda: Stack([CELL]), lambda: Stack((CELL, ABOVE))),
    (
        "layer 1 takes 3 features in float32; make layer 1 with D=3 and dtype=np.float64",
        lambda: Stack((CELL, GRU.init(H, H, rng(), SINGLE))),
        lambda: Stack((CELL, GRU.init(D=3, H=H, rng=rng(), dtype=np.float64))),
    ),
    (
        "drop has 2 arrays but there are 1 gaps between layers; pass one each",
        lambda: TWO.forward(X, drop=(1, 1)),
        lambda: TWO.forward(X, drop=(np.ones((T, B, H)),)),
    ),
    (
        "drop[0] has 2 time steps but this Stack expects 4; pass drop[0] of shape (4, 2, 3)",
        lambda: TWO.forward(X, drop=(np.ones((2, B, H)),)),
        lambda: TWO.forward(X, drop=(np.ones((4, 2, 3)),)),
    ),
    *(
        (
            f"trace is a RNNTrace but {name} expects a {name}Trace; pass what its forward returned",
            partial(whole.backward, CELL.forward(X), np.ones((T, B, O if name == "Bidirectional" else H))),
            partial(whole.backward, whole.forward(*given), dh),
        )
        for name, whole, given, dh in (
            ("Bidirectional", BOTH, (X,), np.ones((T, B, 2 * H))),
            ("Stack", TWO, (X,), np.ones((T, B, H))),
            ("LRU", L, (X,), np.ones((T, B, H))),
            ("EncoderDecoder", MODEL, (X, X), np.ones((T, B, O))),
        )
    ),
    (
        "q has 5 features but k has 3; for two sizes take AdditiveAttention",
        lambda: DOT.forward(Q, K[..., :3], V),
        lambda: AdditiveAttention.init(D, 3, 4, rng()).forward(Q, K[..., :3], V),
    ),
    *(
        (
            "but True or False is expected; pass allowed == 1 for a mask of zeros and ones",
            partial(DOT.forward, Q, K, V, wrong),
            lambda: DOT.forward(Q, K, V, ONES == 1),
        )
        for wrong in (ONES, ONES / 2, ONES * np.nan, "yes", None)
    ),
    (
        "allowed == 0 for one that is added to the scores",
        lambda: DOT.forward(Q, K, V, np.where(np.arange(T) < 2, 0.0, -np.inf)),
        lambda: DOT.forward(Q, K, V, np.where(np.arange(T) < 2, 0.0, -np.inf) == 0),
    ),
    (
        "allowed has shape (4, 2) but .*; pass mask(lengths, M).T for padding",
        lambda: DOT.forward(Q, K, V, sequences.mask([4, 2], T)),
        lambda: DOT.forward(Q, K, V, sequences.mask([4, 2], T).T),
    ),
    (
        "query 1 of sequence 0 may see no key but needs one for a mean; allow it at least one",
        lambda: DOT.forward(Q, K, V, np.arange(3)[:, None, None] != 1),
        lambda: DOT.forward(Q, K, V, (np.arange(3)[:, None, None] != 1) | (np.arange(T) == 0)),
    ),
    (
        "the scores are larger than float64 holds but a softmax needs them; make q smaller",
        lambda: DOT.forward(Q * 1e200, K * 1e200, V),
        lambda: DOT.forward(Q, K * 1e200, V),
    ),
    (
        "dcontext has shape (3, 2, 5) but the context has (3, 2, 6); pass one of its shape",
        lambda: DOT.backward(DOT.forward(Q, K, V), Q),
        lambda: DOT.backward(DOT.forward(Q, K, V), np.ones((3, 2, 6))),
    ),
    (
        "one batch B, and a value for each key, are expected; pass (N, B, D), (M, B, D) and (M, B, O)",
        lambda: DOT.forward(Q, K, V[:2]),
        lambda: DOT.forward(Q, K, V),
    ),
    (
        "q has 3 features but 5 are expected; see W_q",
        lambda: AdditiveAttention.init(D, D, 4, rng()).forward(Q[..., :3], K, V),
        lambda: AdditiveAttention.init(3, D, 4, rng()).forward(Q[..., :3], K, V),
    ),
    (
        "A is 0 but a whole number is expected, at least 1; pass A=3",
        lambda: AdditiveAttention.init(D, D, 0, rng()),
        lambda: AdditiveAttention.init(D, D, A=3, rng=rng()),
    ),
    ("T is -1 but .*; pass T=3", lambda: causal(-1), lambda: causal(3)),
    *(
        (
            "but (T, B, H) twice and (B, H) are expected; pass such ones",
            partial(scan.scan, *wrong),
            lambda: scan.scan(A, A, START),
        )
        for wrong in ((A[:3], A, START), (A[0, 0], A, START), (A, A, 0.0), (A[:0], A[:0], START))
    ),
    (
        "a has shape (4, 2, 3) but one for all steps, (3,), is expected; for others take scan",
        lambda: scan.convolution(A, A, START),
        lambda: scan.scan(A, A, START),
    ),
    (
        "one of each is expected at every step; pass (T, B, D), (T, B, D) and (T, B, O)",
        lambda: linear_attention.fast_weights(X[:2], X, X),
        lambda: linear_attention.fast_weights(X, X, A),
    ),
    *(
        (
            "but a probability from 0 to below 1 is expected; pass rate=0.5",
            partial(dropout.mask, rng(), (2,), rate),
            lambda: dropout.mask(rng(), (2,), rate=0.5),
        )
        for rate in (1, 1.0, -0.1, np.nan, "0.5", None)
    ),
    (
        "dtype is int64 but 1 / (1 - rate) is a fraction; pass dtype=np.float64",
        lambda: dropout.mask(rng(), (2,), 0.5, np.int64),
        lambda: dropout.mask(rng(), (2,), 0.5, dtype=np.float64),
    ),
    *(
        (
            f"{name} is {wrong!r} but a whole number is expected, at least 1; pass {name}=3",
            partial(write, **{name: wrong}),
            partial(write, **{name: 3}),
        )
        for name in ("width", "longest")
        for wrong in (0, -1, 1.5, None)
    ),
    *(
        (
            "but (V,) numbers of at most 0 are expected; pass np.log of probabilities, [0] of a batch",
            partial(write, wrong),
            lambda: write(np.log([[0.5, 0.5]])[0]),
        )
        for wrong in ([0.5, 0.5], [np.nan, -1], [[-0.7, -0.7]], [])
    ),
    (
        "encoder and decoder hand on a state, so they are of one kind and size; make both alike",
        lambda: EncoderDecoder(CELL, LSTM.init(D, H, rng()), READ),
        lambda: EncoderDecoder(CELL, BACK, READ),
    ),
    (
        "readout takes 3 units but 6 are expected, states and contexts; make it with H=6",
        lambda: EncoderDecoder(CELL, BACK, READ, DOT),
        lambda: EncoderDecoder(CELL, BACK, Readout.init(H=6, O=O, rng=rng()), DOT),
    ),
    (
        "are float64, float64 and float32 but one dtype is expected; make all with dtype=np.float64",
        lambda: EncoderDecoder(CELL, BACK, Readout.init(H, O, rng(), SINGLE)),
        lambda: EncoderDecoder(CELL, BACK, Readout.init(H, O, rng(), dtype=np.float64)),
    ),
    (
        "given has 1 sequences but this RNN expects 2",
        lambda: MODEL.forward(X, X[:, :1]),
        lambda: MODEL.forward(X, X),
    ),
    (
        "W is complex128 but an LRU stores real numbers; pass np.stack([W.real, W.imag])",
        lambda: LRU(*(v + 0j for v in vars(L).values())),
        lambda: LRU(L.nu, L.theta, np.stack([(L.W[0] + 1j * L.W[1]).real, (L.W[0] + 1j * L.W[1]).imag]), L.V),
    ),
]


@pytest.mark.parametrize(("text", "wrong", "right"), CASES, ids=[text[:50] for text, *_ in CASES])
def test_the_advice_of_a_message_leads_out(text, wrong, right):
    """It is said, it is followed, and there is no error."""
    with np.errstate(all="ignore"):
        with pytest.raises(ValueError, match=pattern(text)):
            wrong()
        right()


def test_every_message_of_these_modules_has_its_case():
    """A new one, whose advice nobody has followed, is missed here."""
    raised = set().union(*(raised_by(wrong) for _, wrong, _ in CASES))
    assert not not_raised(MODULES, raised)
