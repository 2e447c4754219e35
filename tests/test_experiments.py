"""The recorded results can be reproduced, and nothing of what is predicted reaches the training."""

import hashlib
import importlib
import json

import numpy as np
import pytest
from toy_experiment import assert_same

from rnn_notes import datasets, gradcheck
from rnn_notes.cells import GRU
from rnn_notes.datasets import Series
from rnn_notes.experiments import NAMES, corpus, forecast, novels, recorded, runner, stocks, time_series
from rnn_notes.experiments.forecast import Forecaster
from rnn_notes.experiments.ngrams import NGrams


@pytest.mark.parametrize("name", NAMES)
def test_running_a_seed_again_gives_the_recorded_numbers(name):
    """The check of each record, a run of few steps, so that rounding, which differs from processor to processor,
    does not grow to where it would be seen: in these runs it stays below 1e-12.
    """
    experiment, record = importlib.import_module(f"rnn_notes.experiments.{name}"), recorded(name)
    excerpt = {"excerpt": novels.excerpt()}
    kept = {
        "text": corpus.load(),
        "text_again": excerpt,
        "three_cells": excerpt,
    }  # no network, no pages as they are now
    data = kept[name] if name in kept else experiment.data()
    found = experiment.run(record.check["seed"], experiment.CHECK, data, runner.Keeper())
    found.pop("files", None)
    again = json.loads(json.dumps(found))
    expected = {key: value for key, value in record.check.items() if key not in ("seed", "seconds")}
    assert_same(again, expected)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_ngrams_give_probabilities(n):
    """Positive and with sum 1, after any context, seen or not."""
    counted = NGrams(np.array([0, 1, 0, 1, 2]), n, V=4)
    for before in ([], [0], [3, 3], [0, 1], [2, 0, 1]):
        p = counted.after(np.array(before, dtype=int))
        assert (p > 0).all()
        assert abs(p.sum() - 1) < 1e-12


def test_ngrams_mix_counts_as_witten_and_bell_do():
    """By hand for the text 0 1 0 1 2 with 4 characters: unigram (2, 2, 1, 0) of 5 with 3 kinds, mixed with 1/4 each."""
    unigram = (np.array([2, 2, 1, 0]) + 3 / 4) / 8
    assert np.allclose(NGrams(np.array([0, 1, 0, 1, 2]), 1, 4).after(np.array([3])), unigram)
    after_one = (np.array([1, 0, 1, 0]) + 2 * unigram) / 4  # after 1 came 0 and 2, once each
    assert np.allclose(NGrams(np.array([0, 1, 0, 1, 2]), 2, 4).after(np.array([0, 1])), after_one)


def test_perplexity_of_a_guess_is_the_size_of_the_alphabet():
    """A unigram model that has seen each of 4 characters equally often is as unsure as one that guesses."""
    assert abs(NGrams(np.arange(4), 1, 4).perplexity(np.array([2, 0, 3, 3])) - 4) < 1e-12


PAGE = """---
description: Not prose.
---

# Not prose

This is *prose* with a [link](page.md) and the names $W_{hh}$ and `b_h`.
This sentence holds $a = b$, which is more than a name.
- A **list** item with `code` in it.

| not | prose |
| --- | --- |

```python
not_prose = 1
```

$$
% check: chain
1 + 1 = 2
$$

??? success "Not prose"
    But this is.
    <!-- holds: 1 + 1 == 2 -->
"""


def test_the_corpus_is_the_prose_of_the_pages(tmp_path, monkeypatch):
    """Without front matter, headings, tables, code, formulas, claims and rare signs; names are spelled as in code."""
    monkeypatch.setattr(corpus, "RARE", 2)
    (tmp_path / "b.md").write_text("Later.\nThis has a rare sign: ~.\n")
    (tmp_path / "a.md").write_text(PAGE)
    assert corpus.gather(tmp_path).splitlines() == [
        "This is prose with a link and the names W_hh and b_h. A list item with code in it.",
        "But this is.",
        "Later.",
    ]


def test_every_tenth_paragraph_is_held_out():
    """And in no other part."""
    training, held_out = corpus.split("".join(f"{n}\n" for n in range(1, 26)))
    assert held_out == "10\n20\n"
    assert [int(n) for n in training.split()] == [n for n in range(1, 26) if n % 10]


def test_the_corpus_beside_the_record_is_the_one_that_was_read():
    """Its digest is in the record, so a page that is edited later changes nothing here."""
    digest = hashlib.sha256(corpus.load().encode()).hexdigest()
    assert {run["corpus"] for run in recorded("text").runs} == {digest}


