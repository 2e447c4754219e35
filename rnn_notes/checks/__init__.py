r"""Executable maths: every displayed equation is checked, from the LaTeX that the reader sees.

A display says in its first line, a LaTeX comment, how it is to be checked::

    $$
    % check: lstm
    c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t
    $$

Check pages with ``python -m rnn_notes.checks [PATH...]``. What is not understood is refused, never guessed.

The page docs/reference/marks.md has all marks, what is read, and how a page states its own spelling, with examples.

``tokens``, ``spelling`` and ``layout`` bring what an author types into one form, which ``latex`` reads into a ``tree``.
Two back-ends read the tree: ``prove`` with SymPy (through ``expressions``), ``evaluate`` with NumPy (through ``values``
and ``arrays``) on networks of a run. ``verdicts`` chooses by the mark.

Runs of your own
----------------
A ``Run`` says which arrays a network has, of which shapes, and the formulas that lead from one to the next. The engine
draws the networks: seven, of unrelated sizes, each array of a scale of its own, so that what holds on all of them holds
for the formulas and not by accident. Write runs into a module, as ``RUNS = [logistic]``, and name it:
``--runs my_runs``, or ``judge(latex, "logistic", runs=[logistic])``.

Arrays alone, with one evaluation. Vectors are columns (n, 1), numbers (1, 1); ``draw`` gives what must not be normal::

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

The page docs/reference/your-own-notes.md continues with a recurrence and with attention, whose samples are rows.
All else that a run can say is described in ``Run``: printed numbers, sums over time, hints for those who mistake a
letter. A description that does not fit together is a ValueError with the run, the symbol and the way out.
"""

from rnn_notes.checks.run import Run
from rnn_notes.checks.verdicts import check, judge

__all__ = ["Run", "check", "judge"]
