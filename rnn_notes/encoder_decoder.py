"""From sequence to sequence (Sutskever, Vinyals and Le 2014): an encoder reads, a decoder writes.

The decoder starts in the states in which the encoder ended, which is all it knows, unless there is attention: then each
of its states asks the states of the encoder, and the answer is beside it at the readout (Luong, Pham and Manning
2015). In training the decoder is given what it should have written before (teacher forcing); alone, it is given what it
has written, which ``search`` decides.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike

from rnn_notes import sequences
from rnn_notes.additive_attention import AdditiveAttention
from rnn_notes.attention import AttentionTrace, DotAttention
from rnn_notes.bidirectional import sizes
from rnn_notes.cells import require
from rnn_notes.readout import Readout

Memory = tuple[ndarray, ndarray]  # the encoder's states (M, B, H), and which of them are not padding (1, B, M)


@dataclass(frozen=True, eq=False)
class EncoderDecoderTrace:
    """What a forward pass leaves behind."""

    encoder: Any
    decoder: Any
    attention: AttentionTrace | None
    features: ndarray  # (N, B, …), what the readout sees
    y: ndarray  # (N, B, O), one score for each class
    lengths: ndarray  # (B,), of the input


@dataclass(frozen=True, eq=False)
class EncoderDecoder:
    """Two cells of one kind and size, a readout of H numbers, or of 2H with attention, and the attention or ()."""

    encoder: Any
    decoder: Any
    readout: Readout
    attention: DotAttention | AdditiveAttention | tuple[()] = ()

    def __post_init__(self) -> None:
        if len({part.dtype for part in (self.encoder, self.decoder, self.readout)}) > 1:
            raise ValueError(
                f"encoder, decoder and readout are {self.encoder.dtype}, {self.decoder.dtype} and {self.readout.dtype} "
                f"but one dtype is expected; make all with dtype=np.float64"
            )
        H, expected = sizes(self.encoder)[1], sizes(self.encoder)[1] * (2 if self.attention else 1)
        if type(self.encoder) is not type(self.decoder) or sizes(self.decoder)[1] != H:
            raise ValueError("encoder and decoder hand on a state, so they are of one kind and size; make both alike")
        if self.readout.W_hy.shape[1] != expected:
            raise ValueError(
                f"readout takes {self.readout.W_hy.shape[1]} units but {expected} are expected, "
                f"{'states and contexts' if self.attention else 'those of the decoder'}; make it with H={expected}"
            )

    def encode(self, x: ArrayLike, lengths: ArrayLike | None = None) -> tuple[Any, tuple[ndarray, ...], Memory]:
        """The encoder's trace on x (M, B, D), the states that the decoder starts in, and what attention sees."""
        trace, ends = sequences.run(self.encoder, x, lengths=lengths)
        M, B = len(trace.h) - 1, trace.h.shape[1]
        seen = sequences.mask(np.full(B, M) if lengths is None else lengths, M)
        return trace, ends, (trace.h[1:], seen.T[None])

    def forward(self, x: ArrayLike, given: ArrayLike, lengths: ArrayLike | None = None) -> EncoderDecoderTrace:
        """Read x (M, B, D), of these lengths, and write as many steps as ``given`` (N, B, D′) has, one after each."""
        encoder, state, memory = self.encode(x, lengths)
        (D, _), B = sizes(self.decoder), encoder.h.shape[1]
        given = require.array(self.decoder, "given", given, T=None, B=B, D=D)
        decoder = self.decoder.forward(given, *state)
        features, attention = self._look(decoder.h[1:], memory)
        M = len(encoder.h) - 1
        known = np.full(B, M) if lengths is None else sequences.checked(lengths, M, B)
        return EncoderDecoderTrace(encoder, decoder, attention, features, self.readout.forward(features), known)

    def step(self, given: ArrayLike, state: tuple[ndarray, ...], memory: Memory) -> tuple[ndarray, tuple[ndarray, ...]]:
        """One step of writing: given (B, D′) and states lead to log-probabilities (B, O) and the states after."""
        decoder = self.decoder.forward(np.asarray(given)[None], *state)
        features, _ = self._look(decoder.h[1:], memory)
        y = self.readout.forward(features)[0]
        y = y - y.max(axis=-1, keepdims=True)  # so that no power of e overflows, and no logarithm is that of zero
        return y - np.log(np.exp(y).sum(axis=-1, keepdims=True)), decoder.last

    def _look(self, h: ndarray, memory: Memory) -> tuple[ndarray, AttentionTrace | None]:
        if not self.attention:
            return h, None
        trace = self.attention.forward(h, memory[0], *memory)
        return np.concatenate([h, trace.context], axis=2), trace

    def backward(self, trace: EncoderDecoderTrace, dy: ArrayLike) -> tuple[Any, ndarray, ndarray]:
        """From dy (N, B, O) to the gradients of the parameters (an EncoderDecoder), of x and of ``given``."""
        require.own(self, trace, EncoderDecoderTrace)
        d_readout, dfeatures = self.readout.backward(trace.features, dy)
        M, H = len(trace.encoder.h) - 1, trace.encoder.h.shape[2]
        dh, d_attention, dh_read = dfeatures[..., :H], self.attention, np.zeros_like(trace.encoder.h[1:])
        if self.attention and trace.attention:
            d_attention, dq, dk, dv = self.attention.backward(trace.attention, dfeatures[..., H:])
            dh, dh_read = dh + dq, dk + dv
        d_decoder, dgiven, *dstate = self.decoder.backward(trace.decoder, dh)
        at_ends = [sequences.last_backward(d, trace.lengths, M) for d in dstate]
        d_encoder, dx, *_ = self.encoder.backward(trace.encoder, at_ends[0] + dh_read, *at_ends[1:])
        return type(self)(d_encoder, d_decoder, d_readout, d_attention), dx, dgiven