def test_nothing_of_the_test_years_reaches_the_training_of_the_series():
    """Other numbers from 1921 on change neither the scaler nor a training window; nor do those from 1956 validation."""
    before = time_series.data()
    for part, first in (("training", "1921"), ("validation", "1956")):
        values = before.values + 1000 * (before.time >= np.datetime64(first))
        after = Series(before.name, before.unit, before.time, values)
        assert time_series.scaler(after) == time_series.scaler(before)
        for old, new in zip(
            time_series.windows(before, part, 22, 11), time_series.windows(after, part, 22, 11), strict=True
        ):
            assert (old == new).all()


@pytest.mark.parametrize("quantity", ["returns", "prices"])
def test_nothing_of_the_later_months_reaches_the_training_on_stocks(quantity):
    """Other prices from 2006 on change no training window and no scaler, unless the scaler is made to leak."""
    before = stocks.data()
    after = {
        name: Series(s.name, s.unit, s.time, s.values * np.where(s.time >= stocks.VALIDATION, 3, 1))
        for name, s in before.items()
    }

    def same(leak):
        old, new = (stocks.parts(prices, 3, quantity, leak)["training"] for prices in (before, after))
        return np.array_equal(old.x, new.x) and np.array_equal(old.target, new.target)

    assert same(leak=False)
    assert not same(leak=True)


@pytest.mark.parametrize("quantity", ["returns", "prices"])
@pytest.mark.parametrize("months", [1, 12])
def test_a_perfect_output_is_a_perfect_forecast(quantity, months):
    """Where the output is the target, the predicted returns are those that came, for every part and stock."""
    for part in stocks.parts(stocks.data(), months, quantity).values():
        assert np.allclose(part.predicted(part.target, quantity), part.returns)
        assert stocks.error(part.returns, part) == 0


def test_each_test_month_of_each_stock_is_predicted_once():
    """39 months from January 2007 to March 2010, five stocks, whatever the network sees."""
    prices = stocks.data()
    for months in (1, 12):
        test = stocks.parts(prices, months, "returns")["test"]
        then = np.concatenate([s.between("2007-01", "2010-03").values for s in prices.values()])
        assert np.array_equal(test.then, then)
        assert len(then) == 195


def test_the_autoregression_recovers_a_linear_recurrence():
    """On a series that follows v_t = 1.6 v_{t−1} − 0.9 v_{t−2} + 3 it predicts three years without an error."""
    values = [10.0, 12.0]
    while len(values) < 309:
        values.append(1.6 * values[-1] - 0.9 * values[-2] + 3)
    made = Series("made", "", time_series.data().time, np.array(values))
    ar = time_series.Autoregression.fit(made, 2, 3)
    assert np.allclose(ar.weights[:, 0], [-0.9, 1.6, 3])
    x, target = time_series.windows(made, "test", 22, 3)
    assert np.allclose(ar.forecast(x), target)


def test_simple_forecasts_are_what_their_names_say():
    """On the years themselves: last value 2000, ahead 1, 2, 3; one cycle before: the year less eleven."""
    x, target = datasets.windows(np.arange(1900.0, 2000.0), 22, 11)
    assert (time_series.last_value(x, 11) == target[:, :1] - 1).all()
    assert (time_series.one_cycle_before(x, 11) == target - 11).all()


def test_a_forecaster_survives_its_file(tmp_path):
    """The network beside a record is the one that was trained, to the last bit."""
    network = Forecaster.init(GRU, 4, 2, np.random.default_rng(0))
    (tmp_path / "network").write_bytes(network.dump())
    again = Forecaster.load(tmp_path / "network", GRU)
    x = np.random.default_rng(1).normal(size=(5, 3, 1))
    assert np.array_equal(again.forecast(x), network.forecast(x))


def test_the_loss_of_a_forecast_is_at_the_last_step_alone():
    """Its gradient is that which finite differences measure, zero before the last step."""
    rng = np.random.default_rng(0)
    y, target = rng.normal(size=(4, 3, 2)), rng.normal(size=(3, 2))
    _, dy = forecast.last_step(y, target)
    measured = gradcheck.finite_differences(lambda y: float(forecast.last_step(y, target)[0]), y)
    assert gradcheck.relative_difference(dy, measured) < 1e-8
    assert (dy[:-1] == 0).all()


def test_turns_are_counted_with_their_direction():
    """Three times round, one way and the other."""
    angle = np.linspace(0, 6 * np.pi, 100)
    path = np.column_stack([np.cos(angle), np.sin(angle)])
    assert abs(time_series.turns(path) - 3) < 1e-12
    assert abs(time_series.turns(path[::-1]) + 3) < 1e-12
