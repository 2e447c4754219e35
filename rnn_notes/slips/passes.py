"""Four gradients written out line by line, as a learner writes them, so that one line can be replaced by a slip.

Each function takes the parameters p, the inputs x and the right classes k, both with an unused entry 0, so that
``x[t]`` is x_t: x is (T + 1, V), one row per letter, with a single one, and k is T + 1 whole numbers.
Each returns the loss, the cross-entropy summed over t = 1 … T, and its gradient, of the form of p.
They repeat ``rnn_notes.cells`` in the slowest way, so that a line of a text is a line of the code.
"""

from types import SimpleNamespace

import numpy as np
from numpy import ndarray

from rnn_notes.activations import sigmoid, softmax


class Arrays(SimpleNamespace):
    """Named arrays: the parameters of a network with its readout, or their gradient."""


def zeros_like(p: Arrays) -> Arrays:
    """As many zeros, under the same names."""
    return Arrays(**{name: np.zeros_like(array) for name, array in vars(p).items()})


def rnn(p: Arrays, x: ndarray, k: ndarray) -> tuple[float, Arrays]:
    """A tanh network."""
    T, H, one_hot = len(x) - 1, len(p.b_h), np.eye(len(p.b_y))
    h, q, loss = [np.zeros(H)], [one_hot[0]], 0.0
    for t in range(1, T + 1):
        h.append(np.tanh(p.W_xh @ x[t] + p.W_hh @ h[t - 1] + p.b_h))
        y = p.W_hy @ h[t] + p.b_y
        q.append(softmax(y))
        loss = loss - np.log(q[t][k[t]])
    d, dh_next = zeros_like(p), np.zeros(H)
    for t in range(T, 0, -1):
        dy = q[t] - one_hot[k[t]]
        d.W_hy += np.outer(dy, h[t])
        d.b_y += dy
        dh = p.W_hy.T @ dy + dh_next
        da = dh * (1 - h[t] ** 2)
        d.W_xh += np.outer(da, x[t])
        d.W_hh += np.outer(da, h[t - 1])
        d.b_h += da
        dh_next = p.W_hh.T @ da
    return loss, d


def rnn_by_products(p: Arrays, x: ndarray, k: ndarray) -> tuple[float, Arrays]:
    """The same network, with the Jacobian J of h_s with respect to h_t as a product for every pair of steps."""
    T, H, one_hot = len(x) - 1, len(p.b_h), np.eye(len(p.b_y))
    h, q, loss = [np.zeros(H)], [one_hot[0]], 0.0
    for t in range(1, T + 1):
        h.append(np.tanh(p.W_xh @ x[t] + p.W_hh @ h[t - 1] + p.b_h))
        q.append(softmax(p.W_hy @ h[t] + p.b_y))
        loss = loss - np.log(q[t][k[t]])
    d, dy = zeros_like(p), [q[t] - one_hot[k[t]] for t in range(T + 1)]
    for t in range(1, T + 1):
        d.W_hy += np.outer(dy[t], h[t])
        d.b_y += dy[t]
        J, dh = np.eye(H), p.W_hy.T @ dy[t]
        for s in range(t + 1, T + 1):
            J = np.diag(1 - h[s] ** 2) @ p.W_hh @ J
            dh = dh + J.T @ p.W_hy.T @ dy[s]
        da = dh * (1 - h[t] ** 2)
        d.W_xh += np.outer(da, x[t])
        d.W_hh += np.outer(da, h[t - 1])
        d.b_h += da
    return loss, d


