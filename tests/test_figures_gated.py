"""The figures of the LSTM, the GRU and the conventions show what the cells compute and what the pages print."""

import doctest

import numpy as np
import pytest
from matplotlib.text import Text

from rnn_notes import conversions, figures, gradcheck, lecture, pages, parameters
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.figures import gru, lstm
from rnn_notes.readout import squared_error


def sigma(a):
    """The sigmoid in its textbook form."""
    return 1 / (1 + np.exp(-a))


def page(chapter, mark):
    """The names that the first block of a chapter with ``mark`` in it defines, run alone."""
    fences = pages.read(pages.DOCS / f"learning/{chapter}.md").fences
    block = next(fence.code for fence in fences if mark in fence.code)
    statements = [e.source for e in doctest.DocTestParser().get_examples(block)] or [block]
    names = {"np": np, "lecture": lecture, "parameters": parameters, "LSTM": LSTM, "GRU": GRU, "RNN": RNN}
    exec("".join(statements), names)
    return names


def texts(name):
    """The texts of a figure, each with its place."""
    return [(t.get_text(), *t.get_position()) for t in figures.draw(name).findobj(Text) if t.get_text()]


@pytest.mark.parametrize(("chapter", "module"), [("lstm", lstm), ("gru", gru)])
def test_the_cell_of_a_chapter_is_the_one_in_its_figures(chapter, module):
    """The page builds the same cell, to the last bit, that the numbers on the wires come from."""
    on_the_page, in_the_figures = page(chapter, "default_rng(9)")[chapter], module.example()
    for name, array in parameters.arrays(on_the_page).items():
        assert np.array_equal(array, getattr(in_the_figures, name)), name


def test_the_wires_of_the_lstm_carry_its_formulas():
    """Each number follows from what enters its part, by the formula of the chapter written out here once more."""
    n, cell = lstm.numbers(), lstm.example()
    first = cell.step(lecture.x[0], np.zeros((1, 3)), np.zeros((1, 3)))
    assert np.allclose(n["h_prev"], first[0][0])
    assert np.allclose(n["c_prev"], first[1][0])
    for k, (name, f) in enumerate({"i": sigma, "f": sigma, "o": sigma, "c_tilde": np.tanh}.items()):
        assert np.allclose(n[name], f(cell.W_x[k] @ lecture.x[1, 0] + cell.W_h[k] @ n["h_prev"] + cell.b[k])), name
    assert np.allclose(n["keep"], n["f"] * n["c_prev"])
    assert np.allclose(n["write"], n["i"] * n["c_tilde"])
    assert np.allclose(n["plus"], n["keep"] + n["write"])
    assert np.allclose(n["tanh"], np.tanh(n["plus"]))
    assert np.allclose(n["show"], n["o"] * n["tanh"])


@pytest.mark.parametrize("part", lstm.PARTS)
def test_a_part_of_the_lstm_shows_the_numbers_of_its_wires_and_no_others(part):
    """Three numbers a wire, written with two decimals and a minus sign, and the four inputs if these are lit."""
    lit, numbered = (names.split() for names in lstm.PARTS[part])
    expected = [f"{v:.2f}".replace("-", "−") for wire in numbered for v in lstm.numbers()[wire]]
    shown = [text for text, _, _ in texts(f"lstm-{part}") if text[-1].isdigit() and "   " not in text]
    assert sorted(shown) == sorted(expected)
    inputs = "   ".join(f"{v:.1f}".replace("-", "−") for v in lecture.x[1, 0])
    assert (inputs in [text for text, _, _ in texts(f"lstm-{part}")]) == ("x" in lit)


def test_every_part_of_the_lstm_is_lit_in_some_figure():
    """The four figures together explain the whole diagram."""
    lit = {name for names, _ in lstm.PARTS.values() for name in names.split()}
    assert lit == {*lstm.NODES, *lstm.OPERATORS, *lstm.BOXES, *lstm.POINTS}


def test_the_two_paths_into_the_cell_state_are_what_the_complex_step_measures():
    """Moving c_2 in h_2 alone, in c_3 alone, and in both gives the three red columns."""
    cell = parameters.astype(lstm.example(), np.complex128)
    readout = parameters.astype(lecture.readout, np.complex128)
    n, shown = lstm.numbers(), lstm.gradients()

    def loss(h_2, c_2):
        later = cell.forward(lecture.x[2:], h_2[None], c_2[None])
        return squared_error(readout.forward(later.h), lecture.target[1:])[0]

    c, o = n["plus"], n["o"]
    h = n["show"].astype(complex)
    measured = {
        "h": gradcheck.complex_step(lambda h: loss(h, c.astype(complex)), n["show"]),
        "through h": gradcheck.complex_step(lambda z: loss(o * np.tanh(z), c.astype(complex)), c),
        "through c": gradcheck.complex_step(lambda z: loss(h, z), c),
        "sum": gradcheck.complex_step(lambda z: loss(o * np.tanh(z), z), c),
    }
    for name, value in measured.items():
        assert np.allclose(shown[name], value, rtol=1e-12, atol=1e-14), name
    written = {text for text, _, _ in texts("lstm-backward")}
    assert {f"{v:.2f}".replace("-", "−") for value in measured.values() for v in value} <= written


