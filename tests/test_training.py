"""Optimisers take the steps their papers describe; a training is repeatable, can be stopped, and says what fails.

It is long because the loop, its optimisers and its faults are tried on the same small models.
"""

import contextlib
import doctest
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import textwrap
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from random_cells import CELLS, random_run

from rnn_notes import LSTM, RNN, Readout, parameters, training
from rnn_notes.gradcheck import complex_step, relative_difference
from rnn_notes.readout import cross_entropy, squared_error
from rnn_notes.training import SGD, Adam, gradient, pieces, train

each_cell = pytest.mark.parametrize("cls", CELLS)
D, H, O, B = 2, 5, 1, 4


def model(cls=RNN, seed=0):
    """A small cell and readout."""
    rng = np.random.default_rng(seed)
    return cls.init(D, H, rng), Readout.init(H, O, rng)


def echoes(steps, T=6, seed=0):
    """A task of memory: the first feature of the step before."""
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        x = rng.uniform(-1, 1, (T, B, D))
        yield x, np.concatenate([np.zeros((1, B, 1)), x[:-1, :, :1]])


def same(a, b):
    """Bit for bit."""
    return all((p == q).all() for p, q in zip(*(parameters.arrays(m).values() for m in (a, b)), strict=True))


def test_the_example_of_the_module_runs():
    """As a reader would type it in."""
    results = doctest.testmod(training)
    assert results.attempted > 5
    assert results.failed == 0


@each_cell
def test_the_gradient_of_a_model_is_the_complex_step(cls):
    """Through loss, readout and cell at once, from a random state."""
    rng = np.random.default_rng(0)
    run = random_run(cls)
    readout = Readout(rng.normal(size=(O, 3)), rng.normal(size=O))
    target = rng.normal(size=(*run.x.shape[:2], O))
    value, (d_cell, d_readout), trace = gradient((run.cell, readout), run.x, target, squared_error, *run.state)

    def loss(cell, readout):
        return squared_error(readout.forward(cell.forward(run.x, *run.state).h[1:]), target)[0]

    cell_z, readout_z = (parameters.astype(m, complex) for m in (run.cell, readout))
    assert value == pytest.approx(loss(run.cell, readout), rel=1e-15)
    assert relative_difference(d_cell, complex_step(lambda cell: loss(cell, readout_z), run.cell)) < 1e-12
    assert relative_difference(d_readout, complex_step(lambda readout: loss(cell_z, readout), readout)) < 1e-12
    assert (trace.h == run.cell.forward(run.x, *run.state).h).all()


# Optimisers


def one_number(value):
    """A model of which only b_y moves: the smallest thing that can be optimised."""
    return Readout(np.zeros((1, 1)), np.array([value]))


def test_sgd_by_hand():
    """θ − rate · g."""
    after = SGD(0.1).step(one_number(1.0), one_number(3.0))
    assert after.b_y.tolist() == [1.0 - 0.1 * 3.0]


def test_momentum_by_hand():
    """A model is moved by −rate · m, where m = momentum · m + g."""
    optimiser, after = SGD(0.1, momentum=0.5), one_number(1.0)
    for g, expected in ((3.0, 1 - 0.1 * 3), (-1.0, 0.7 - 0.1 * (1.5 - 1)), (2.0, 0.65 - 0.1 * (0.25 + 2))):
        after = optimiser.step(after, one_number(g))
        assert after.b_y[0] == pytest.approx(expected, rel=1e-15)


def test_sgd_without_momentum_remembers_nothing():
    """So one SGD can serve several models, and a model that nobody else has stays free."""
    optimiser = SGD(0.1)
    optimiser.step(one_number(1.0), one_number(3.0))
    assert optimiser.m == []
    optimiser.step(model(), model(seed=1))


