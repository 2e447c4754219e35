"""Parity and the echo are the tasks that their experiments say."""

import numpy as np
import pytest

from rnn_notes.experiments import echo, parity
from rnn_notes.gradcheck import complex_step, relative_difference


def test_the_parity_flips_with_every_one():
    """By a plain loop over one-hot bits; both parities are about as frequent."""
    x, target = parity.examples(30, 50, np.random.default_rng(0))
    odd = np.zeros(50, int)
    for x_t, said in zip(x, target, strict=True):
        odd = np.where(x_t[:, 1] == 1, 1 - odd, odd)
        assert (said == odd).all()
    assert (x.sum(axis=2) == 1).all()
    assert 0.45 < target.mean() < 0.55


@pytest.mark.parametrize("lag", [1, 7])
def test_an_echo_is_the_bit_so_many_steps_before(lag):
    """The n-th target is that of step lag + n."""
    x, target = echo.examples(lag, 5, np.random.default_rng(0))
    assert x.shape == (3 * lag, 5, 2)
    for n, said in enumerate(target):
        assert (x[n].argmax(axis=1) == said).all()
    assert len(x) - len(target) == lag


def test_what_comes_before_the_first_echo_costs_nothing():
    """The gradient is the complex step, and zero where there is no target; the loss is the mean of the others."""
    rng = np.random.default_rng(0)
    y, target = rng.normal(size=(6, 3, 2)), rng.integers(0, 2, (4, 3))
    loss, dy = echo.last_steps(y, target)
    assert relative_difference(dy, complex_step(lambda y: echo.last_steps(y, target)[0], y)) < 1e-12
    assert (dy[:2] == 0).all()
    assert echo.last_steps(0 * y, target)[0] == pytest.approx(np.log(2))
    assert loss > 0