def test_fading_is_what_the_page_measures_and_starts_with_the_gate_and_the_matrix():
    """The curves are those of the page; their first step is the largest forget gate, or the Jacobian of the RNN."""
    fading, names = lstm.fading(), page("lstm", "x_long = ")
    assert np.array_equal(fading[0], names["fading"])
    for k, bias in enumerate((None, 0, 1, 3)):
        rng, first = np.random.default_rng(1), names["x_long"][0, 0]
        if bias is None:
            cell = RNN.init(4, 16, rng)
            one = np.linalg.norm((1 - np.tanh(cell.W_xh @ first) ** 2)[:, None] * cell.W_hh, 2)
        else:
            cell = LSTM.init(4, 16, rng, forget_bias=bias)
            one = np.max(sigma(cell.W_xf @ first + bias))
        assert np.allclose(fading[k, :2], [1, one])


def test_a_larger_forget_bias_fades_later_at_every_step():
    """The four curves do not cross after the tenth step."""
    assert (np.diff(lstm.fading()[:, 10:], axis=0) > 0).all()


def test_the_wires_of_the_gru_carry_its_formulas():
    """Each number follows from what enters its part, by the formula of the chapter written out here once more."""
    n, cell, x = gru.numbers(), gru.example(), lecture.x[1, 0]
    assert np.allclose(n["h_prev"], cell.step(lecture.x[0], np.zeros((1, 3)))[0])
    for k, name in enumerate("rz"):
        assert np.allclose(n[name], sigma(cell.W_x[k] @ x + cell.W_h[k] @ n["h_prev"] + cell.b[k])), name
    assert np.allclose(n["m"], cell.W_h[2] @ n["h_prev"] + cell.b_hn)
    assert np.allclose(n["n"], np.tanh(cell.W_x[2] @ x + cell.b[2] + n["r"] * n["m"]))
    assert np.allclose(n["mix"], (1 - n["z"]) * n["n"])
    assert np.allclose(n["keep"], n["z"] * n["h_prev"])
    assert np.allclose(n["h"], n["mix"] + n["keep"])


def test_the_gru_diagram_shows_the_numbers_of_its_wires():
    """Three numbers a wire, written with two decimals and a minus sign."""
    shown = sorted(text for text, _, _ in texts("gru-cell") if text[-1].isdigit() and "   " not in text)
    assert shown == sorted(f"{round(v, 2) + 0:.2f}".replace("-", "−") for w in gru.numbers().values() for v in w)


def test_the_new_state_stands_where_the_update_gate_puts_it():
    """In each row, the share of the way from the candidate to the old state is z."""
    places = {label: [x for text, x, _ in texts("gru-interpolation") if text == label] for label in LABELS}
    n, old, new = (np.array(places[label]) for label in LABELS)
    assert np.allclose((new - n) / (old - n), gru.numbers()["z"])


LABELS = ("$n_t$", "$h_{t-1}$", "$h_t$")


def test_the_variants_differ_in_the_order_of_matrix_and_reset():
    """Above the matrix comes first, below the reset gate."""
    W, r = ({y: x for text, x, y in texts("gru-variants") if text == label} for label in ("$W_{hn}$", "$r_t$"))
    (below, above), (r_below, r_above) = sorted(W), sorted(r)
    assert W[above] < r[r_above]
    assert W[below] > r[r_below]


def test_the_gate_orders_are_those_of_the_conversions():
    """Read from left to right, each row has the letters that its library documents, and ours those of the cells."""
    rows = {}
    for text, _, y in sorted(texts("gate-orders"), key=lambda item: item[1]):
        if text.startswith("$"):
            rows.setdefault(y, []).append(text.strip("$"))
    here, torch, onnx = (rows[y] for y in sorted(rows, reverse=True))
    assert here == ["i", "f", "o", r"\tilde{c}", "r", "z", "n"]
    assert torch == ["i", "f", "g", "o", "r", "z", "n"]
    assert onnx == ["i", "o", "f", "c", "z", "r", "h"]
    assert conversions.TORCH_ORDER[LSTM] == [here.index(gate) for gate in ("i", "f", r"\tilde{c}", "o")]
