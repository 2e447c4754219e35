"""The figures of the uses show what was recorded and what is measured, computed here once more by other means."""

import numpy as np
import pytest

from rnn_notes import figures
from rnn_notes.experiments import corpus, generator, recorded, stocks, time_series
from rnn_notes.figures import stock_prices
from rnn_notes.figures import text as of_text
from rnn_notes.figures import time_series as pictures

SUNSPOTS = {
    int(str(year)): value for year, value in zip(time_series.data().time, time_series.data().values, strict=True)
}


def lines(name):
    """The lines that a figure shows, by their label: x and y."""
    axes = figures.draw(name).axes
    return {line.get_label(): line.get_data() for ax in axes for line in ax.get_lines()}


def test_the_errors_of_the_simple_forecasts_follow_from_the_years():
    """Looked up year by year: the last value, and the year eleven before, for every origin from 1955 to 1997."""
    errors = pictures.baseline_errors()
    for k in range(1, 12):
        targets = np.array([SUNSPOTS[origin + k] for origin in range(1955, 1998)])
        last = np.array([SUNSPOTS[origin] for origin in range(1955, 1998)])
        cycle = np.array([SUNSPOTS[origin + k - 11] for origin in range(1955, 1998)])
        assert errors["last value"][k - 1] == pytest.approx(np.sqrt(np.mean((last - targets) ** 2)))
        assert errors["one cycle before"][k - 1] == pytest.approx(np.sqrt(np.mean((cycle - targets) ** 2)))


def test_the_sunspots_are_drawn_above_their_years():
    """Each number of the data at its year; the years of a calendar as numbers, before 1970 too."""
    (line,) = figures.draw("sunspot-numbers").axes[0].get_lines()
    assert dict(zip(*line.get_data(), strict=True)) == SUNSPOTS
    assert pictures.years(np.array(["1699", "1970", "2010"], "datetime64[Y]")).tolist() == [1699, 1970, 2010]


def test_the_networks_in_the_picture_of_errors_are_at_their_recorded_means():
    """A dot for each year ahead, at the mean over the seeds."""
    shown = lines("sunspot-errors")
    for name in ("RNN", "LSTM", "GRU"):
        mean = np.mean([run[name]["error"] for run in recorded("time_series").runs], axis=0)
        assert np.allclose(shown[name][1], mean)


def test_the_recorded_network_has_the_recorded_error():
    """The forecasts that are drawn come from the network of the first seed: its error is the one in the record."""
    forecast, _, _ = pictures.intervals("GRU")
    target = np.array([[SUNSPOTS[origin + k] for k in range(1, 12)] for origin in range(1955, 1998)])
    error = np.sqrt(np.mean((forecast - target) ** 2, axis=0))
    assert np.allclose(error, recorded("time_series").runs[0]["GRU"]["error"], rtol=1e-6)


def test_an_interval_holds_eight_of_ten_errors_of_the_validation_years():
    """Of the 25 errors of each year ahead, 19 or 21 lie inside, whatever the interval holds later."""
    found, settings = time_series.data(), time_series.SETTINGS
    network, units = time_series.network(recorded("time_series"), "GRU"), time_series.scaler(found)
    forecast, low, high = pictures.intervals("GRU")
    x, target = time_series.windows(found, "validation", settings.window, settings.ahead)
    errors = target - units.restore(network.forecast(units.scale(x)))
    inside = (errors >= (low - forecast)[0]) & (errors <= (high - forecast)[0])
    assert len(errors) == 25
    assert set(inside.sum(axis=0)) <= {19, 20, 21}
    assert np.allclose(high - low, (high - low)[0])


def test_the_plane_keeps_as_much_of_the_hidden_states_as_a_plane_can():
    """The variance in it is the sum of the two largest eigenvalues of their covariance."""
    plane, last, rising = pictures.state_plane("GRU")
    x = np.array([[SUNSPOTS[year] for year in range(end - 21, end + 1)] for end in range(1721, 2008)]).T[:, :, None]
    h = time_series.network(recorded("time_series"), "GRU").state(time_series.scaler(time_series.data()).scale(x))
    largest = np.linalg.eigvalsh(np.cov(h.T))[-2:].sum()
    assert np.trace(np.cov(plane.T)) == pytest.approx(largest)
    assert last.tolist() == [SUNSPOTS[year] for year in range(1721, 2008)]
    assert rising.tolist() == [SUNSPOTS[year + 1] > SUNSPOTS[year] for year in range(1721, 2008)]


def test_the_late_forecast_is_closest_to_the_month_before():
    """The bars: at one month the distance is less than half of that at none and at two."""
    bars = [bar.get_height() for bar in figures.draw("one-month-late").axes[1].patches]
    months, price, predicted = stock_prices.tested_prices("MSFT", "prices", 3)
    assert bars[0] == pytest.approx(np.sqrt(np.mean((predicted - price) ** 2)))
    assert bars[1] == pytest.approx(np.sqrt(np.mean((predicted[1:] - price[:-1]) ** 2)))
    assert bars == [stock_prices.distance(price, predicted, shift) for shift in range(4)]
    assert bars[1] < min(bars[0], bars[2]) / 2
    assert [str(month) for month in months[[0, -1]]] == ["2007-01", "2010-03"]
    assert price.tolist() == stocks.data()["MSFT"].values[-39:].tolist()


