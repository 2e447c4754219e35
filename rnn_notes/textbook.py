"""The training step as textbooks write it: one gate, one time step, one product at a time.

The benchmark races the cells against it, and the tests compare their gradients with it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from rnn_notes.cells import GRU, LSTM, RNN
from rnn_notes.readout import Readout


def sigmoid(a: ndarray) -> ndarray:
    """σ(a) = 1 / (1 + e^(−a))."""
    return 1 / (1 + np.exp(-a))


def rnn(cell: RNN, x: ndarray, target: ndarray) -> tuple[RNN, ndarray]:
    """The gradient of ½ Σ (h − target)² with respect to the parameters and to x, from h_0 = 0."""
    h = [np.zeros_like(target[0])]
    for x_t in x:
        h.append(np.tanh(x_t @ cell.W_xh.T + h[-1] @ cell.W_hh.T + cell.b_h))
    dW_xh, dW_hh, db_h = np.zeros_like(cell.W_xh), np.zeros_like(cell.W_hh), np.zeros_like(cell.b_h)
    dx, dh_next = np.zeros_like(x), np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        delta = (h[t + 1] - target[t] + dh_next) * (1 - h[t + 1] ** 2)
        dW_xh += delta.T @ x[t]
        dW_hh += delta.T @ h[t]
        db_h += delta.sum(axis=0)
        dx[t] = delta @ cell.W_xh
        dh_next = delta @ cell.W_hh
    return RNN(dW_xh, dW_hh, db_h), dx


def lstm(cell: LSTM, x: ndarray, target: ndarray) -> tuple[LSTM, ndarray]:
    """The same for the LSTM, from h_0 = c_0 = 0."""
    h, c, gates = [np.zeros_like(target[0])], [np.zeros_like(target[0])], []
    for x_t in x:
        i = sigmoid(x_t @ cell.W_xi.T + h[-1] @ cell.W_hi.T + cell.b_i)
        f = sigmoid(x_t @ cell.W_xf.T + h[-1] @ cell.W_hf.T + cell.b_f)
        o = sigmoid(x_t @ cell.W_xo.T + h[-1] @ cell.W_ho.T + cell.b_o)
        c_tilde = np.tanh(x_t @ cell.W_xc.T + h[-1] @ cell.W_hc.T + cell.b_c)
        c.append(f * c[-1] + i * c_tilde)
        h.append(o * np.tanh(c[-1]))
        gates.append((i, f, o, c_tilde))
    grads = LSTM(np.zeros_like(cell.W_x), np.zeros_like(cell.W_h), np.zeros_like(cell.b))
    dx, dh_next, dc_next = np.zeros_like(x), np.zeros_like(h[0]), np.zeros_like(c[0])
    for t in reversed(range(len(x))):
        i, f, o, c_tilde = gates[t]
        tanh_c = np.tanh(c[t + 1])
        dh = h[t + 1] - target[t] + dh_next
        dc = dc_next + dh * o * (1 - tanh_c**2)
        deltas = [
            dc * c_tilde * i * (1 - i),
            dc * c[t] * f * (1 - f),
            dh * tanh_c * o * (1 - o),
            dc * i * (1 - c_tilde**2),
        ]
        dh_next = np.zeros_like(dh)
        for k, delta in enumerate(deltas):
            grads.W_x[k] += delta.T @ x[t]
            grads.W_h[k] += delta.T @ h[t]
            grads.b[k] += delta.sum(axis=0)
            dx[t] += delta @ cell.W_x[k]
            dh_next += delta @ cell.W_h[k]
        dc_next = dc * f
    return grads, dx


def gru(cell: GRU, x: ndarray, target: ndarray) -> tuple[GRU, ndarray]:
    """The same for the GRU, from h_0 = 0."""
    h, gates = [np.zeros_like(target[0])], []
    for x_t in x:
        r = sigmoid(x_t @ cell.W_xr.T + h[-1] @ cell.W_hr.T + cell.b_r)
        z = sigmoid(x_t @ cell.W_xz.T + h[-1] @ cell.W_hz.T + cell.b_z)
        m = h[-1] @ cell.W_hn.T + cell.b_hn
        n = np.tanh(x_t @ cell.W_xn.T + cell.b_n + r * m)
        h.append((1 - z) * n + z * h[-1])
        gates.append((r, z, m, n))
    grads = GRU(*(np.zeros_like(a) for a in (cell.W_x, cell.W_h, cell.b, cell.b_hn)))
    dx, dh_next = np.zeros_like(x), np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        r, z, m, n = gates[t]
        dh = h[t + 1] - target[t] + dh_next
        dn = dh * (1 - z) * (1 - n**2)
        dz = dh * (h[t] - n) * z * (1 - z)
        dr = dn * m * r * (1 - r)
        dh_next = dh * z
        for k, (delta, delta_h) in enumerate([(dr, dr), (dz, dz), (dn, dn * r)]):
            grads.W_x[k] += delta.T @ x[t]
            grads.W_h[k] += delta_h.T @ h[t]
            grads.b[k] += delta.sum(axis=0)
            dx[t] += delta @ cell.W_x[k]
            dh_next += delta_h @ cell.W_h[k]
        grads.b_hn[:] += (dn * r).sum(axis=0)
    return grads, dx


STEPS: dict[type[Any], Callable[[Any, ndarray, ndarray], tuple[Any, ndarray]]] = {RNN: rnn, GRU: gru, LSTM: lstm}


def characters(model: tuple[RNN, Readout], inputs: Sequence[int], targets: Sequence[int]) -> tuple[float, Any]:
    """Loss and gradient of a character model on one text: one-hot columns, one at a time (Karpathy's min-char-rnn)."""
    cell, readout = model
    xs, hs, ps, loss = [], [np.zeros((len(cell.b_h), 1), cell.dtype)], [], 0.0
    for i, target in zip(inputs, targets, strict=True):
        x = np.zeros((cell.W_xh.shape[1], 1), cell.dtype)
        x[i] = 1
        h = np.tanh(np.dot(cell.W_xh, x) + np.dot(cell.W_hh, hs[-1]) + cell.b_h[:, None])
        y = np.dot(readout.W_hy, h) + readout.b_y[:, None]
        p = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(p[target, 0])
        xs.append(x)
        hs.append(h)
        ps.append(p)
    dW_xh, dW_hh, dW_hy = np.zeros_like(cell.W_xh), np.zeros_like(cell.W_hh), np.zeros_like(readout.W_hy)
    db_h, db_y, dh_next = np.zeros_like(hs[0]), np.zeros_like(ps[0]), np.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dW_hy += np.dot(dy, hs[t + 1].T)
        db_y += dy
        dh = np.dot(readout.W_hy.T, dy) + dh_next
        delta = (1 - hs[t + 1] * hs[t + 1]) * dh
        db_h += delta
        dW_xh += np.dot(delta, xs[t].T)
        dW_hh += np.dot(delta, hs[t].T)
        dh_next = np.dot(cell.W_hh.T, delta)
    return loss, (RNN(dW_xh, dW_hh, db_h[:, 0]), Readout(dW_hy, db_y[:, 0]))
