"""What a network learns when seven slips of published teaching are made at once."""

from functools import cache

from matplotlib.figure import Figure

from rnn_notes import slips
from rnn_notes.figures.registry import figure
from rnn_notes.figures.style import COLOURS, DASHED, sheet
from rnn_notes.slips import damage

NETWORKS, STEPS = 5, 300


@figure("curves")
def seven_slips() -> Figure:
    """With all seven slips the loss falls, and ends near the level of a network without memory."""
    fig = sheet(520, 300)
    ax = fig.subplots()
    for name, colour in (("all seven slips", "grad"), ("without a slip", "c")):
        for n, losses in enumerate(curves()[name]):
            ax.plot(losses, color=COLOURS[colour], linewidth=1.5, label="" if n else name)
    ax.axhline(damage.WITHOUT_MEMORY, color=COLOURS["ink"], linestyle=DASHED, linewidth=1, label="best without memory")
    ax.set(xlabel="steps of gradient descent", ylabel="loss, nats per letter", xlim=(0, STEPS), ylim=(0, 2.05))
    ax.set(xticks=range(0, STEPS + 1, 100), yticks=[0, 0.5, 1, 1.5, 2])
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return fig


@cache
def curves() -> dict[str, list[list[float]]]:
    """The loss per letter before each step and after the last, for five networks, with all seven slips and without."""
    seven = [change for slip in slips.seven() for change in slip["changes"]]
    return {
        name: [damage.learning("lstm", changes, STEPS, n) for n in range(NETWORKS)]
        for name, changes in (("all seven slips", seven), ("without a slip", []))
    }