def test_the_first_row_of_the_stocks_is_the_size_of_the_returns():
    """To expect no change is wrong by the whole return, and to expect the average by what differs from it."""
    returns = np.concatenate([s.values[-39:] / s.values[-40:-1] - 1 for s in stocks.data().values()])
    earlier = np.concatenate([stocks.returns(s.between("2000-01", "2005-12").values) for s in stocks.data().values()])
    simple = stock_prices.simple_errors()
    assert simple["no change"] == pytest.approx(100 * np.sqrt(np.mean(returns**2)))
    assert simple["average return"] == pytest.approx(100 * np.sqrt(np.mean((returns - earlier.mean()) ** 2)))


def test_the_control_compares_each_walk_with_its_own_first_row():
    """On its random walks no network knows anything: over the seeds the mean excess is small, and not below zero."""
    excess = stock_prices.excess_errors()
    assert {name: errors.shape for name, errors in excess.items()} == {"real prices": (3, 20), "random walks": (3, 20)}
    run = recorded("stocks").runs[7]["walks"]["LSTM"]["3"]
    assert excess["random walks"][1, 7] == run["error"] - run["no change"]
    assert (excess["random walks"].mean(axis=1) >= 0).all()
    assert (excess["random walks"].mean(axis=1) < excess["real prices"].mean(axis=1)).all()


@pytest.mark.slow
def test_the_lines_of_counting_are_perplexities_of_the_held_out_text():
    """The unigram by hand: counts mixed with guessing as Witten and Bell do; each longer one to 4 is lower."""
    training, held_out = corpus.split(corpus.load())
    characters = sorted(set(corpus.load()))
    kinds = len(set(training))
    p = {c: (training.count(c) + kinds / len(characters)) / (len(training) + kinds) for c in characters}
    by_hand = np.exp(-np.mean([np.log(p[c]) for c in held_out]))
    perplexities = of_text.ngram_perplexities()
    assert perplexities[0] == pytest.approx(by_hand)
    assert perplexities[:4] == sorted(perplexities[:4], reverse=True)


def test_the_bars_of_a_temperature_are_powers_of_those_at_one():
    """In every panel the ratio of two bars is the ratio at temperature 1 to the power 1/temperature."""
    shown = [[bar.get_width() for bar in ax.patches] for ax in figures.draw("temperature").axes]
    characters, probabilities = of_text.expected()
    assert shown == probabilities.tolist()
    cold, plain, hot = shown
    for bars, temperature in ((cold, 0.2), (hot, 2.0)):
        for k in range(1, 12):
            assert bars[k] / bars[0] == pytest.approx((plain[k] / plain[0]) ** (1 / temperature))
    assert plain == sorted(plain, reverse=True)
    model = generator.load()
    by_character = dict(zip(model.alphabet, generator.distribution(model.read("The ")[0]), strict=True))
    assert plain == [by_character[character] for character in characters]
    assert plain[0] == max(by_character.values())


def test_the_recorded_samples_are_shown_word_for_word():
    """What the network of each seed wrote after the last step of its training: its first three lines."""
    words = " ".join(text.get_text() for text in figures.draw("samples").texts).split()
    shown = [part.split(maxsplit=1) for part in " ".join(words).split("seed ")[1:]]
    runs = recorded("text").runs
    assert [int(seed) for seed, _ in shown] == [run["seed"] for run in runs]
    for (_, text), run in zip(shown, runs, strict=True):
        sample = run["samples"][max(run["samples"], key=int)]
        assert of_text.last_samples()[run["seed"]] == sample
        assert len(text) > 120
        assert " ".join(sample.split()).startswith(text.strip().removesuffix(" …"))


def test_of_the_two_series_the_walk_has_the_steeper_slope():
    """Slopes by NumPy's own fit; A loses a twentieth of its level each month and B nothing, but for the noise."""
    of_kinds, pair = stock_prices.reversion()
    fitted = {name: np.polyfit(v[:-1], np.diff(v), 1)[0] for name, v in pair.items()}
    assert fitted["B"] == pytest.approx(of_kinds["random walks"][stock_prices.PAIR])
    assert fitted["B"] < fitted["A"]
    assert fitted["A"] == pytest.approx(of_kinds["5 % a month"][stock_prices.PAIR])
    for name, kept in (("A", 0.95), ("B", 1.0)):
        noise = pair[name][1:] - kept * pair[name][:-1]
        assert 0.085 < noise.std() < 0.115
        assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.2
    assert {name: stock_prices.slope(v) for name, v in pair.items()} == pytest.approx(fitted)
    shown = lines("walk-or-reversion")
    border = shown["border"][0][0]
    assert (of_kinds["random walks"] < border).mean() == pytest.approx(0.05)
