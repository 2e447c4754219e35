"""The figures of the second page on text show what was recorded and what the recorded networks compute."""

import numpy as np
import pytest

from rnn_notes import figures
from rnn_notes.experiments import novels, recorded, saliency, text_again, three_cells, units
from rnn_notes.figures import novels as pictures


def test_the_curves_are_those_of_the_record():
    """All points of training, and the held-out novel after each pass; the line is the best n-gram."""
    (run,) = recorded("text_again").runs
    assert pictures.found() == run
    lines = {line.get_label(): line.get_data() for line in figures.draw("novels-learning").axes[0].get_lines()}
    training, held_out = (lines[name] for name in [*lines][:2])
    assert training[1].tolist() == [point["training"] for point in run["curve"] if "training" in point]
    assert held_out[1].tolist() == [point["held out"] for point in run["curve"] if "held out" in point]
    best, bits = pictures.counting()
    assert bits.mean() == min(np.mean(of) for of in run["counted"].values()) == np.mean(run["counted"][str(best)])


def test_the_models_are_compared_on_the_same_stretches():
    """The network's own row is the last; a row of several seeds is their mean, stretch by stretch."""
    rows = {name: bits for name, bits, _ in pictures.bits_of_models()}
    record = recorded("three_cells")
    assert len({len(bits) for bits in rows.values()}) == 1
    assert [*rows.values()][-1].tolist() == recorded("text_again").runs[0]["bits"]
    for name in three_cells.CELLS:
        by_hand = [np.mean([run[name]["bits"][k] for run in record.runs]) for k in range(len(rows[name]))]
        assert np.allclose(rows[name], by_hand, rtol=1e-12)


def test_the_picture_of_the_gradient_shows_the_passage_and_its_prediction():
    """One box for each character and network; the predicted one has the frame; the passage is of the excerpt."""
    assert pictures.passage() in novels.excerpt()
    assert len(pictures.passage()) == three_cells.SHOWN
    boxes = list(figures.draw("where-the-gradient-goes").axes[0].patches)
    assert len(boxes) == 3 * three_cells.SHOWN
    framed = [k for k, box in enumerate(boxes) if box.get_edgecolor()[3]]
    assert framed == [three_cells.AT + number * three_cells.SHOWN for number in range(3)]


@pytest.mark.parametrize("name", three_cells.CELLS)
def test_the_strengths_of_the_recorded_network_are_near_those_of_the_record(name):
    """On some places of the excerpt the rounded network's gradients fall like the recorded ones of the first seed."""
    text, triangle = pictures.passage(), pictures.strengths_of(name)
    assert np.allclose(triangle[19, :20], saliency.strengths(three_cells.network(name), text[:21])[19])
    found = saliency.by_distance(three_cells.network(name), novels.excerpt(), T=40, B=40)
    expected = pictures.reach(name)[0][:40]
    assert np.corrcoef(np.log(found[:20]), np.log(expected[:20]))[0, 1] > 0.95


def test_the_unit_in_the_picture_is_the_recorded_one():
    """Its value after each character of the shown lines, as the network reads them one by one."""
    text, h = pictures.quotation()
    found = recorded("text_again").runs[0]["units"]["quotes"]["trained"]
    model, whole = text_again.network(), novels.excerpt()
    start = whole.index(text)
    _, state = model.read(whole[:start])
    for at in range(60):
        _, state = model.read(text[at], state)
        assert h[at] == pytest.approx(state[0][0, found["unit"]], rel=1e-9)
    assert units.balanced(units.told(h, tuple(found["cut"])), units.in_quotes(whole)[start : start + len(h)]) > 0.95


def test_the_samples_are_what_the_recorded_network_writes():
    """The first of each temperature's characters, drawn again from its seed."""
    record = recorded("text_again")
    model = text_again.network()
    for temperature, sample in record.runs[0]["samples"].items():
        again = model.generate(record.settings["prompt"], 60, float(temperature), np.random.default_rng(0))
        assert sample.startswith(again)
    assert model.before == record.settings["before"]