def test_adam_is_the_algorithm_of_the_paper():
    """Ten steps on one number, with a loop written from Kingma and Ba, algorithm 1."""
    rng = np.random.default_rng(0)
    optimiser, after = Adam(rate=0.01, beta1=0.8, beta2=0.95, epsilon=1e-4), one_number(1.0)
    theta, m, v = 1.0, 0.0, 0.0
    for t, g in enumerate(rng.normal(size=10), 1):
        after = optimiser.step(after, one_number(g))
        m, v = 0.8 * m + (1 - 0.8) * g, 0.95 * v + (1 - 0.95) * g**2
        m_hat, v_hat = m / (1 - 0.8**t), v / (1 - 0.95**t)
        theta -= 0.01 * m_hat / (v_hat**0.5 + 1e-4)
        assert after.b_y[0] == pytest.approx(theta, rel=1e-13)


def test_the_first_step_of_adam_is_the_rate_whatever_the_gradient():
    """±rate, for a gradient of 1e-3 as for one of 1e3."""
    for g in (1e-3, -1e3):
        step = Adam(rate=0.01).step(one_number(0.0), one_number(g)).b_y[0]
        assert step == pytest.approx(-0.01 * np.sign(g), rel=1e-4)


def test_a_gradient_whose_square_is_infinite_stops_adam():
    """Otherwise it would not move, and nobody would know."""
    with (
        np.errstate(over="ignore"),
        pytest.raises(FloatingPointError, match=r"^the square of the gradient is not finite$"),
    ):
        Adam(rate=0.01).step(one_number(0.0), one_number(1e200))


def test_the_defaults_of_adam_are_those_of_the_paper():
    """0.001, 0.9, 0.999, 1e-8."""
    optimiser = Adam()
    assert (optimiser.rate, optimiser.beta1, optimiser.beta2, optimiser.epsilon) == (0.001, 0.9, 0.999, 1e-8)


@pytest.mark.parametrize("optimiser", [SGD, Adam])
def test_the_rate_may_be_changed_between_steps(optimiser):
    """A rate of zero does not move."""
    o = optimiser(0.1)
    first = o.step(one_number(1.0), one_number(1.0))
    o.rate = 0.0
    assert same(o.step(first, one_number(1.0)), first)
    assert first.b_y[0] != 1.0


@pytest.mark.parametrize("optimiser", [SGD, Adam])
@each_cell
def test_a_step_makes_a_new_model(cls, optimiser):
    """The old one and the gradient are not touched, and single precision stays single, whatever the rate is."""
    run = random_run(cls, dtype=np.float32)
    grads = random_run(cls, dtype=np.float32, seed=1).cell
    before, before_grads = (parameters.astype(c, np.float32) for c in (run.cell, grads))
    o, after = optimiser(np.float64(0.1)), run.cell
    for _ in range(3):
        after = o.step(after, grads)
    assert same(run.cell, before)
    assert same(grads, before_grads)
    assert relative_difference(after, before) > 0.01
    assert {a.dtype for a in parameters.arrays(after).values()} == {np.dtype(np.float32)}


# The loop


@pytest.mark.slow
@each_cell
def test_training_learns(cls):
    """A task of memory, to a hundredth of the loss it starts with."""
    losses = [p.loss for p in train(model(cls), echoes(1000), squared_error, Adam(0.02), max_norm=1.0)]
    assert np.mean(losses[-20:]) < losses[0] / 100


@each_cell
def test_the_same_seed_gives_the_same_result_bit_for_bit(cls):
    """Every loss and every parameter."""
    first, second = (list(train(model(cls), echoes(20), squared_error, Adam(0.01), max_norm=0.5)) for _ in range(2))
    assert [p.loss for p in first] == [p.loss for p in second]
    assert same(first[-1].model, second[-1].model)
    other = list(train(model(cls), echoes(20, seed=1), squared_error, Adam(0.01), max_norm=0.5))
    assert not same(first[-1].model, other[-1].model)


def test_a_step_of_the_loop_is_gradient_clip_and_optimiser():
    """Done by hand, it is the same bit for bit, and the progress tells of it."""
    start = model()
    (batch,) = echoes(1)
    (progress,) = train(start, [batch], squared_error, SGD(0.1), max_norm=0.01)
    value, grads, _ = gradient(start, *batch, squared_error)
    norm = parameters.global_norm(grads)
    assert norm > 0.01
    assert same(progress.model, SGD(0.1).step(start, parameters.clip(grads, 0.01)))
    assert (progress.step, progress.loss, progress.norm) == (1, value, norm)


