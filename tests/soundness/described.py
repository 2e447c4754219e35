"""The runs that formulas are checked on, as pages print them: the shape of each symbol, and what its formula is.

A new run is an entry of ``TABLE``, and a word in ``GROUPS``. All else follows from it: its networks, what its symbols
say, how errors flow back.
It is long because it is a table.
"""

from dataclasses import dataclass, field
from functools import cached_property

from soundness.nodes import ONE, Claim, Node, Range, add, num, sym, walk
from soundness.reader import read
from soundness.rewriting import Type

STEP, FIRST = sym("t"), num(0)


def lines(text: str) -> list[str]:
    """The lines with something in them; an indented one continues."""
    return [line for line in text.replace("\n    ", " ").split("\n") if line.strip()]


@dataclass(frozen=True)
class Formula:
    """What a symbol is; with ``indices``, each entry of it."""

    says: Node
    indices: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Described:
    """A run: ``shapes`` of all its symbols, and what it ``says``, one formula a line.

    A symbol without a formula is drawn, as ``draw`` has it or from normal numbers: at the steps of ``given``, at the
    step 0 if it is in ``start``, else once. A symbol that is read after the last step is zero there. An immediate
    derivative sees ``through`` some. ``known`` are facts that follow, beside those that are derived from the formulas;
    their conditions are in the line. ``bounded`` are inequalities. With ``rows``, samples are rows.
    """

    shapes: str
    says: str
    given: str = ""
    start: str = ""
    draw: dict[str, str] = field(default_factory=dict)
    through: str = ""
    known: str = ""
    bounded: str = ""
    rows: bool = False

    @cached_property
    def types(self) -> dict[str, Type]:
        """The sizes of every symbol, as letters; those of a series are of one step."""
        found: dict[str, Type] = {}
        for part in self.shapes.split(";"):
            sizes, _, names = part.partition(":")
            shape = tuple(sizes.split())
            found |= dict.fromkeys(names.split(), (*shape, "1") if len(shape) == 1 else shape)
        return found

    @cached_property
    def sizes(self) -> list[str]:
        """The letters of the sizes, T first."""
        letters = {size for shape in self.types.values() for size in shape or ()}
        return [*(["T"] if self.given else []), *(letter for letter in "DHOBNM" if letter in letters)]

    @cached_property
    def _read(self) -> list[Claim]:
        return [claim for line in lines(self.says) for claim in read(line, frozenset(self.types))]

    @cached_property
    def formulas(self) -> dict[str, Formula]:
        """What each computed symbol is, at the step t if it has steps, in the order of computing."""
        found = {}
        for claim in self._read:
            indices = claim.left.args
            if indices[:1] != (FIRST,):
                found[claim.left.value] = Formula(claim.right, indices[1:] if indices[:1] == (STEP,) else indices)
        return found

    @cached_property
    def first(self) -> dict[str, Node]:
        """What symbols are at the step 0, where a formula says it."""
        return {claim.left.value: claim.right for claim in self._read if claim.left.args[:1] == (FIRST,)}

    @cached_property
    def series(self) -> set[str]:
        """What has a value at every step."""
        stepped = {claim.left.value for claim in self._read if claim.left.args[:1] in ((STEP,), (FIRST,))}
        deltas = {name for name in self.types if name.startswith("delta")}
        return stepped | deltas | {*self.given.split(), *self.start.split()}

    @cached_property
    def ahead(self) -> set[str]:
        """The symbols whose formulas read a step after their own."""
        return {name for name, f in self.formulas.items() if any(part == add(STEP, ONE) for _, part in walk(f.says))}

    @cached_property
    def display(self) -> tuple[str, str]:
        """All that it says as one display, and the condition of its mark."""
        rows = lines(self.says)
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}", " t<T" if self.ahead else ""

    @cached_property
    def bounds(self) -> list[Claim]:
        """The inequalities that hold on every network of its own."""
        return [read(line, frozenset(self.types))[0] for line in lines(self.bounded)]

    @cached_property
    def facts(self) -> list[tuple[Claim, list[Claim | Range]]]:
        """What is known of it beside its formulas: a claim, and the conditions under which it is meant."""
        found = []
        for line in lines(self.known):
            claim, *conditions = read(line, frozenset(self.types))
            found.append((claim, conditions))
        return found


