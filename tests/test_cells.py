"""The cells compute what their formulas say, backwards as forwards.

It is long because every cell is held to the same facts, and the facts are in one place.
"""

import dataclasses
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from random_cells import CELLS, B, D, H, random_run, steps

from rnn_notes import parameters
from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.gradcheck import complex_step, finite_differences, influence, relative_difference

each_cell = pytest.mark.parametrize("cls", CELLS)
each_length = pytest.mark.parametrize("T", [1, 2, 3, 5])


def gradients(run):
    """What ``backward`` returns, and the same by the complex step, by name."""
    grads, dx, *dstate = run.cell.backward(run.cell.forward(run.x, *run.state), run.w)
    names = [f"{name}0" for name in run.cell.states]
    found = {**parameters.arrays(grads), "x": dx, **dict(zip(names, dstate, strict=True))}
    measured = {
        **parameters.arrays(complex_step(run.loss, run.cell)),
        "x": complex_step(lambda x: run.loss(None, x), run.x),
    }
    for k, name in enumerate(names):
        before, after = run.state[:k], run.state[k + 1 :]
        measured[name] = complex_step(
            lambda s, before=before, after=after: run.loss(None, None, *before, s, *after), run.state[k]
        )
    return found, measured


@each_length
@each_cell
def test_backward_is_the_complex_step(cls, T):
    """To 1e-12: the gradient with respect to each parameter, the input and each initial state."""
    found, measured = gradients(random_run(cls, T))
    assert found.keys() == measured.keys()
    for name in found:
        assert relative_difference(found[name], measured[name]) < 1e-12, name


@each_cell
def test_backward_is_the_slope_that_finite_differences_see(cls):
    """A second way to measure, with real numbers only."""
    run = random_run(cls)
    grads = run.cell.backward(run.cell.forward(run.x, *run.state), run.w)[0]
    assert relative_difference(grads, finite_differences(run.loss, run.cell)) < 1e-8


@each_length
@each_cell
def test_forward_is_step_repeated(cls, T):
    """To 1e-15, at every time step, and in the last state."""
    run = random_run(cls, T)
    trace = run.cell.forward(run.x, *run.state)
    h, state = steps(run)
    np.testing.assert_allclose(trace.h[1:], h, rtol=0, atol=1e-15)
    np.testing.assert_allclose(trace.last, state, rtol=0, atol=2e-15)


def formula(run, t):
    """h_t (and c_t) of one sequence, gate by gate with column vectors, from the trace's state before."""
    cell, trace = run.cell, run.cell.forward(run.x, *run.state)
    sigma = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
    x, h = run.x[t - 1, 1], trace.h[t - 1, 1]
    if isinstance(cell, RNN):
        return [np.tanh(cell.W_xh @ x + cell.W_hh @ h + cell.b_h)], [trace.h[t, 1]]
    if isinstance(cell, LSTM):
        i = sigma(cell.W_xi @ x + cell.W_hi @ h + cell.b_i)
        f = sigma(cell.W_xf @ x + cell.W_hf @ h + cell.b_f)
        o = sigma(cell.W_xo @ x + cell.W_ho @ h + cell.b_o)
        c_tilde = np.tanh(cell.W_xc @ x + cell.W_hc @ h + cell.b_c)
        c = f * trace.c[t - 1, 1] + i * c_tilde
        gates = [trace.i, trace.f, trace.o, trace.c_tilde]
        return [i, f, o, c_tilde, c, o * np.tanh(c)], [*(g[t - 1, 1] for g in gates), trace.c[t, 1], trace.h[t, 1]]
    r = sigma(cell.W_xr @ x + cell.W_hr @ h + cell.b_r)
    z = sigma(cell.W_xz @ x + cell.W_hz @ h + cell.b_z)
    m = cell.W_hn @ h + cell.b_hn
    n = np.tanh(cell.W_xn @ x + cell.b_n + r * m)
    return [r, z, m, n, (1 - z) * n + z * h], [
        *(g[t - 1, 1] for g in (trace.r, trace.z, trace.m, trace.n)),
        trace.h[t, 1],
    ]


@pytest.mark.parametrize("t", [1, 3])
@each_cell
def test_a_trace_holds_what_the_formulas_name(cls, t):
    """Each gate and each state, computed by hand from the parameters by their names."""
    expected, found = formula(random_run(cls), t)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-15)


@each_cell
def test_a_missing_state_is_zeros(cls):
    """forward(x) is forward(x, 0, …)."""
    run = random_run(cls)
    zeros = [np.zeros((B, H)) for _ in run.state]
    assert (run.cell.forward(run.x).h == run.cell.forward(run.x, *zeros).h).all()


