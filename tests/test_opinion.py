"""The judge is judged: of each kind of function that makes one method wrong, others are generated.

It is long because it lists the kinds of functions that deceive, each with a random family.
"""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_notes.activations import relu
from rnn_notes.gradcheck import complex_step, finite_differences, relative_difference

X = np.array([[0.3, -1.2], [2.0, 0.7]])


# The judge is judged: of each kind of function that makes one method wrong, others are generated.

SHAPES = {  # a smooth function and its derivative
    "tanh": (np.tanh, lambda a: 1 / np.cosh(a) ** 2),
    "sin": (np.sin, np.cos),
    "exp": (np.exp, np.exp),
    "square": (lambda a: a * a, lambda a: 2 * a),
    "cube": (lambda a: a**3, lambda a: 3 * a * a),
}


@st.composite
def smooth(draw):
    """A random f(x) = gain · (Σ w shape(slope x) + offset), where to take its derivative, and the derivative."""
    name = draw(st.sampled_from(sorted(SHAPES)))
    steep = 2 if name in ("tanh", "sin") else 0.5
    slope, gain = 10 ** draw(st.floats(-1, steep)), 10 ** draw(st.floats(-5, 5))
    offset = draw(st.sampled_from([0.0, 1.0, -30.0]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n = draw(st.integers(1, 5))
    x, w = rng.uniform(0.1, 1.5, n) * rng.choice([-1, 1], n) / max(1, slope / 2), rng.uniform(0.5, 2, n)
    shape, prime = SHAPES[name]
    return (lambda v: gain * w * shape(slope * v)), gain * offset, x, gain * slope * w * prime(slope * x)


@pytest.mark.slow
@given(smooth())
@settings(derandomize=True, max_examples=100, deadline=None)
def test_what_is_right_is_never_refused(made):
    """Steep, flat, large, small, and beside a large constant: the gradient is as its formula says."""
    terms, offset, x, wanted = made
    f = lambda v: terms(v).sum() + offset  # noqa: E731
    for v, g in ((x, wanted), ({"v": x}, {"v": wanted})):
        inner = f if v is x else lambda p: f(p["v"])
        assert relative_difference(complex_step(inner, v), g) < 1e-12
        assert relative_difference(finite_differences(inner, v), g) < 1e-5


def single(terms, offset):
    return lambda v: float(terms(v.astype(np.float32)).astype(np.float32).sum(dtype=np.float32)) + offset


def single_result(terms, offset):
    return lambda v: np.float32(terms(v).sum() + offset)


def single_complex(terms, offset):
    return lambda v: np.complex128(terms(v.astype(np.complex64)).sum()) + offset


def real_buffer(terms, offset):
    def f(v):
        buffer = np.zeros(v.shape)
        buffer[:] = terms(v)
        return buffer.sum() + offset + 0 * v.sum()

    return f


def real_part(terms, offset):
    return lambda v: terms(v).real.sum() + offset + 0 * v.sum()


def one_real_part(terms, offset):
    return lambda v: terms(v)[:-1].sum() + terms(v)[-1].real + offset + 0j


def conjugate(terms, offset):
    return lambda v: np.conj(terms(v)).sum() + offset


def inner_product(terms, offset):
    return lambda v: np.vdot(terms(v), terms(v)) + offset + 0 * v.sum()


def modulus(terms, offset):
    return lambda v: np.abs(terms(v)).sum() + offset + 0 * v.sum()


def changes_argument(terms, offset):
    def f(v):
        v *= 1.5
        return terms(v).sum() + offset

    return f


def remembers(terms, offset):
    seen = []

    def f(v):
        seen.append(None)
        return terms(v).sum() * (1 + 1e-4 * len(seen)) + offset

    return f


def draws(terms, offset):
    rng = np.random.default_rng(0)
    return lambda v: (terms(v) * rng.random(v.shape)).sum() + offset


def not_a_number(terms, offset):
    return lambda v: terms(v).sum() * np.nan


def an_array(terms, offset):
    return lambda v: terms(v)[None]


def nothing(terms, offset):
    return lambda v: None


BOTH = (complex_step, finite_differences)
WRONG = [
    (single, finite_differences, "single precision; convert to float64 inside it"),
    (single_result, finite_differences, "f returned a float32, so f computes in single precision"),
    (single_complex, complex_step, "do not add up along a direction; f computes in single precision"),
    (real_buffer, complex_step, "f drops imaginary parts on its way; f is not analytic"),
    *((kind, complex_step, "f is not analytic: abs") for kind in (real_part, one_real_part, conjugate, inner_product)),
    (modulus, complex_step, "f is not analytic: abs"),
    *((changes_argument, measure, "f changed its argument") for measure in BOTH),
    *(
        (kind, measure, "for the same argument; draw random numbers outside")
        for kind in (remembers, draws)
        for measure in BOTH
    ),
    *((not_a_number, measure, "but a finite number is expected; choose a value where f is finite") for measure in BOTH),
    *((an_array, measure, "f returned an array of shape (1, ") for measure in BOTH),
    *((nothing, measure, "f returned a NoneType but a number is expected") for measure in BOTH),
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "measure", "text"), WRONG)
@given(smooth())
@settings(derandomize=True, max_examples=25, deadline=None)
def test_what_would_make_a_judge_wrong_is_refused_with_its_reason(kind, measure, text, made):
    """Of each kind of fault in f some that are generated, each refused for what it is."""
    terms, offset, x, _ = made
    f = kind(terms, offset)
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(ValueError, match=re.escape(text)):
        measure(f, x)


HARD = [  # what agrees along one direction, or where f does not change at all: shape, slope, numbers, seed
    ("tanh", 15.877068100321287, 4, 187972),
    ("sin", 73.73755499245931, 4, 185925),
    ("tanh", 75.31618768213424, 2, 674007),
    ("cube", 1.2328094725033218, 2, 641524),
    ("square", 0.6053487815573428, 3, 660853),
    ("square", 2.9997445155671647, 3, 739728),
    ("sin", 2.6993838744232153, 3, 679160),
]


@pytest.mark.parametrize(("name", "slope", "n", "seed"), HARD)
def test_single_precision_is_seen_where_errors_cancel(name, slope, n, seed):
    """Cases among thousands where a judge with one direction, or to whom no change is agreement, is wrong."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.1, 1.5, n) * rng.choice([-1, 1], n) / max(1, slope / 2)
    w = rng.uniform(0.5, 2, n)
    f = single(lambda v: w * SHAPES[name][0](slope * v), 0.0)
    with pytest.raises(ValueError, match=r"single precision|no step suits f|too short"):
        finite_differences(f, x)


@pytest.mark.parametrize("f", [np.var, np.std, lambda v: ((v - v.mean()) * np.conj(v - v.mean())).sum()])
@pytest.mark.parametrize("n", range(2, 8))
def test_what_a_shift_does_not_change_is_judged_all_the_same(f, n):
    """The slope along ±1, ±1, … may be zero for it, whether the derivatives are right or all zero."""
    with pytest.raises(ValueError, match="f is not analytic: abs, conj"):
        complex_step(lambda v: f(v) + 0 * v.sum(), np.arange(n) + 1.0)
    v = np.arange(n) + 1.0
    assert relative_difference(finite_differences(np.var, v), 2 * (v - v.mean()) / n) < 1e-8


def test_what_f_does_not_depend_on_has_the_derivative_zero():
    """Exactly, even where f is rounded: a shift of all numbers in front of a centring changes nothing."""

    def f(p):
        a = p["a"] + p["shift"]
        return ((a - a.mean()) ** 3).sum() + 7

    value = {"a": np.random.default_rng(0).normal(size=7), "shift": np.array([0.1])}
    step = np.array([1e-6])
    assert f(value | {"shift": value["shift"] + step}) != f(value | {"shift": value["shift"] - step})
    found = finite_differences(f, value)
    assert found["shift"] == 0
    assert relative_difference(found["a"], complex_step(f, value)["a"]) < 1e-8


KINKED = [
    lambda v: np.abs(v).sum(),
    lambda v: np.maximum(v, 0).sum(),
    lambda v: (v[0] + relu(v[1:]).sum()) ** 2 + v[0],
    lambda v: float(max(v[1], 3 * v[2])),
]


@pytest.mark.parametrize("f", KINKED)
def test_a_kink_has_no_derivative_and_is_said(f):
    """Central differences would give the mean of the slopes on both sides; off the kink, there is no complaint."""
    at, off = np.array([1.0, 0.0, 0.0]), np.array([1.0, 0.1, 0.2])
    with pytest.raises(
        ValueError, match=r"^f has a kink at value, where it has no derivative; move value away from it$"
    ):
        finite_differences(f, at)
    assert np.isfinite(finite_differences(f, off)).all()


def test_the_complex_step_sees_a_kink_too():
    """Where relu, which is piecewise analytic, gives it one of the two slopes."""
    with pytest.raises(ValueError, match=r"^f has a kink at value"):
        complex_step(lambda v: relu(v).sum(), np.array([1.0, 0.0]))
    assert complex_step(lambda v: relu(v).sum(), np.array([1.0, -2.0])).tolist() == [1, 0]


@pytest.mark.parametrize("size", [1e3, 1e8, 1e12])
def test_large_numbers_get_large_steps(size):
    """A step of 1e-6 would be lost beside 1e8, 1 % of the derivative with it."""
    x = np.array([1.0, 2.0]) * size
    assert relative_difference(finite_differences(lambda v: (v * v).sum(), x), 2 * x) < 1e-8


@pytest.mark.parametrize(
    ("f", "wanted", "reason"),
    [
        (lambda v: 1e10 + v.sum(), lambda v: np.ones(2), "too short, and lost in the rounding of f"),
        (lambda v: np.sin(1e7 * v).sum(), lambda v: 1e7 * np.cos(1e7 * v), "too long for so steep an f"),
        (lambda v: np.exp(1e5 * (v - 1)).sum(), lambda v: 1e5 * np.exp(1e5 * (v - 1)), "too long for so steep an f"),
    ],
)
def test_a_step_that_does_not_suit_is_refused_with_one_that_does(f, wanted, reason):
    """The step that the message names leads to the derivative, and so does the complex step."""
    x = np.array([1.0, 1.0 + 1e-6])
    with pytest.raises(ValueError, match=re.escape(reason)) as refused:
        finite_differences(f, x)
    step = float(re.search(r"pass step=([\d.e+-]+), or use complex_step", str(refused.value))[1])
    assert relative_difference(finite_differences(f, x, step), wanted(x)) < 1e-4
    assert relative_difference(complex_step(f, x), wanted(x)) < 1e-9


REFUSED_VALUES = [
    (np.array([1.0, np.nan]), "value holds nan at (1,) but finite numbers are expected"),
    ({"W": X, "b": np.array([np.inf])}, "value['b'] holds inf at (0,) but finite numbers are expected"),
    (X + 0j, "value is complex but real numbers are expected"),
    (np.ma.masked_array(X, X > 1), "value is a MaskedArray but a plain array is expected"),
    (np.array(["a"]), "value has dtype <U1 but numbers are expected"),
    ((X, None), "value[1] is a NoneType but a cell, an array, or a tuple, list or dict of them is expected"),
    ("value", "value is a str but a cell, an array, or a tuple, list or dict of them is expected"),
    ([[1.0], [1.0, 2.0]], "value is ragged but an array is expected"),
]


@pytest.mark.parametrize("measure", BOTH)
@pytest.mark.parametrize(("value", "text"), REFUSED_VALUES)
def test_what_has_no_derivative_is_refused_by_name(measure, value, text):
    """Before f is called."""
    with pytest.raises(ValueError, match=f"^{re.escape(text)}"):
        measure(lambda v: pytest.fail("called"), value)


def test_an_empty_array_has_an_empty_gradient():
    """As the bias of a layer without one."""
    found = complex_step(lambda p: (p["W"] ** 2).sum() + p["b"].sum(), {"W": X, "b": np.zeros(0)})
    assert found["b"].shape == (0,)
    assert relative_difference(found["W"], 2 * X) < 1e-15


def _one_term_in_single_precision(v):
    return (v**2).sum() + 0.5 * np.tanh(v.real.astype(np.float32)).astype(float).sum()


@pytest.mark.parametrize("measure", BOTH)
def test_a_part_of_f_in_single_precision_is_seen(measure):
    """In short steps that part does not move, so that all others would agree with the gradient without it."""
    with pytest.raises(ValueError, match=r"single precision|f is not analytic"):
        measure(_one_term_in_single_precision, np.array([0.3, 0.8, -0.5]))


@pytest.mark.parametrize("step", [1e-6, 7.5e-9, 1e-10])
def test_no_step_makes_a_part_in_single_precision_right(step):
    """Nor does a message lead to one that would seem to."""
    with pytest.raises(ValueError, match="single precision") as refused:
        finite_differences(_one_term_in_single_precision, np.array([0.3, 0.8, -0.5]), step)
    assert "pass step" not in str(refused.value)


STEPS = [
    lambda v: (np.round(v.real * 1000).astype(int) / 1000).sum() + 0 * v.sum(),
    lambda v: (v.real > 0).mean() + 0 * v.sum(),
    lambda v: v.real.astype(np.float16).astype(float).sum() + 0 * v.sum(),
]


@pytest.mark.parametrize("measure", BOTH)
@pytest.mark.parametrize("f", STEPS)
def test_what_goes_in_steps_has_no_gradient_of_use(measure, f):
    """It is zero almost everywhere, which would be no news of a mistake."""
    with pytest.raises(ValueError, match=r"^f does not change near value, but in steps further away"):
        measure(f, np.array([0.3, -0.7, 0.45]))


@pytest.mark.parametrize("measure", BOTH)
def test_what_takes_no_notice_of_its_argument_is_refused(measure):
    """A remembered result, or another array than the argument."""
    with pytest.raises(ValueError, match=r"^f is the same wherever value is moved; compute it from the argument"):
        measure(lambda v: (X**2).sum() + (0j if np.iscomplexobj(v) else 0), X)


def test_a_relu_that_is_off_has_the_gradient_zero():
    """Further away it continues without a jump."""
    value = {"off": np.array([-0.5, -1e-3]), "on": np.array([1.0])}
    found = complex_step(lambda p: relu(p["off"]).sum() + (p["on"] ** 2).sum(), value)
    assert found["off"].tolist() == [0, 0]


def test_a_slope_that_is_lost_beside_a_large_number_is_no_zero():
    """1e10 + v/1000 does not move in any short step."""
    with pytest.raises(ValueError, match="too short, and lost in the rounding of f"):
        finite_differences(lambda v: 1e10 + 1e-3 * v.sum(), np.array([1.0, 2.0]))


def test_a_root_has_no_derivative_at_zero():
    """It is not the fault of single precision."""
    with pytest.raises(ValueError, match=r"^f has no finite derivative at value, as a root has none at 0"):
        complex_step(lambda v: np.sqrt(v).sum(), np.array([0.0, 1.0]))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.float16])
def test_small_numbers_do_not_wrap_around_in_a_difference(dtype):
    """In a byte, 1 − 2 is 255."""
    assert relative_difference(np.array([1, 2], dtype), np.array([2, 2], dtype)) == 0.5