SQUARED = r"L_t = \frac{1}{2} \lVert y_t - \hat{y}_t \rVert^2"
READOUT = r"y_t = W_{hy} h_t + b_y" + "\n" + SQUARED
UNBIASED_READOUT = r"y_t = W_{hy} h_t" + "\n" + SQUARED
FAR = r"""
\frac{\partial L}{\partial h_s} = \sum_{t=s}^{T} \left( \frac{\partial h_t}{\partial h_s} \right)^\top
    W_{hy}^\top (y_t - \hat{y}_t)
\frac{\partial L}{\partial h_T} = W_{hy}^\top (y_T - \hat{y}_T)
\frac{\partial L}{\partial h_0} = W_{hh}^\top \delta_1
\frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^{T} \frac{\partial L}{\partial W_{hh}^{(t)}}
\frac{\partial L}{\partial W_{hh}^{(t)}} = \delta_t h_{t-1}^\top
a_t = \begin{bmatrix} W_{xh} & W_{hh} \end{bmatrix} \begin{bmatrix} x_t \\ h_{t-1} \end{bmatrix} + b_h
\frac{\partial y_t}{\partial h_t} = W_{hy}
\frac{\partial L_t}{\partial y_t} = y_t - \hat{y}_t
"""
LINEAR_SUM = r"a_t = W_{xh} x_t + W_{hh} h_{t-1} + b_h"
SIMPLE = "O H: W_hy; O: b_y; H H: I; D: x; O: y_hat; H D: W_xh; H: b_h; H H: W_hh; H: a h delta; O: y; : L"
WITHOUT_BIASES = "O H: W_hy; H H: I; D: x; O: y_hat; H D: W_xh; H H: W_hh; H: a h delta; O: y; : L"


def _recurrent(shapes: str, says: str, through: str, readout: str = READOUT, **more: object) -> Described:
    """With an input, a target and a readout; the states are those of ``start``."""
    return Described(shapes, says + "\n" + readout, **{"given": "x y_hat", "start": "h", **more}, through=through)


def _gated(gates: str, values: str, biases: str | None, states: str = "h") -> str:
    """The shapes of a gated cell: a weight, a bias and a pre-activation with its delta for each gate."""
    each = lambda stem: " ".join(f"{stem}{gate}" for gate in gates)  # noqa: E731
    bias = f"H: {each('b_')} {biases};" if biases is not None else ""
    readout = "O H: W_hy; O: b_y" if biases is not None else "O H: W_hy"
    return (
        f"{readout}; H H: I; D: x; O: y_hat; H D: {each('W_x')}; H H: {each('W_h')}; {bias} "
        f"H: {values} {each('delta_')}; O: y; : L"
    )


def _sums(gates: str, bias: bool = True) -> str:
    ends = (lambda gate: f" + b_{gate}") if bias else (lambda gate: "")
    return "\n".join(f"a_{{{g},t}} = W_{{x{g}}} x_t + W_{{h{g}}} h_{{t-1}}{ends(g)}" for g in gates)


LSTM = r"""
i_t = \sigma(a_{i,t})
f_t = \sigma(a_{f,t})
o_t = \sigma(a_{o,t})
\tilde{c}_t = \tanh(a_{c,t})
c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t
h_t = o_t \odot \tanh(c_t)
"""
LSTM_VALUES = "a_i a_f a_o a_c i f o c_tilde c h"
MIXED = r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}"
GATES = "a_i a_f a_o a_c"
PYTORCH_SUM = r"W_{i@} x_t + b_{i@} + W_{h@} h_{t-1} + b_{h@}"


