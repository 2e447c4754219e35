r"""Executable maths: every displayed equation is checked, from the LaTeX that the reader sees.

A display says in its first line, a LaTeX comment, how it is to be checked::

    $$
    % check: lstm
    c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t
    $$

Check pages with ``python -m rnn_notes.checks [PATH...]``. What is not understood is refused, never guessed.

``latex`` reads a display into a ``tree``. Two back-ends read the tree: ``prove`` with SymPy (through ``expressions``),
``evaluate`` with NumPy (through ``values`` and ``arrays``) on the named ``runs``. ``verdicts`` chooses by the mark.

Marks
-----
``chain``
    Every step (``=``, ``<``, ``\le``, ``\ne`` …) is proved with SymPy, for all real values of the letters. σ, tanh,
    exp, log, sin, cos, max … and what the page has defined are known; other letters are real numbers, unless these
    notes know them as vectors or matrices, or they stand before brackets as functions do (see ``notation``).
    What holds for some values only says so: ``, \quad x \ne 2`` or ``, \quad 0 < p < 1``. A sum to n is proved for
    every n if it has a closed form, else for n = 1 … 6. What a formula cannot say is stated in a comment below the
    mark, which the badge repeats: ``% given: f is a function``, ``% given: y depends on x; c is constant``,
    ``% given: A and B are numbers``, ``% given: n is an integer``.
``define``
    One equation with something new on its left: ``f(x, y) = …``, ``\mathrm{softmax}(a)_k = …``, ``J_t = …``, ``u = …``.
    The displays after it on the page may use it. A function that the package has, or whose name has a usual meaning
    (gelu, sinc …), must agree with it; a symbol of a run is checked on that run instead.
A run: ``lecture``, ``rnn``, ``lstm``, ``gru``, ``linear``, ``feedforward``, ``layers``, or one of your own
    Both sides are evaluated with NumPy at every value of every free index, on seven random networks. ``lecture`` has
    printed numbers too: what prints some is checked on that network, all else on the random ones as well.
    An inequality is attacked, too: with thousands of networks whose arrays have scales from 0.01 to 100, some of them
    zero or symmetric, and by a search from the worst of them on. What survives is "not refuted".
    Conditions follow, separated by commas: ``% check: rnn s<t, t<T``.
``numbers``
    Printed numbers and matrices, without symbols, exactly: 0.1 is one tenth, and σ(40) is not 1.
``shapes``, ``shapes lecture`` …
    ``W_{xh} \in \mathbb{R}^{H \times D}`` against the arrays of a run (``rnn`` if none is named).
``skip: reason``
    Not checked; counted, and shown to readers with its reason.

``\approx`` holds if the sides agree to half a unit of the last digit printed on its right side, and to a tenth of it;
in a sum of printed numbers, those with the most digits are the rounded ones. A mark may also end in ``within 0.005``,
at most a tenth of what is printed.

Symbols of a run
----------------
A symbol is spelled without braces and backslashes; a tilde is ``_tilde``, a hat ``_hat``: ``\tilde{c}_t`` is c_tilde at
t. A subscript is a label if the run knows it (``W_{xh}``), else a time step (``h_{t-1}``), else an entry that counts
from 1 (``y_{t,k}``, ``(W_{hh} h_t)_{k}``).

- all recurrent runs: ``x_t``, ``h_t`` (from 0), ``y_t``, the target ``\hat{y}_t``, ``W_{hy}``, ``b_y``, ``I`` (H by H),
  the losses ``L_t = \frac12 \lVert y_t - \hat{y}_t \rVert^2`` and their sum ``L``, the sizes ``T D H O``
- ``rnn``, ``lecture``, ``linear``, ``feedforward``: ``W_{xh} W_{hh} b_h``, the pre-activation ``a_t``
- ``lstm``: ``c_t`` (from 0), ``i_t f_t o_t \tilde{c}_t``, ``W_{xi} … W_{hc}``, ``b_i … b_c``, ``a_{i,t} … a_{c,t}``
- ``gru``: ``r_t z_t n_t``, ``m_t = W_{hn} h_{t-1} + b_{hn}``, ``W_{xr} … W_{hn}``, ``b_r … b_{hn}``, ``a_{r,t}`` …
- ``\delta_t`` is ∂L/∂a_t, and ``\delta_{f,t}`` is ∂L/∂a_{f,t}
- ``layers``: ``W_1 b_1 W_2 b_2 x``, and ``y`` after both, without activation function
- as other texts have it: ``classifier`` (``p_t = \mathrm{softmax}(y_t)`` and the cross-entropy), ``rnn-unbiased``,
  ``linear-unbiased``, ``lstm-unbiased``, ``gru-before`` (the reset before the product), ``rnn-pytorch``,
  ``lstm-pytorch``, ``gru-pytorch`` (two biases, ``W_{ii} b_{ii} W_{hi} b_{hi}`` …), ``batch`` (samples are the rows of
  ``X``: ``A_1 H_1 Y W_1 b_1 W_2 b_2``, the target ``\hat{Y}``) and ``attention`` (``Q K V S A Y``)

A free time index takes the values 1 … T. A condition or a range, in the display (``, \quad s < t``,
``\quad t = 1, \dots, T-1``) or in the mark, says otherwise; one such as ``0<=s<t`` lets s start at 0. It concerns the
statements that have all of its indices. One with =, or that leaves a single case, stands in the display; the badge says
for which values it was checked. A symbol that is asked for a step it does not have makes the display fail.

Writing formulas
----------------
- Vectors are columns, and juxtaposition is the matrix product; nothing broadcasts. A printed number beside a column, as
  in ``1 - z_t``, counts for each entry. ``h_t^2`` squares each entry of a column; ``W_{hh}^{2}`` is a matrix power;
  ``^\top`` transposes, while ``^T`` is the power T.
- ``+ -`` bind least, then ``\odot``, then ``\cdot \times /``, then juxtaposition, then powers.
- ``\sum_{t=1}^{T}`` reaches to the end of its product. ``\prod_{k=t}^{s+1}`` and ``\frac{d}{dx}`` need brackets around
  more than one symbol; nothing may follow round brackets, but square ones: ``\prod_{k=t}^{s+1} [J_k] v``.
  A product counts from its lower to its upper bound, the first factor leftmost: down if somewhere it counts down by
  more than one, as ``\prod_{k=t}^{s+1}`` does. Empty sums are 0, empty products 1 or the identity.
- A function without brackets takes one symbol or number and must stand last: ``2 \cos x``, but ``\cos(x) y``.
- ``f(x)`` is a function, defined on the page before or stated to be one; ``x (1 + y)`` is a product where x also stands
  alone, or is a usual coefficient such as a. ``d`` and ``e`` are kept for derivatives and 2.718….
- Derivatives: ``\frac{d}{dx} ( … )`` and ``\frac{\partial f}{\partial x}`` in a chain; on a run
  ``\frac{\partial L}{\partial W_{hh}}`` has the shape of W_hh, ``\frac{\partial h_t}{\partial h_s}`` is the Jacobian.
  They count all paths; ``\frac{\partial^{+} h_t}{\partial b_h}``, the immediate one, only what the formula of h_t says
  itself (its pre-activation, and in L_t the output y_t, written out), and ``W_{hh}^{(t)}`` below a derivative is W_hh
  as used at step t alone.
- ``\sigma'(x)``, ``\mathrm{diag}``, ``\mathrm{softmax}``, ``\mathrm{relu}``, ``\lVert W \rVert`` (2-norm; ``_F``),
  ``\sigma_{\max}(W)``, ``\rho(W)``, ``\lvert x \rvert``, ``[a; b]``, ``\begin{bmatrix}``, ``\sqrt{}``, ``\frac12``
- ``\underbrace{A}_{B}`` claims A = B. ``\text{…}`` and what follows ``&& \text{…}`` in its row are not read.
- ``aligned``: a row that begins with a relation goes on from the row above, and so does ``\\ & + …``.

Runs of your own
----------------
A ``Run`` says which arrays a network has, of which shapes, and the formulas that lead from one to the next. The engine
draws the networks: seven, of unrelated sizes, each array of a scale of its own, so that what holds on all of them holds
for the formulas and not by accident. Write runs into a module, as ``RUNS = [logistic, decay, attention]``, and name it:
``--runs my_runs``, or ``judge(latex, "logistic", runs=[logistic])``.

Arrays alone, with one evaluation. Vectors are columns (n, 1), numbers (1, 1); ``draw`` gives what is no normal number::

    import numpy as np
    from rnn_notes.checks import Run, judge

    def predict(v):
        v["p"] = 1 / (1 + np.exp(-(v["X"] @ v["w"] + v["b"])))
        v["L"] = -(v["y"] * np.log(v["p"]) + (1 - v["y"]) * np.log(1 - v["p"])).sum(axis=-2, keepdims=True)

    logistic = Run(
        name="logistic",
        words="logistic regression",
        sizes="N D",
        parameters={"X": "N D", "w": "D", "b": "", "y": "N"},
        step=predict,
        draw={"y": lambda rng, shape: rng.integers(0, 2, shape)},
    )
    assert judge(r"\frac{\partial L}{\partial w} = X^\top (p - y)", "logistic", runs=[logistic]).outcome == "evaluated"

A recurrence: given series are there at t = 1 … T, start values at t = 0, and ``step`` is called for t = 1 … T::

    def decay_step(v, t):
        v["s", t] = v["A"] @ v["s", t - 1] + v["u", t]

    decay = Run(
        name="decay",
        words="a linear recurrence",
        sizes="T H",
        parameters={"A": "H H"},
        given={"u": "H"},
        start={"s": "H"},
        step=decay_step,
    )
    closed = r"s_t = A^{t} s_0 + \sum_{k=1}^{t} A^{t-k} u_k"
    assert judge(closed, "decay", runs=[decay]).outcome == "evaluated"

Attention, with samples as rows: softmax goes along rows, and a row is added to each row of a matrix::

    def attend(v):
        scores = v["Q"] @ v["K"].mT / np.sqrt(v["K"].shape[-1])
        e = np.exp(scores - scores.real.max(axis=-1, keepdims=True))
        v["A"] = e / e.sum(axis=-1, keepdims=True)
        v["Y"] = v["A"] @ v["V"]

    attention = Run(
        name="attention",
        words="attention",
        sizes="N M D O",
        parameters={"Q": "N D", "K": "M D", "V": "M O"},
        step=attend,
        rows=True,
    )
    formula = r"Y = \mathrm{softmax} \left( \frac{Q K^\top}{\sqrt{D}} \right) V"
    assert judge(formula, "attention", runs=[attention]).outcome == "evaluated"

Everything else that a run can say stands in ``Run``: printed numbers, sums over time, hints for those who mistake a
letter. A description that does not fit together is a ValueError with the run, the symbol and the way out.
"""

from rnn_notes.checks.run import Run
from rnn_notes.checks.verdicts import check, judge

__all__ = ["Run", "check", "judge"]