def lstm(p: Arrays, x: ndarray, k: ndarray) -> tuple[float, Arrays]:
    """An LSTM; n is its candidate."""
    T, H, one_hot = len(x) - 1, len(p.b_i), np.eye(len(p.b_y))
    i, f, o, n, c, h, q = ([np.zeros(H)] for _ in range(7))
    loss = 0.0
    for t in range(1, T + 1):
        i.append(sigmoid(p.W_xi @ x[t] + p.W_hi @ h[t - 1] + p.b_i))
        f.append(sigmoid(p.W_xf @ x[t] + p.W_hf @ h[t - 1] + p.b_f))
        o.append(sigmoid(p.W_xo @ x[t] + p.W_ho @ h[t - 1] + p.b_o))
        n.append(np.tanh(p.W_xn @ x[t] + p.W_hn @ h[t - 1] + p.b_n))
        c.append(f[t] * c[t - 1] + i[t] * n[t])
        h.append(o[t] * np.tanh(c[t]))
        q.append(softmax(p.W_hy @ h[t] + p.b_y))
        loss = loss - np.log(q[t][k[t]])
    d, dh_next, dc_next = zeros_like(p), np.zeros(H), np.zeros(H)
    for t in range(T, 0, -1):
        dy = q[t] - one_hot[k[t]]
        d.W_hy += np.outer(dy, h[t])
        d.b_y += dy
        dh = p.W_hy.T @ dy + dh_next
        do = dh * np.tanh(c[t])
        dc = dh * o[t] * (1 - np.tanh(c[t]) ** 2) + dc_next
        df = dc * c[t - 1]
        di = dc * n[t]
        dn = dc * i[t]
        da_i = di * i[t] * (1 - i[t])
        da_f = df * f[t] * (1 - f[t])
        da_o = do * o[t] * (1 - o[t])
        da_n = dn * (1 - n[t] ** 2)
        for gate, da in zip("ifon", (da_i, da_f, da_o, da_n), strict=True):
            vars(d)[f"W_x{gate}"] += np.outer(da, x[t])
            vars(d)[f"W_h{gate}"] += np.outer(da, h[t - 1])
        d.b_i += da_i
        d.b_f += da_f
        d.b_o += da_o
        d.b_n += da_n
        dh_next = p.W_hi.T @ da_i + p.W_hf.T @ da_f + p.W_ho.T @ da_o + p.W_hn.T @ da_n
        dc_next = dc * f[t]
    return loss, d


def gru(p: Arrays, x: ndarray, k: ndarray) -> tuple[float, Arrays]:
    """A GRU that resets after the product; z = 1 keeps."""
    T, H, one_hot = len(x) - 1, len(p.b_r), np.eye(len(p.b_y))
    r, z, m, n, h, q = ([np.zeros(H)] for _ in range(6))
    loss = 0.0
    for t in range(1, T + 1):
        r.append(sigmoid(p.W_xr @ x[t] + p.W_hr @ h[t - 1] + p.b_r))
        z.append(sigmoid(p.W_xz @ x[t] + p.W_hz @ h[t - 1] + p.b_z))
        m.append(p.W_hn @ h[t - 1] + p.b_hn)
        n.append(np.tanh(p.W_xn @ x[t] + p.b_n + r[t] * m[t]))
        h.append((1 - z[t]) * n[t] + z[t] * h[t - 1])
        q.append(softmax(p.W_hy @ h[t] + p.b_y))
        loss = loss - np.log(q[t][k[t]])
    d, dh_next = zeros_like(p), np.zeros(H)
    for t in range(T, 0, -1):
        dy = q[t] - one_hot[k[t]]
        d.W_hy += np.outer(dy, h[t])
        d.b_y += dy
        dh = p.W_hy.T @ dy + dh_next
        dz = dh * (h[t - 1] - n[t])
        dn = dh * (1 - z[t])
        da_n = dn * (1 - n[t] ** 2)
        dm = da_n * r[t]
        da_r = da_n * m[t] * r[t] * (1 - r[t])
        da_z = dz * z[t] * (1 - z[t])
        for gate, da, dm_or_da in zip("rzn", (da_r, da_z, da_n), (da_r, da_z, dm), strict=True):
            vars(d)[f"W_x{gate}"] += np.outer(da, x[t])
            vars(d)[f"W_h{gate}"] += np.outer(dm_or_da, h[t - 1])
            vars(d)[f"b_{gate}"] += da
        d.b_hn += dm
        dh_next = p.W_hr.T @ da_r + p.W_hz.T @ da_z + p.W_hn.T @ dm
        dh_next = dh_next + dh * z[t]
    return loss, d


PASSES = {function.__name__: function for function in (rnn, rnn_by_products, lstm, gru)}