def test_the_loop_works_with_class_numbers():
    """Cross-entropy, with whole numbers as target."""
    rng = np.random.default_rng(0)
    start = RNN.init(D, H, rng), Readout.init(H, 3, rng)
    batches = [(rng.normal(size=(3, B, D)), rng.integers(3, size=(3, B)))] * 100
    losses = [p.loss for p in train(start, batches, cross_entropy, Adam(0.05))]
    assert losses[0] == pytest.approx(3 * np.log(3), rel=0.5)
    assert losses[-1] < losses[0] / 10


def test_the_best_model_is_the_one_of_the_lowest_loss():
    """The loss of a step is that of the model before it."""
    models, losses = [model()], []
    for progress in train(model(), echoes(30), squared_error, SGD(0.3)):
        models.append(progress.model)
        losses.append(progress.loss)
        assert progress.best_loss == min(losses)
        assert same(progress.best, models[np.argmin(losses)])


@pytest.mark.parametrize("steps", [None, 10, 20])
def test_the_best_model_is_the_one_of_the_lowest_validation(steps):
    """Looked at before the first step, after each ``every`` steps and after the last, whatever ends the task."""
    scores, seen = iter([3.0, 2.0, 5.0, 2.5, 1.0]), []

    def validate(model):
        seen.append(model)
        return next(scores)

    progress = list(train(model(), echoes(10), squared_error, SGD(0.1), validate=validate, every=3, steps=steps))
    assert len(seen) == 5
    assert same(seen[0], model())
    assert same(seen[1], progress[2].model)
    assert same(seen[4], progress[9].model)
    assert [p.best_loss for p in progress] == [3.0] * 2 + [2.0] * 7 + [1.0]
    assert same(progress[-2].best, seen[1])
    assert same(progress[-1].best, seen[4])


def test_the_last_model_is_looked_at_once():
    """Also where ``every`` divides the number of steps, or is more."""
    for every, looks in ((5, 3), (10, 2), (1000, 2), (1, 11)):
        seen = []
        validate = lambda model, seen=seen: seen.append(model) or 1.0  # noqa: E731
        list(train(model(), echoes(10), squared_error, SGD(0.1), validate=validate, every=every))
        assert len(seen) == looks


def test_steps_ends_an_endless_task():
    """And no batch more is drawn than is used."""
    drawn = []

    def endless():
        for batch in iter(lambda: next(echoes(1)), None):
            drawn.append(batch)
            yield batch

    assert len(list(train(model(), endless(), squared_error, SGD(0.1), steps=3))) == 3
    assert len(drawn) == 3


# Truncated backpropagation through time


def test_pieces_are_the_sequence_cut():
    """In order, T steps each, the last shorter; put together they are the whole."""
    x, target = np.arange(14.0).reshape(7, 1, 2), np.arange(7.0).reshape(7, 1, 1)
    cut = list(pieces(x, target, 3))
    assert [len(p) for p, _ in cut] == [3, 3, 1]
    assert (np.concatenate([p for p, _ in cut]) == x).all()
    assert (np.concatenate([t for _, t in cut]) == target).all()


@each_cell
def test_a_carried_state_makes_pieces_of_the_whole(cls):
    """With a rate of zero the losses of the pieces add up to that of the whole sequence; without carrying, not."""
    x, target = next(echoes(1, T=10))
    start = model(cls)
    whole = gradient(start, x, target, squared_error)[0]
    carried, fresh = (
        sum(p.loss for p in train(start, pieces(x, target, 4), squared_error, SGD(0.0), carry=carry))
        for carry in (True, False)
    )
    assert carried == pytest.approx(whole, rel=1e-14)
    assert abs(fresh - whole) > 1e-3