@each_cell
def test_a_sequence_can_be_run_in_two_parts(cls):
    """The second part starts in the state in which the first ended, and the whole is the same."""
    run = random_run(cls, T=5)
    whole = run.cell.forward(run.x, *run.state)
    first = run.cell.forward(run.x[:2], *run.state)
    second = run.cell.forward(run.x[2:], *first.last)
    np.testing.assert_allclose(np.concatenate([first.h, second.h[1:]]), whole.h, rtol=0, atol=1e-15)


@each_cell
def test_the_sequences_of_a_batch_do_not_touch(cls):
    """Each row of a batch runs as if it were alone, and gradients of the parameters add up."""
    run = random_run(cls)
    together = run.cell.forward(run.x, *run.state)
    alone = [run.cell.forward(run.x[:, b : b + 1], *(s[b : b + 1] for s in run.state)) for b in range(B)]
    np.testing.assert_allclose(np.concatenate([a.h for a in alone], axis=1), together.h, rtol=0, atol=1e-15)
    grads = [run.cell.backward(alone[b], run.w[:, b : b + 1])[0] for b in range(B)]
    assert relative_difference(parameters.add(*grads), run.cell.backward(together, run.w)[0]) < 1e-14


@each_cell
def test_a_trace_is_a_value(cls):
    """Neither later runs, nor a backward pass, nor a change of the caller's input change it."""
    run = random_run(cls)
    x, dh = run.x.copy(), run.w.copy()
    trace = run.cell.forward(x, *run.state)
    kept = {name: array.copy() for name, array in vars(trace).items()}
    first = run.cell.backward(trace, dh)
    run.cell.forward(2 * run.x)
    x[:] = dh[:] = 0
    second = run.cell.backward(trace, run.w)
    assert all((vars(trace)[name] == kept[name]).all() for name in kept)
    assert relative_difference(first[0], second[0]) == 0
    assert all((a == b).all() for a, b in zip(first[1:], second[1:], strict=True))


@each_cell
def test_a_call_leaves_its_arguments_alone(cls):
    """No method writes to its input, to a state, to dh or to the cell: all may be read-only."""
    run = random_run(cls)
    for array in [run.x, run.w, *run.state, *parameters.arrays(run.cell).values()]:
        array.setflags(write=False)
    run.cell.step(run.x[0], *run.state)
    run.cell.backward(run.cell.forward(run.x, *run.state), run.w)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@each_cell
def test_the_result_has_the_dtype_of_the_parameters(cls, dtype):
    """Whatever real dtype the input has."""
    cell = cls.init(D, H, np.random.default_rng(0), dtype)
    x = np.ones((2, B, D), np.float32)
    trace = cell.forward(x)
    grads, *others = cell.backward(trace, trace.h[1:].astype(dtype))
    step = cell.step(x[0], *[np.zeros((B, H))] * len(cls.states))
    arrays = [*vars(trace).values(), *parameters.arrays(grads).values(), *others, *np.atleast_1d(step)]
    assert {a.dtype for a in arrays} == {np.dtype(dtype)}


@each_cell
def test_float32_is_float64_to_its_precision(cls):
    """The same run in single precision differs by no more than rounding."""
    double, single = (random_run(cls, T=5, dtype=dtype) for dtype in (np.float64, np.float32))
    single.cell = parameters.astype(double.cell, np.float32)
    expected = double.cell.backward(double.cell.forward(double.x, *double.state), double.w)
    found = single.cell.backward(single.cell.forward(double.x, *double.state), double.w)
    assert relative_difference(found[0], expected[0]) < 2e-6
    assert relative_difference(found[1], expected[1]) < 2e-6