def _of_pytorch(gates: str, says: str, states: str = "h") -> Described:
    """In PyTorch's letters; @ stands for the sum of a gate."""
    each = lambda stem: " ".join(f"{stem}{gate}" for gate in gates)  # noqa: E731
    values = " ".join(dict.fromkeys([*gates, *states]))
    shapes = f"H D: {each('W_i')}; H H: {each('W_h')}; H: {each('b_i')} {each('b_h')} {values}; D: x"
    for gate in gates:
        says = says.replace(f"@{gate}", PYTORCH_SUM.replace("@", gate))
    return Described(shapes, says, given="x", start=states)


TABLE = {
    "rnn": _recurrent(
        SIMPLE,
        LINEAR_SUM + "\n" + r"h_t = \tanh(a_t)",
        "a y",
        known=r"""
\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t \odot h_t) W_{hh}
\frac{\partial h_t}{\partial a_t} = \mathrm{diag}(1 - h_t \odot h_t)
\delta_t = \frac{\partial L}{\partial h_t} \odot (1 - h_t \odot h_t)
\frac{\partial h_t}{\partial h_s} = \prod_{k=t}^{s+1}
    \left( \mathrm{diag}(1 - h_k \odot h_k) W_{hh} \right), \quad s < t
"""
        + FAR,
        bounded=r"""
\max(h_t) < 1
\lVert \frac{\partial h_t}{\partial h_{t-1}} \rVert \le \sigma_{\max}(W_{hh})
""",
    ),
    "linear": _recurrent(
        SIMPLE,
        LINEAR_SUM + "\n" + r"h_t = a_t",
        "a y",
        known=r"""
\frac{\partial h_t}{\partial h_{t-1}} = W_{hh}
\frac{\partial h_t}{\partial h_s} = \prod_{k=t}^{s+1} W_{hh}, \quad s < t
\delta_t = \frac{\partial L}{\partial h_t}
"""
        + FAR,
    ),
    "feedforward": _recurrent(
        SIMPLE.replace("; H H: W_hh", ""),
        r"a_t = W_{xh} x_t + b_h" + "\n" + r"h_t = \tanh(a_t)",
        "a y",
        start="",
        known=r"""
\frac{\partial h_t}{\partial x_t} = \mathrm{diag}(1 - h_t \odot h_t) W_{xh}
\frac{\partial L}{\partial h_t} = W_{hy}^\top (y_t - \hat{y}_t)
\frac{\partial L_s}{\partial h_t} = 0 \cdot h_t, \quad s < t
""",
        bounded=r"\max(h_t) < 1",
    ),
    "lstm": _recurrent(
        _gated("ifoc", LSTM_VALUES, ""),
        _sums("ifoc") + LSTM,
        f"y {GATES}",
        start="h c",
        known=r"""
\frac{\partial h_t}{\partial o_t} = \mathrm{diag}(\tanh(c_t))
\frac{\partial h_t}{\partial c_t} = \mathrm{diag}(o_t \odot (1 - \tanh(c_t) \odot \tanh(c_t)))
\delta_{f,t} = \frac{\partial L}{\partial f_t} \odot f_t \odot (1 - f_t)
\frac{\partial L}{\partial h_T} = W_{hy}^\top (y_T - \hat{y}_T)
\frac{\partial L}{\partial c_T} = \frac{\partial L}{\partial h_T} \odot o_T \odot (1 - \tanh(c_T) \odot \tanh(c_T))
""",
        bounded=r"""
\lVert \frac{\partial^{+} c_t}{\partial c_{t-1}} \rVert < 1
\max(f_t) < 1
""",
    ),
    "gru": _recurrent(
        _gated("rzn", "a_r a_z r z m a_n n h", "b_hn"),
        _sums("rz")
        + r"""
r_t = \sigma(a_{r,t})
z_t = \sigma(a_{z,t})
m_t = W_{hn} h_{t-1} + b_{hn}
a_{n,t} = W_{xn} x_t + b_n + r_t \odot m_t
n_t = \tanh(a_{n,t})
"""
        + MIXED,
        "y m a_r a_z a_n",
        known=r"""
\frac{\partial^{+} h_t}{\partial h_{t-1}} = \mathrm{diag}(z_t)
\frac{\partial^{+} h_t}{\partial n_t} = \mathrm{diag}(1 - z_t)
\delta_{n,t} = \frac{\partial L}{\partial h_t} \odot (1 - z_t) \odot (1 - n_t \odot n_t)
\frac{\partial L}{\partial m_t} = \delta_{n,t} \odot r_t
\frac{\partial L}{\partial h_T} = W_{hy}^\top (y_T - \hat{y}_T)
""",
        bounded=r"""
0 < z_t
\lVert \frac{\partial^{+} h_t}{\partial h_{t-1}} \rVert < 1
""",
    ),
    "layers": Described("D: x; H D: W_1; H: b_1; O H: W_2; O: b_2; O: y", "y = W_2 (W_1 x + b_1) + b_2"),
    "rnn-unbiased": _recurrent(
        WITHOUT_BIASES, LINEAR_SUM.replace(" + b_h", "") + "\n" + r"h_t = \tanh(a_t)", "a y", UNBIASED_READOUT
    ),
    "linear-unbiased": _recurrent(
        WITHOUT_BIASES, LINEAR_SUM.replace(" + b_h", "") + "\n" + "h_t = a_t", "a y", UNBIASED_READOUT
    ),
    "lstm-unbiased": _recurrent(
        _gated("ifoc", LSTM_VALUES, None),
        _sums("ifoc", bias=False) + LSTM,
        f"y {GATES}",
        UNBIASED_READOUT,
        start="h c",
    ),
    "gru-before": _recurrent(
        _gated("rzn", "a_r a_z r z a_n n h", ""),
        _sums("rz")
        + r"""
r_t = \sigma(a_{r,t})
z_t = \sigma(a_{z,t})
a_{n,t} = W_{xn} x_t + W_{hn} (r_t \odot h_{t-1}) + b_n
n_t = \tanh(a_{n,t})
"""
        + MIXED,
        "y a_r a_z a_n",
    ),
    "classifier": _recurrent(
        SIMPLE.replace("y; : L", "y p; : L"),
        LINEAR_SUM + "\n" + r"h_t = \tanh(a_t)",
        "a y p",
        r"""
y_t = W_{hy} h_t + b_y
p_t = \mathrm{softmax}(y_t)
L_t = -\sum_{k=1}^{O} \hat{y}_{t,k} \ln(p_{t,k})
""",
        draw={"y_hat": "shares"},
        known=r"""
\frac{\partial L}{\partial y_t} = p_t - \hat{y}_t
\frac{\partial L_t}{\partial y_t} = p_t - \hat{y}_t
\frac{\partial L}{\partial W_{hy}} = \sum_{t=1}^{T} (p_t - \hat{y}_t) h_t^\top
\frac{\partial L}{\partial b_y} = \sum_{t=1}^{T} (p_t - \hat{y}_t)
\sum_{k=1}^{O} p_{t,k} = 1
p_t^\top \frac{\partial L}{\partial p_t} = -1
\frac{\partial L}{\partial h_T} = W_{hy}^\top (p_T - \hat{y}_T)
""",
    ),
    "rnn-pytorch": _of_pytorch("h", r"h_t = \tanh(@h)"),
    "lstm-pytorch": _of_pytorch(
        "ifgo",
        r"""
i_t = \sigma(@i)
f_t = \sigma(@f)
g_t = \tanh(@g)
o_t = \sigma(@o)
c_t = f_t \odot c_{t-1} + i_t \odot g_t
h_t = o_t \odot \tanh(c_t)
""",
        states="h c",
    ),
    "gru-pytorch": _of_pytorch(
        "rzn",
        r"""
r_t = \sigma(@r)
z_t = \sigma(@z)
n_t = \tanh(W_{in} x_t + b_{in} + r_t \odot (W_{hn} h_{t-1} + b_{hn}))
"""
        + MIXED,
    ),
    "stack": Described(
        "D: x; H D: W_1; H H: U_1; H: b_1; O H: W_2; O O: U_2; O: b_2; H: h_1; O: h_2",
        r"""
h_{1,t} = \tanh(W_1 x_t + U_1 h_{1,t-1} + b_1)
h_{2,t} = \tanh(W_2 h_{1,t} + U_2 h_{2,t-1} + b_2)
""",
        given="x",
        start="h_1 h_2",
        known=r"""
\frac{\partial h_{1,t}}{\partial h_{1,t-1}} = \mathrm{diag}(1 - h_{1,t} \odot h_{1,t}) U_1
\frac{\partial h_{2,t}}{\partial h_{1,t}} = \mathrm{diag}(1 - h_{2,t} \odot h_{2,t}) W_2
\frac{\partial h_{2,t}}{\partial h_{2,t-1}} = \mathrm{diag}(1 - h_{2,t} \odot h_{2,t}) U_2
\frac{\partial h_{2,t}}{\partial x_t} = \frac{\partial h_{2,t}}{\partial h_{1,t}} \frac{\partial h_{1,t}}{\partial x_t}
""",
    ),
    "masked": _recurrent(
        SIMPLE.replace("H: a", ": mu; H: a"),
        LINEAR_SUM + "\n" + r"h_t = \mu_t \tanh(a_t) + (1 - \mu_t) h_{t-1}",
        "a y",
        given="x y_hat mu",
        draw={"mu": "marks"},
        known=r"""
\mu_t^2 = \mu_t
\mu_t (1 - \mu_t) h_t = 0 \cdot h_t
\mu_t h_t = \mu_t \tanh(a_t)
(1 - \mu_t) h_t = (1 - \mu_t) h_{t-1}
\frac{\partial h_t}{\partial h_{t-1}} = (1 - \mu_t) I + \mu_t \mathrm{diag}(1 - h_t \odot h_t) W_{hh}
""",
    ),
    "bidirectional": _recurrent(
        SIMPLE.replace("H: a", "H D: W_xu; H H: W_uu; H: b_u; O H: W_uy; H: a").replace("a h", "a h u"),
        r"""
u_t = \tanh(W_{xu} x_t + W_{uu} u_{t+1} + b_u)
a_t = W_{xh} x_t + W_{hh} h_{t-1} + b_h
h_t = \tanh(a_t)
""",
        "a y",
        "y_t = W_{hy} h_t + W_{uy} u_t + b_y\n" + SQUARED,
        known=r"""
u_T = \tanh(W_{xu} x_T + b_u)
\frac{\partial u_t}{\partial x_t} = \mathrm{diag}(1 - u_t \odot u_t) W_{xu}
\frac{\partial u_t}{\partial u_{t+1}} = \mathrm{diag}(1 - u_t \odot u_t) W_{uu}, \quad t < T
\frac{\partial L}{\partial u_1} = W_{uy}^\top (y_1 - \hat{y}_1)
""",
    ),
    "encoder-decoder": Described(
        "O H: W_uy; O: b_y; D: x; O: y_hat; H D: W_xh; H: b_h; H H: W_hh; H O: W_yu; H H: W_uu; H: b_u; H: h u; "
        "O: y p; : L",
        r"""
h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1} + b_h)
u_0 = h_T
u_t = \tanh(W_{yu} \hat{y}_{t-1} + W_{uu} u_{t-1} + b_u)
y_t = W_{uy} u_t + b_y
p_t = \mathrm{softmax}(y_t)
L_t = -\ln(\hat{y}_t^\top p_t)
""",
        given="x y_hat",
        start="h y_hat",
        draw={"y_hat": "one-hot"},
        through="y p",
        known=r"""
u_0 = h_T
\frac{\partial L}{\partial y_t} = p_t - \hat{y}_t
\frac{\partial L}{\partial W_{uy}} = \sum_{t=1}^{T} (p_t - \hat{y}_t) u_t^\top
\frac{\partial L}{\partial b_y} = \sum_{t=1}^{T} (p_t - \hat{y}_t)
\frac{\partial L}{\partial h_T} = \frac{\partial L}{\partial u_0}
\frac{\partial L}{\partial h_T} = \left( \frac{\partial u_1}{\partial u_0} \right)^\top \frac{\partial L}{\partial u_1}
\frac{\partial L}{\partial h_t} = \left( \frac{\partial h_T}{\partial h_t} \right)^\top \frac{\partial L}{\partial h_T}
\frac{\partial u_s}{\partial h_t} = \frac{\partial u_s}{\partial u_0} \frac{\partial h_T}{\partial h_t}
\frac{\partial u_t}{\partial u_{t-1}} = \mathrm{diag}(1 - u_t \odot u_t) W_{uu}
\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t \odot h_t) W_{hh}
\hat{y}_t^\top \hat{y}_t = 1
\sum_{k=1}^{O} \hat{y}_{t,k} = 1
L = -\sum_{t=1}^{T} \ln(\hat{y}_t^\top p_t)
""",
    ),
    "recurrence": Described(
        "O H: W_hy; O: b_y; H: a b h; O: y_hat y; : L",
        r"h_t = a_t \odot h_{t-1} + b_t" + "\n" + READOUT,
        given="a b y_hat",
        start="h",
        known=r"""
\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(a_t)
\frac{\partial h_t}{\partial h_s} = \prod_{k=s+1}^{t} \mathrm{diag}(a_k), \quad s < t
\frac{\partial h_t}{\partial b_s} = \prod_{k=s+1}^{t} \mathrm{diag}(a_k), \quad s < t
\frac{\partial L}{\partial b_t} = \frac{\partial L}{\partial h_t}
h_2 = a_2 \odot a_1 \odot h_0 + a_2 \odot b_1 + b_2
""",
    ),
    "mingru": _recurrent(
        "O H: W_hy; O: b_y; H H: I; D: x; O: y_hat; H D: W_xz W_xn; H: b_z b_n a_z z n h delta_z; O: y; : L",
        r"""
a_{z,t} = W_{xz} x_t + b_z
z_t = \sigma(a_{z,t})
n_t = W_{xn} x_t + b_n
"""
        + MIXED,
        "y a_z",
        known=r"""
\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(z_t)
\frac{\partial h_t}{\partial h_s} = \prod_{k=s+1}^{t} \mathrm{diag}(z_k), \quad s < t
\frac{\partial h_t}{\partial n_t} = \mathrm{diag}(1 - z_t)
\frac{\partial h_t}{\partial n_s} = \left( \prod_{k=s+1}^{t} \mathrm{diag}(z_k) \right)
    \mathrm{diag}(1 - z_s), \quad s < t
""",
    ),
    "lru": Described(
        "H: a omega gamma; H D: W_xh U_xh; O H: W_hy U_hy; D: x; H: h h_tilde; O: y",
        r"""
\gamma_k = \sqrt{1 - a_k^2}
h_t = a \odot (\cos(\omega) \odot h_{t-1} - \sin(\omega) \odot \tilde{h}_{t-1}) + \gamma \odot (W_{xh} x_t)
\tilde{h}_t = a \odot (\sin(\omega) \odot h_{t-1} + \cos(\omega) \odot \tilde{h}_{t-1}) + \gamma \odot (U_{xh} x_t)
y_t = W_{hy} h_t - U_{hy} \tilde{h}_t
""",
        given="x",
        start="h h_tilde",
        draw={"a": "between"},
        known=r"""
a_k^2 + \gamma_k^2 = 1
a \odot a + \gamma \odot \gamma = 1
\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(a \odot \cos(\omega))
\frac{\partial \tilde{h}_t}{\partial h_{t-1}} = \mathrm{diag}(a \odot \sin(\omega))
\frac{\partial h_t}{\partial \tilde{h}_{t-1}} = -\mathrm{diag}(a \odot \sin(\omega))
\frac{\partial y_t}{\partial h_t} = W_{hy}
""",
    ),
    "slstm": _recurrent(
        _gated("ifoc", "a_i a_f a_o a_c i f o c_tilde c w h", ""),
        _sums("ifoc")
        + r"""
i_t = \exp(a_{i,t})
f_t = \sigma(a_{f,t})
o_t = \sigma(a_{o,t})
\tilde{c}_t = \tanh(a_{c,t})
c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t
w_t = f_t \odot w_{t-1} + i_t
h_{t,k} = o_{t,k} \frac{c_{t,k}}{w_{t,k}}
""",
        f"y {GATES}",
        start="h c w",
        draw={"w": "positive"},
        known=r"""
w_t \odot h_t = o_t \odot c_t
\frac{\partial L}{\partial o_t} \odot o_t = \frac{\partial L}{\partial h_t} \odot h_t
\frac{\partial L}{\partial c_T} \odot w_T = \frac{\partial L}{\partial h_T} \odot o_T
\frac{\partial L}{\partial w_T} \odot w_T = -\frac{\partial L}{\partial h_T} \odot h_T
""",
    ),
    "fast-weights": Described(
        "D: q k; O: v; O D: W; O: y",
        r"""
W_t = W_{t-1} + v_t k_t^\top
y_t = W_t q_t
""",
        given="q k v",
        start="W",
        known=r"""
y_t = W_0 q_t + \sum_{s=1}^{t} v_s (k_s^\top q_t)
W_T = W_0 + \sum_{s=1}^{T} v_s k_s^\top
y_t = W_{t-1} q_t + v_t (k_t^\top q_t)
\frac{\partial y_t}{\partial q_t} = W_t
\frac{\partial y_t}{\partial k_t} = v_t q_t^\top
""",
    ),
    "orthogonal": _recurrent(
        SIMPLE,
        LINEAR_SUM + "\n" + r"h_t = \tanh(a_t)",
        "a y",
        draw={"W_hh": "orthogonal"},
        known=r"""
W_{hh}^\top W_{hh} = I
W_{hh} W_{hh}^\top = I
\lVert W_{hh} h_t \rVert^2 = \lVert h_t \rVert^2
h_{t-1}^\top W_{hh}^\top W_{hh} h_t = h_{t-1}^\top h_t
\lVert W_{hh}^{t} \rVert = 1
\sigma_{\max}(W_{hh}) = 1
\frac{\partial h_t}{\partial h_{t-1}} W_{hh}^\top = \mathrm{diag}(1 - h_t \odot h_t)
""",
    ),
    "normed": _recurrent(
        SIMPLE.replace("H: a h", ": a_bar s varepsilon; H: g a a_hat h"),
        r"""
a_t = W_{xh} x_t + W_{hh} h_{t-1}
\bar{a}_t = \frac{1}{H} \sum_{k=1}^{H} a_{t,k}
s_t = \sqrt{\frac{1}{H} \sum_{k=1}^{H} (a_{t,k} - \bar{a}_t)^2 + \varepsilon}
\hat{a}_{t,k} = \frac{a_{t,k} - \bar{a}_t}{s_t}
h_t = \tanh(g \odot \hat{a}_t + b_h)
""",
        "a",
        draw={"varepsilon": "positive"},
        known=r"""
\frac{\partial \bar{a}_t}{\partial a_{t,k}} = \frac{1}{H}
\frac{\partial s_t}{\partial a_{t,k}} = \frac{\hat{a}_{t,k}}{H}
\frac{\partial \hat{a}_{t,j}}{\partial a_{t,k}} = \frac{1}{s_t}
    \left( I_{j,k} - \frac{1}{H} - \frac{\hat{a}_{t,j} \hat{a}_{t,k}}{H} \right)
\sum_{k=1}^{H} \hat{a}_{t,k} = 0
\sum_{k=1}^{H} \delta_{t,k} = 0
s_t \hat{a}_{t,k} + \bar{a}_t = a_{t,k}
\sum_{k=1}^{H} a_{t,k} = H \bar{a}_t
\frac{\partial L}{\partial \hat{a}_t} = g \odot (1 - h_t \odot h_t) \odot \frac{\partial L}{\partial h_t}
""",
    ),
    "batch": Described(
        "B D: X; B O: Y_hat; D H: W_1; 1 H: b_1; H O: W_2; 1 O: b_2; B H: A_1 H_1; B O: Y; : L",
        r"""
A_1 = X W_1 + b_1
H_1 = \tanh(A_1)
Y = H_1 W_2 + b_2
L = \frac{1}{2 B} \lVert Y - \hat{Y} \rVert_F^2
""",
        rows=True,
        known=r"""
\frac{\partial L}{\partial Y} = \frac{1}{B} (Y - \hat{Y})
\frac{\partial L}{\partial W_2} = H_1^\top \frac{\partial L}{\partial Y}
\frac{\partial L}{\partial H_1} = \frac{\partial L}{\partial Y} W_2^\top
\frac{\partial L}{\partial A_1} = \frac{\partial L}{\partial H_1} - \frac{\partial L}{\partial H_1} \odot H_1 \odot H_1
\frac{\partial L}{\partial W_1} = X^\top \frac{\partial L}{\partial A_1}
\frac{\partial L}{\partial X} = \frac{\partial L}{\partial A_1} W_1^\top
""",
    ),
    "attention": Described(
        "N D: Q; M D: K; M O: V; N O: Y_hat; N M: S A; N O: Y; : L",
        r"""
S = \frac{Q K^\top}{\sqrt{D}}
A = \mathrm{softmax}(S)
Y = A V
L = \frac{1}{2} \lVert Y - \hat{Y} \rVert_F^2
""",
        rows=True,
        known=r"""
\sum_{m=1}^{M} A_{n,m} = 1
\frac{\partial L}{\partial Y} = Y - \hat{Y}
\frac{\partial L}{\partial V} = A^\top (Y - \hat{Y})
\frac{\partial L}{\partial A} = (Y - \hat{Y}) V^\top
\frac{\partial L}{\partial S_{n,m}} = A_{n,m}
    \left( \frac{\partial L}{\partial A_{n,m}} - \sum_{k=1}^{M} A_{n,k} \frac{\partial L}{\partial A_{n,k}} \right)
\sum_{m=1}^{M} \frac{\partial L}{\partial S_{n,m}} = 0
\frac{\partial L}{\partial Q} = \frac{1}{\sqrt{D}} \frac{\partial L}{\partial S} K
\frac{\partial L}{\partial K} = \frac{1}{\sqrt{D}} \left( \frac{\partial L}{\partial S} \right)^\top Q
Y_{n,k} = \sum_{m=1}^{M} A_{n,m} V_{m,k}
""",
    ),
}
TABLE["lecture"] = TABLE["rnn"]
GROUPS = {
    **{kind: (kind,) for kind in ("rnn", "lstm", "gru", "linear", "feedforward", "layers")},
    "sequences": ("stack", "masked", "bidirectional", "encoder-decoder", "orthogonal", "normed", "attention"),
    "recurrences": ("recurrence", "mingru", "lru", "slstm", "fast-weights"),
    "of other texts": (
        *("rnn-unbiased", "linear-unbiased", "lstm-unbiased", "gru-before", "classifier"),
        *("rnn-pytorch", "lstm-pytorch", "gru-pytorch", "batch"),
    ),
}
"""The runs, those of rare marks together: each has its row in the record, and a run of a group is drawn at random."""