@dataclass(frozen=True, eq=False)
class Other(LSTM):
    """A cell of another kind with two states, as somebody may write one: nobody knows its name."""

    def forward(self, x, u0=None, v0=None):
        """That of the LSTM, with a trace of its own."""
        trace = super().forward(x, u0, v0)
        return SimpleNamespace(h=trace.h, trace=trace, last=trace.last)

    def backward(self, trace, dh):
        """That of the LSTM."""
        return super().backward(trace.trace, dh)


def test_no_state_of_a_cell_is_lost_between_pieces():
    """Whatever the cell is called, it is asked what it carries."""
    x, target = next(echoes(1, T=10))
    cell, readout = model(LSTM)
    other = Other(*parameters.arrays(cell).values()), readout
    whole = gradient(other, x, target, squared_error)[0]
    carried = sum(p.loss for p in train(other, pieces(x, target, 4), squared_error, SGD(0.0), carry=True))
    assert carried == pytest.approx(whole, rel=1e-14)


def test_no_gradient_crosses_a_cut():
    """The gradient of a piece takes the state it starts in as given: it is that of the piece alone."""
    x, target = next(echoes(1, T=8))
    start = model()
    norms = [p.norm for p in train(start, pieces(x, target, 4), squared_error, SGD(0.0), carry=True)]
    state = start[0].forward(x[:4]).h[-1]
    _, grads, _ = gradient(start, x[4:], target[4:], squared_error, state)
    assert norms[1] == parameters.global_norm(grads)


# What goes wrong


def test_a_loss_that_is_not_finite_is_refused_by_the_number_of_its_step():
    """With a hint; what was reached before is in the last progress."""
    reached = []

    def spoilt(y, target):
        value, dy = squared_error(y, target)
        return (np.nan if len(reached) == 2 else value), dy

    steps = train(model(), echoes(5), spoilt, SGD(0.1), max_norm=5.0)
    reached += [next(steps), next(steps)]
    text = "step 3: the loss is nan; lower the rate (0.1), or clip the gradient (max_norm=5.0)"
    with pytest.raises(FloatingPointError, match=f"^{re.escape(text)}$"):
        next(steps)
    assert reached[-1].step == 2


@each_cell
def test_a_training_that_explodes_is_refused_too(cls):
    """A rate far too high, with nothing made up: whatever becomes infinite first, the step is named."""
    text = (
        r"^step \d+: (the (loss|norm of the gradient) is (inf|nan)|the (square of the )?gradient is not finite"
        r"|\w+ holds (-?inf|nan)).*; (bring x and target to a size near 1, or )?lower the rate \(1e\+\d+\)"
    )
    for rate in (1e150, 1e300, 1e308):
        for max_norm in (None, 1e308):
            with np.errstate(over="ignore", invalid="ignore"), pytest.raises(FloatingPointError, match=text):
                list(train(model(cls), echoes(20), squared_error, SGD(rate), max_norm=max_norm))


@pytest.mark.parametrize(
    ("validate", "kind", "text"),
    [
        (lambda model: np.nan, FloatingPointError, "validate returned nan after step 0; look at its data"),
        (
            lambda model: None,
            ValueError,
            "validate returned None but a number is expected; end it in return float(loss)",
        ),
        (lambda model: np.ones(2), ValueError, "validate returned array([1., 1.]) but a number is expected"),
    ],
)
def test_a_validation_that_is_no_number_is_refused(validate, kind, text):
    """Else the untrained model would be the best."""
    with pytest.raises(kind, match=f"^{re.escape(text)}"):
        list(train(model(), echoes(3), squared_error, SGD(0.1), validate=validate))


LONG = "a whole number, or None for as long as there are batches,"
WRONG_NUMBERS = [
    ({"steps": 0}, f"steps is 0 but {LONG} is expected, at least 1; pass steps=3"),
    ({"steps": -1}, f"steps is -1 but {LONG} is expected, at least 1; pass steps=3"),
    ({"steps": 2.5}, f"steps is 2.5 but {LONG} is expected, at least 1; pass steps=3"),
    ({"every": 0}, "every is 0 but a whole number is expected, at least 1; pass every=3"),
]