@each_cell
def test_init_draws_from_the_callers_generator_alone(cls):
    """The same seed gives the same cell, another seed another."""
    first, second, other = (cls.init(D, H, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert relative_difference(first, second) == 0
    assert relative_difference(first, other) > 0.1


@each_cell
def test_init_keeps_pre_activations_near_one(cls):
    """Weights lie in ±1/√(inputs) and fill it; biases are zero, but that of the gate that keeps is one."""
    cell = cls.init(100, 400, np.random.default_rng(0))
    W_x, W_h, b, *rest = parameters.arrays(cell).values()
    assert 0.099 < np.abs(W_x).max() <= 0.1
    assert 0.0499 < np.abs(W_h).max() <= 0.05
    if gates := cls.gates:
        keeps = {LSTM: "f", GRU: "z"}[cls]
        assert (getattr(cell, f"b_{keeps}") == 1).all()
        b = b[[gate != keeps for gate in gates]]
    assert not any(a.any() for a in [b, *rest])


def test_the_forget_bias_is_a_choice():
    """LSTM.init takes it, in the dtype asked for."""
    cell = LSTM.init(D, H, np.random.default_rng(0), np.float32, forget_bias=-2.5)
    assert (cell.b_f == np.float32(-2.5)).all()
    assert cell.b.dtype == np.float32


def test_the_update_bias_is_a_choice_and_its_sign_is_that_of_keeping():
    """GRU.init takes it, in the dtype asked for; the larger it is, the more of the state is left after ten steps."""
    cell = GRU.init(D, H, np.random.default_rng(0), np.float32, update_bias=-2.5)
    assert (cell.b_z == np.float32(-2.5)).all()
    assert cell.b.dtype == np.float32
    x = np.random.default_rng(1).normal(size=(10, 1, D))
    left = [influence(GRU.init(D, H, np.random.default_rng(0), update_bias=b), x)[-1] for b in (-3, 0, 1, 3)]
    assert (np.diff(left) > 0).all()
    assert left[0] < 1e-3 < 0.5 < left[-1]


@each_cell
def test_a_cell_says_what_it_carries(cls):
    """Its states, in the order in which methods take and return them, and the gates along the first axis."""
    run = random_run(cls, T=5)
    trace = run.cell.forward(run.x, *run.state)
    for name, initial, final in zip(cls.states, run.state, trace.last, strict=True):
        assert (getattr(trace, name)[0] == initial).all()
        assert (getattr(trace, name)[-1] == final).all()
    grads, dx, *dstate = run.cell.backward(trace, run.w)
    assert len(dstate) == len(cls.states)
    assert dx.shape == run.x.shape
    assert type(grads) is cls
    gates = len(cls.gates)
    assert all(a.shape[0] == gates for name, a in parameters.arrays(run.cell).items() if gates and name != "b_hn")


@each_cell
def test_the_parts_of_a_gate_are_read_only_views(cls):
    """W_x, W_h and b hold the gates in the order that the design names; the cell itself stays writable."""
    cell = random_run(cls).cell
    for k, gate in enumerate(cls.gates):
        for whole, part in (("W_x", f"W_x{gate}"), ("W_h", f"W_h{gate}"), ("b", f"b_{gate}")):
            view = getattr(cell, part)
            assert np.shares_memory(view, getattr(cell, whole))
            assert (view == getattr(cell, whole)[k]).all()
            assert not view.flags.writeable
            assert getattr(cell, whole).flags.writeable


@each_cell
def test_a_cell_is_its_parameters_and_nothing_else(cls):
    """No attribute but the arrays, before a run or after; none can be set."""
    run = random_run(cls)
    run.cell.backward(run.cell.forward(run.x), run.w)
    assert vars(run.cell).keys() == {f.name for f in dataclasses.fields(cls)}
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.cell.extra = 1


# How the cells are related.


def gru_like(rnn, r, z):
    """A GRU with the RNN's weights in its candidate and gates that are r and z, whatever comes in."""
    H, D = rnn.W_xh.shape
    logit = lambda p: 800.0 * (2 * p - 1)  # noqa: E731  (σ(±800) is 0 or 1 exactly)
    return GRU(
        W_x=np.stack([np.zeros((H, D)), np.zeros((H, D)), rnn.W_xh]),
        W_h=np.stack([np.zeros((H, H)), np.zeros((H, H)), rnn.W_hh]),
        b=np.stack([np.full(H, logit(r)), np.full(H, logit(z)), rnn.b_h]),
        b_hn=np.zeros(H),
    )


def test_gru_with_open_reset_and_no_update_is_the_rnn():
    """r = 1, z = 0: outputs and the gradients of the shared weights are the RNN's."""
    run = random_run(RNN)
    gru = gru_like(run.cell, r=1, z=0)
    trace, expected = gru.forward(run.x, *run.state), run.cell.forward(run.x, *run.state)
    assert (trace.h == expected.h).all()
    grads, dx, dh0 = gru.backward(trace, run.w)
    rnn_grads, rnn_dx, rnn_dh0 = run.cell.backward(expected, run.w)
    shared = [(grads.W_x[2], rnn_grads.W_xh), (grads.W_h[2], rnn_grads.W_hh), (grads.b[2], rnn_grads.b_h)]
    for found, reference in [*shared, (dx, rnn_dx), (dh0, rnn_dh0)]:
        np.testing.assert_allclose(found, reference, rtol=0, atol=1e-14)


def test_gru_with_full_update_never_changes():
    """z = 1 keeps: every h_t is h_0, and the gradient reaches h_0 whole."""
    run = random_run(RNN)
    gru = gru_like(run.cell, r=1, z=1)
    trace = gru.forward(run.x, *run.state)
    assert (trace.h == run.state[0]).all()
    np.testing.assert_allclose(gru.backward(trace, run.w)[2], run.w.sum(axis=0), rtol=0, atol=1e-15)


def test_gru_with_closed_reset_forgets_in_its_candidate():
    """r = 0, z = 0: h_t depends on x_t alone, and no gradient reaches h_0."""
    run = random_run(RNN)
    gru = gru_like(run.cell, r=0, z=0)
    trace = gru.forward(run.x, *run.state)
    np.testing.assert_allclose(trace.h[1:], np.tanh(run.x @ run.cell.W_xh.T + run.cell.b_h), rtol=0, atol=1e-15)
    assert not gru.backward(trace, run.w)[2].any()


def lstm_with_gates(i, f, o, seed=0):
    """A random LSTM whose gates i, f and o are 0 or 1, whatever comes in."""
    cell = random_run(LSTM, seed=seed).cell
    W_x, W_h, b = (a.copy() for a in parameters.arrays(cell).values())
    W_x[:3] = W_h[:3] = 0
    b[:3] = 800.0 * (2 * np.array([[i], [f], [o]]) - 1)
    return LSTM(W_x, W_h, b)


def test_lstm_that_keeps_and_writes_nothing_is_a_memory():
    """f = 1, i = 0: c never changes, and its gradient comes back along c alone."""
    run = random_run(LSTM)
    cell = lstm_with_gates(i=0, f=1, o=1)
    trace = cell.forward(run.x, *run.state)
    assert (trace.c == run.state[1]).all()
    *_, dh0, dc0 = cell.backward(trace, run.w)
    assert not dh0.any()
    np.testing.assert_allclose(dc0, run.w.sum(axis=0) * (1 - np.tanh(run.state[1]) ** 2), rtol=0, atol=1e-14)


def test_lstm_that_writes_and_keeps_nothing_is_the_rnn_through_a_second_tanh():
    """f = 0, i = o = 1: h_t = tanh(tanh(W_xc x_t + W_hc h_{t−1} + b_c))."""
    run = random_run(LSTM)
    cell = lstm_with_gates(i=1, f=0, o=1)
    trace = cell.forward(run.x, *run.state)
    inner = RNN(cell.W_xc, cell.W_hc, cell.b_c)
    h = run.state[0]
    for t, x_t in enumerate(run.x, 1):
        h = np.tanh(inner.step(x_t, h))
        np.testing.assert_allclose(trace.h[t], h, rtol=0, atol=1e-15)


def test_lstm_with_a_closed_output_shows_nothing():
    """o = 0: every h_t is zero, though c_t moves."""
    run = random_run(LSTM)
    trace = lstm_with_gates(i=1, f=1, o=0).forward(run.x, *run.state)
    assert not trace.h[1:].any()
    assert (trace.c[1:] != trace.c[:-1]).all()


# Wrong backward passes, each made on purpose in the source of the cell.

MUTANTS = {
    "dh_prev overwritten before use": (
        "lstm",
        "dc_next = dc_t * f[t]",
        "dc_next = (dc_next + dh_next * o[t] * tanh_prime(tanh_c[t])) * f[t]",
    ),
    "the path into c_t through c_{t+1} dropped": ("lstm", "dc_t = dc_next + dh_t", "dc_t = dh_t"),
    "the path into c_t through h_{t+1} dropped": ("lstm", "dh_t = dh[t] + dh_next", "dh_t = dh[t]"),
    "W_hh transposed": ("rnn", "dh_next = delta[t] @ W_hh", "dh_next = delta[t] @ W_hh.T"),
    "W_h of the LSTM transposed": ("lstm", "(delta[:, t] @ W_h)", "(delta[:, t] @ W_h.mT)"),
    "W_h of the GRU transposed": ("gru", "(delta[:, t] @ W_h)", "(delta[:, t] @ W_h.mT)"),
    "z swapped with 1 − z": ("gru", "+ dh_t * z[t]", "+ dh_t * (1 - z[t])"),
    "the path along z dropped": ("gru", " + dh_t * z[t]", ""),
}


def mutated(module, right, wrong):
    """The cell of a module of which one place in the source is changed."""
    path = Path(__file__).parents[1] / "rnn_notes" / "cells" / f"{module}.py"
    source = path.read_text(encoding="utf-8")
    assert source.count(right) == 1, f"{right!r} occurs {source.count(right)} times in {path.name}; update MUTANTS"
    changed = types.ModuleType(f"{module}_mutated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, changed.__name__, changed)  # where a dataclass looks its own module up
        exec(compile(source.replace(right, wrong), str(path), "exec"), vars(changed))
    return getattr(changed, module.upper())


@pytest.mark.slow
@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_backward_is_caught_from_two_steps_on(name):
    """Each classic mistake shows in the gradient of the parameters at T = 2, 3 and 5; at T = 1 it cannot be seen."""
    cls = mutated(*MUTANTS[name])
    for T in (1, 2, 3, 5):
        run = random_run(cls, T)
        found, measured = gradients(run)
        wrong = [relative_difference(found[p], measured[p]) > 1e-3 for p in parameters.arrays(run.cell)]
        assert any(wrong) == (T > 1), T
