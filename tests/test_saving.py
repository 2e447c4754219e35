"""Files of cells: what is read is what was written, or an error that says why not."""

import os
import pickle
import re
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from random_cells import CELLS, random_run

from rnn_notes import GRU, LSTM, RNN, Readout, parameters, weights

GOOD = {"W_xh": np.ones((3, 4)), "W_hh": np.ones((3, 3)), "b_h": np.ones(3)}
each_cell = pytest.mark.parametrize("cls", CELLS)


def same(a, b):
    """Bit for bit, with the same names, shapes and dtypes."""
    a, b = parameters.arrays(a), parameters.arrays(b)
    return a.keys() == b.keys() and all(
        a[n].dtype == b[n].dtype and a[n].shape == b[n].shape and (a[n] == b[n]).all() for n in a
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@each_cell
def test_what_is_loaded_is_what_was_saved(cls, dtype, tmp_path):
    """Bit for bit, under the very name that was given, with nothing else left in the folder."""
    cell = random_run(cls, dtype=dtype).cell
    parameters.save(tmp_path / "cell", cell)
    loaded = parameters.load(tmp_path / "cell", cls)
    assert type(loaded) is cls
    assert same(loaded, cell)
    assert [p.name for p in tmp_path.iterdir()] == ["cell"]


def test_a_model_is_one_file(tmp_path):
    """A tuple of cells is loaded by the tuple of their classes."""
    model = random_run(LSTM).cell, Readout.init(3, 2, np.random.default_rng(0))
    parameters.save(str(tmp_path / "model"), model)
    assert same(parameters.load(str(tmp_path / "model"), (LSTM, Readout)), model)


def test_the_same_cell_is_the_same_file(tmp_path):
    """Byte for byte: no date in it."""
    cell = random_run(RNN).cell
    for name in ("a", "b"):
        parameters.save(tmp_path / name, cell)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_nested_models_are_loaded_by_their_nested_kinds(tmp_path):
    """Names have a place for each tuple."""
    rng = np.random.default_rng(0)
    model = (random_run(LSTM).cell, Readout.init(3, 2, rng)), random_run(GRU).cell
    parameters.save(tmp_path / "model", model)
    loaded = parameters.load(tmp_path / "model", ((LSTM, Readout), GRU))
    assert same(loaded, model)


@pytest.mark.parametrize("nothing", [RNN, (), np.ones(3), {"a": random_run(RNN).cell}, None])
def test_what_could_not_be_loaded_is_not_saved(nothing, tmp_path):
    """Neither a class, nor an array, a dict or nothing at all; and no file is begun."""
    with pytest.raises(
        ValueError, match=r"^cell is .* but a cell, or a tuple of cells, is expected; pass \(cell, readout\)$"
    ):
        parameters.save(tmp_path / "cell", nothing)
    assert list(tmp_path.iterdir()) == []
    parameters.save(tmp_path / "cell", random_run(RNN).cell)
    with pytest.raises(
        ValueError, match=r"^kind is .* but a class of cells, or a tuple of them, is expected; pass RNN"
    ):
        parameters.load(tmp_path / "cell", nothing if nothing is not RNN else "RNN")


def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    """Whole or not at all, and no half file beside it."""
    path = tmp_path / "cell"
    old = random_run(RNN, seed=1).cell
    parameters.save(path, old)

    def full(unfinished, path):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        parameters.save(path, random_run(RNN, seed=2).cell)
    assert same(parameters.load(path, RNN), old)
    assert [p.name for p in tmp_path.iterdir()] == ["cell"]


def test_threads_may_save_to_one_path(tmp_path):
    """Every save succeeds, and every load meanwhile finds one of the cells, whole."""
    path = tmp_path / "cell"
    cells = [random_run(RNN, seed=seed).cell for seed in range(4)]
    parameters.save(path, cells[0])

    def save_and_load(k):
        parameters.save(path, cells[k % 4])
        loaded = parameters.load(path, RNN)
        return any(same(loaded, cell) for cell in cells)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(save_and_load, range(80)))
    assert [p.name for p in tmp_path.iterdir()] == ["cell"]


def test_a_saved_file_keeps_its_mode_and_a_link_its_target(tmp_path):
    """A secret stays a secret, and what a link points to is what is written."""
    target, link = tmp_path / "target", tmp_path / "link"
    parameters.save(target, random_run(RNN, seed=1).cell)
    plain = tmp_path / "plain"
    plain.touch()
    assert target.stat().st_mode == plain.stat().st_mode
    target.chmod(0o600)
    link.symlink_to(target)
    cell = random_run(RNN, seed=2).cell
    parameters.save(link, cell)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o600
    assert same(parameters.load(target, RNN), cell)


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({**GOOD, "more": np.ones(2**21)}, " holds W_hh, W_xh, b_h, more but"),
        ({**GOOD, "b_h": np.ones(2**21)}, r": b_h has shape \(2097152,\) but this RNN expects"),
        ({**GOOD, "W_hh": np.ones((2**10, 2**11))}, r": W_hh has shape \(1024, 2048\) but this RNN expects"),
    ],
)
def test_a_file_that_would_fill_the_memory_is_refused_before_it_does(arrays, text, tmp_path):
    """For its names or its shapes, when no more of it has been read than its header."""
    path = tmp_path / "cell"
    weights.write(path, arrays)
    tracemalloc.start()
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}{text}"):
        parameters.load(path, RNN)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**22