@pytest.mark.parametrize(("given", "text"), WRONG_NUMBERS)
def test_a_number_of_steps_is_at_least_one(given, text):
    """Whichever number."""
    with pytest.raises(ValueError, match=f"^{re.escape(text)}"):
        list(train(model(), echoes(3), squared_error, SGD(0.1), **given))


@pytest.mark.parametrize("loss", [squared_error, lambda y, target: (np.sum((y - target) ** 2), y - target)])
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_a_target_that_is_not_finite_is_named(number, loss):
    """It is not the fault of the rate, at the first step or later, no matter who wrote the loss."""
    batches = list(echoes(3))
    batches[2][1][0, 1, 0] = number
    text = f"target holds {number} at (0, 1, 0) but finite numbers are expected; replace or remove missing values first"
    with np.errstate(invalid="ignore"), pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        list(train(model(), batches, loss, SGD(0.1)))


def test_at_the_first_step_the_rate_is_not_to_blame():
    """What is too large then is the batch; brought to a size near 1, it is learned from."""
    (x, target), *_ = echoes(1)
    text = "step 1: the loss is inf; bring x and target to a size near 1, or lower the rate (0.1)"
    with np.errstate(over="ignore"), pytest.raises(FloatingPointError, match=f"^{re.escape(text)}$"):
        list(train(model(), [(x, 1e200 * target)], squared_error, SGD(0.1)))
    assert len(list(train(model(), [(x, target)], squared_error, SGD(0.1)))) == 1


def test_a_batch_is_a_pair_or_has_lengths():
    """A pair that is not a list of pairs is the usual mistake; and lengths do not go with a state that is carried."""
    (x, target), *_ = echoes(1)
    text = "a batch is a ndarray but (x, target) or (x, target, lengths) is expected; pass [(x, target)]"
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        list(train(model(), (x, target), squared_error, SGD(0.1)))
    with pytest.raises(ValueError, match=r"^a batch is a tuple of 4 but"):
        list(train(model(), [(x, target, x, x)], squared_error, SGD(0.1)))
    text = "a batch has lengths but what has ended is not carried on; pass carry=False, or no lengths"
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        list(train(model(), [(x, target, [1] * x.shape[1])], squared_error, SGD(0.1), carry=True))


def test_a_model_is_a_pair():
    """Of a cell and its readout."""
    with pytest.raises(ValueError, match=r"^model is a RNN but a pair is expected; pass \(cell, readout\)$"):
        list(train(model()[0], echoes(1), squared_error, SGD(0.1)))


def test_pieces_of_nothing_are_refused():
    """Of no steps, and of x and target that do not go together."""
    with pytest.raises(
        ValueError, match=r"^T is 0 but a whole number of steps in a piece is expected, at least 1; pass T=3$"
    ):
        pieces(np.ones((4, 1, 1)), np.ones((4, 1, 1)), 0)
    with pytest.raises(ValueError, match=r"^target has 3 time steps but x has 4; pass one target for each step$"):
        pieces(np.ones((4, 1, 1)), np.ones((3, 1, 1)), 2)


def test_no_batch_is_refused():
    """An empty task is a mistake, such as a generator that has run already."""
    with pytest.raises(ValueError, match=r"^batches is empty but at least one pair \(x, target\) is expected"):
        list(train(model(), [], squared_error, SGD(0.1)))