def test_weights_that_are_not_finite_are_not_loaded(tmp_path):
    """As they are not built."""
    path = tmp_path / "cell"
    weights.write(path, {**GOOD, "b_h": np.array([0, np.nan, 0])})
    with pytest.raises(
        ValueError, match=rf"^{re.escape(str(path))}: b_h holds nan at \(1,\) but this RNN expects finite"
    ):
        parameters.load(path, RNN)


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        (
            {"W_xh": GOOD["W_xh"], "b_h": GOOD["b_h"]},
            "{path} holds W_xh, b_h but W_xh, W_hh, b_h are expected; load what was saved there",
        ),
        (
            {**GOOD, "more": np.ones(1)},
            "{path} holds W_hh, W_xh, b_h, more but W_xh, W_hh, b_h are expected; load what was saved there",
        ),
        ({}, "{path} holds nothing but W_xh, W_hh, b_h are expected; load what was saved there"),
        (
            {**GOOD, "W_hh": np.ones((3, 4))},
            "{path}: W_hh has shape (3, 4) but this RNN expects (3, 3), as W_xh has shape (3, 4); "
            "weights are (to, from)",
        ),
        (
            {**GOOD, "b_h": np.ones(3, np.int8)},
            "{path}: b_h has dtype int8 but RNN expects one of float32, float64, complex128; "
            "pass b_h.astype(np.float64)",
        ),
    ],
)
def test_arrays_that_are_no_cell_are_refused(arrays, text, tmp_path):
    """One missing, one too many, none, a wrong shape, a wrong dtype."""
    path = tmp_path / "cell"
    weights.write(path, arrays)
    with pytest.raises(ValueError, match=f"^{re.escape(text.format(path=path))}$"):
        parameters.load(path, RNN)


def test_another_cell_is_refused(tmp_path):
    """A GRU is no LSTM, though all names of the LSTM's arrays are in it."""
    path = tmp_path / "gru"
    parameters.save(path, random_run(GRU).cell)
    text = f"{path} holds W_h, W_x, b, b_hn but W_x, W_h, b are expected; load what was saved there"
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        parameters.load(path, LSTM)


class Bomb:
    """Leaves a trace when it is unpickled."""

    exploded = False

    def __reduce__(self):
        return setattr, (Bomb, "exploded", True)


def damaged(path, reason=".*"):
    """What load says of such a file."""
    return (
        rf"^{re.escape(str(path))}: it is cut short, damaged or no file of weights \({reason}\); save the cell again$"
    )


def test_nothing_is_ever_unpickled(tmp_path):
    """Neither a pickle nor an array of objects in a .npz file."""
    (tmp_path / "pickle").write_bytes(pickle.dumps(Bomb()))
    np.savez(tmp_path / "objects.npz", **{**GOOD, "b_h": np.array([Bomb()], dtype=object)})
    for name in ("pickle", "objects.npz"):
        with pytest.raises(ValueError, match=re.escape(str(tmp_path / name))):
            parameters.load(tmp_path / name, RNN)
    assert not Bomb.exploded


def test_a_file_of_an_earlier_version_is_written_anew_as_the_message_says(tmp_path):
    """What it says is run as it is, and then the model is loaded, to the last bit."""
    path, model = tmp_path / "model.npz", (random_run(LSTM).cell, Readout.init(3, 2, np.random.default_rng(0)))
    np.savez(path, **parameters.arrays(model))
    with pytest.raises(ValueError, match=r"this is a \.npz file but one in the layout of safetensors is") as refused:
        parameters.load(path, (LSTM, Readout))
    (advice,) = re.findall(r"weights\.write\(.*\)(?= writes it anew)", str(refused.value))
    exec(advice, {"np": np, "weights": weights})
    assert same(parameters.load(path, (LSTM, Readout)), model)


def test_no_damaged_file_is_taken(tmp_path):
    """Cut off anywhere, or with any bit changed, it is refused by its name."""
    path = tmp_path / "cell"
    parameters.save(path, RNN.init(1, 1, np.random.default_rng(0)))
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=damaged(path)):
            parameters.load(path, RNN)
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        with pytest.raises(ValueError, match=damaged(path)):
            parameters.load(path, RNN)


def test_other_files_are_refused(tmp_path):
    """A single array, a text; and a file that is not there keeps its usual error."""
    np.save(tmp_path / "array.npy", np.ones(3))
    (tmp_path / "text").write_text("W_xh = 1")
    for name in ("array.npy", "text"):
        with pytest.raises(ValueError, match=damaged(tmp_path / name)):
            parameters.load(tmp_path / name, RNN)
    with pytest.raises(FileNotFoundError):
        parameters.load(tmp_path / "missing", RNN)