@pytest.fixture
def interruptible():
    """Ctrl-C interrupts, even where the tests run in the background of a shell, which has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_the_loop_after_the_last_whole_step(capsys, interruptible):
    """The last progress holds the best model, and a line says where it stopped."""

    def interrupted(y, target):
        value, dy = squared_error(y, target)
        if len(seen) == 3:
            signal.raise_signal(signal.SIGINT)
        return value, dy

    seen = []
    for progress in train(model(), echoes(10), interrupted, SGD(0.1)):
        seen.append(progress)
    assert progress.step == 3
    expected = list(train(model(), echoes(3), squared_error, SGD(0.1)))[-1]
    assert same(progress.best, expected.best)
    assert same(progress.model, expected.model)
    assert capsys.readouterr().err.splitlines()[-1] == "stopped after step 3"


def test_ctrl_c_before_the_first_step_is_not_swallowed(interruptible):
    """There is nothing to keep yet."""

    def batches():
        signal.raise_signal(signal.SIGINT)
        yield from echoes(1)

    with pytest.raises(KeyboardInterrupt):
        list(train(model(), batches(), squared_error, SGD(0.1)))


# The bar


def test_nothing_is_shown_where_there_is_no_terminal(capsys):
    """A log file stays empty."""
    list(train(model(), echoes(3), squared_error, SGD(0.1)))
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
def test_a_terminal_shows_loss_speed_and_time_left():
    """In a terminal of its own, since the bar looks for one."""
    program = textwrap.dedent("""
        import time
        import numpy as np
        from rnn_notes import RNN, Readout
        from rnn_notes.readout import squared_error
        from rnn_notes.training import SGD, train
        rng = np.random.default_rng(0)
        model = RNN.init(2, 3, rng), Readout.init(3, 1, rng)
        batches = [(np.ones((2, 1, 2)), np.ones((2, 1, 1)))] * 4
        for _ in train(model, batches, squared_error, SGD(0.0)):
            time.sleep(0.15)
    """)
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    run = subprocess.Popen([sys.executable, "-c", program], stderr=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # what a closed terminal raises on Linux
        while chunk := os.read(ours, 4096):
            shown += chunk
    os.close(ours)
    assert run.wait() == 0
    last = shown.decode().replace("\n", "\r").strip("\r").split("\r")[-1]
    assert re.search(r"100%.* 4/4 \[00:0\d<00:00, +[\d.]+(step/s|s/step), loss=\d\.\d+\]", last), last


@pytest.mark.parametrize("rate", [np.nan, np.inf, -0.1, "0.1", None])
@pytest.mark.parametrize("optimiser", [SGD, Adam])
def test_a_rate_is_a_finite_number_that_does_not_go_uphill(rate, optimiser):
    """Its own error, and no advice to lower it."""
    with pytest.raises(ValueError, match=r"^rate is .* but a finite number is expected, not below 0"):
        list(train(model(), echoes(1), squared_error, optimiser(rate)))


@pytest.mark.parametrize("number", [np.inf, -np.inf])
def test_a_validation_loss_is_finite(number):
    """Else the untrained model would be the best, or the first that overflowed."""
    with pytest.raises(FloatingPointError, match=f"^validate returned {number} after step 0"):
        list(train(model(), echoes(1), squared_error, SGD(0.1), validate=lambda m: number))


def test_what_a_training_is_called_with_by_mistake_is_named():
    """And no raw error of Python or NumPy."""
    used, rolling = Adam(), SGD(0.1, momentum=0.9)
    for optimiser in (used, rolling):
        list(train(model(), echoes(1), squared_error, optimiser))
    other = RNN.init(2, 7, np.random.default_rng(0)), Readout.init(7, 1, np.random.default_rng(0))
    for wrong, text in (
        ((model(), None, squared_error, SGD(0.1)), "batches is a NoneType but pairs"),
        ((model(), echoes(1), squared_error, SGD), "optimiser is .* pass SGD"),
        ((model(), echoes(1), lambda y, target: 1.0, SGD(0.1)), "loss returned no pair"),
        ((model(), echoes(1), squared_error, Adam(beta2=2.0)), "beta2 is 2.0 but a finite number from 0 to below 1"),
        ((model(), echoes(1), squared_error, SGD(0.1, 1.0)), "momentum is 1.0 but a finite number from 0 to below 1"),
        ((other, echoes(1), squared_error, rolling), "this SGD has the memory of another model"),
        ((other, echoes(1), squared_error, used), "this Adam has the memory of another model"),
    ):
        with pytest.raises(ValueError, match=f"^{text}"):
            list(train(*wrong))
