"""The exercises of "Find the slip": a line ``<!-- slips: GROUP -->`` becomes the slips of that group, as Markdown.

Everything in them comes from ``data/slips.toml``, which the tests of the checker read as well, and from the recorded
experiment on their damage. Their displays are marked and judged like those on the page itself.
"""

import re

from rnn_notes import slips
from rnn_notes.checks.run import registered
from rnn_notes.checks.verdicts import OURS, check
from rnn_notes.experiments import slips as experiment
from rnn_notes.pages import Display
from rnn_notes.slips.damage import WITHOUT_MEMORY

LINE = re.compile(r"<!-- slips: (\w+) -->")


def expand(line: str) -> list[str]:
    """What replaces a line of a page: the exercises of a group, or the line itself.

    Raises ValueError if there is no such group.
    """
    found = LINE.fullmatch(line)
    if not found:
        return [line]
    if found[1] == "seven":
        return seven()
    if found[1] not in slips.GROUPS:
        raise ValueError(f"there is no group of slips {found[1]!r}; there are {', '.join(slips.GROUPS)} and seven")
    return [row for n, slip in slips.on_the_page()[found[1]] for row in exercise(n, slip)]


def exercise(n: int, slip: dict) -> list[str]:
    """One slip as an exercise: the printed form, a question, two hints, and the answer with evidence and damage."""
    first, second = slip["hints"]
    return [
        f"### {n} {'★' * slip['level']} {slip['topic']}",
        "",
        f"In {slip['source']}, {slip['where']}:",
        "",
        *display(f"false {slip['mark']}", slip["printed"]),
        slip["question"],
        "",
        *folded("tip", "A first hint", [first]),
        *folded("tip", "A second hint", [second]),
        *folded("note", "Answer", answer(slip)),
    ]


def answer(slip: dict) -> list[str]:
    """The right form, what was wrong, why the check refutes what is printed, and what damage it does."""
    return [
        f"**{slip['title']}{'' if slip['title'].endswith('?') else '.'}** {slip['why']}",
        "",
        *display(slip["mark"], slip["right"]),
        '```text title="not run: what the checker says of the printed form"',
        *evidence(slip).split("\n"),
        "```",
        "",
        *(damage(slip) if "changes" in slip else []),
        *slip.get("damage", "").split("\n"),
        "",
    ]


def display(mark: str, latex: str) -> list[str]:
    """A display with its mark."""
    return ["$$", f"% check: {mark}", latex, "$$", ""]


def folded(kind: str, title: str, inside: list[str]) -> list[str]:
    """A box that the reader opens."""
    return [f'??? {kind} "{title}"', *(f"    {row}".rstrip() for row in inside), ""]


def evidence(slip: dict) -> str:
    """What the checker answers to the printed form; of matrices, their first rows."""
    (verdict,) = check([Display(1, f"false {slip['mark']}", slip["printed"], 2)], registered(OURS))
    return re.sub(r"(\n {6,}\[.*)+", " …", verdict.evidence)


def damage(slip: dict) -> list[str]:
    """The gradient beside the true one, in a table, and what is learned with it, in words; from the record."""
    cost = experiment.found(slip["title"])
    if cost.visible is None:
        return [
            "This is another network, whose own gradient is right, so no gradient check can see anything.",
            learned(cost),
            "",
        ]
    lengths = list(cost.cosine)
    return [
        f"A gradient check sees it {'at every T' if cost.visible == 1 else f'from T = {cost.visible} on'}:",
        "",
        f"| steps T | {' | '.join(map(str, lengths))} |",
        f"| --- |{' ---: |' * len(lengths)}",
        f"| off by | {' | '.join(percent(cost.off[T]) for T in lengths)} |",
        f"| cosine | {' | '.join(f'{cost.cosine[T]:.2f}' for T in lengths)} |",
        f"| lowest cosine | {' | '.join(f'{cost.lowest[T]:.2f}' for T in lengths)} |",
        "",
        learned(cost),
        "",
    ]


def percent(share: float) -> str:
    """A share in per cent, with one decimal below ten, on one line; 0 for what is rounding alone."""
    if share < 1e-6:
        return "0"
    return f"{100 * share:.{1 if share < 0.0995 else 0}f}\N{NO-BREAK SPACE}%"


def learned(cost: experiment.Damage) -> str:
    """The loss after training, with and without the slip, between the networks that ended best and worst."""
    best, median, worst = cost.loss[0], cost.loss[len(cost.loss) // 2], cost.loss[-1]
    if best > WITHOUT_MEMORY:
        words = "It learns no more than a network without memory can"
    elif median > 10 * cost.right[-1]:
        words = "It learns badly"
    elif worst > 10 * cost.right[-1]:
        words = "It learns, but not from every start"
    else:
        words = f"It learns {'' if worst <= 2 * cost.right[-1] else 'almost '}as well as the right form"
    return f"{words}: it ends at {between(cost.loss)} nats per letter, the right form at {between(cost.right)}."


def between(losses: list[float]) -> str:
    """The lowest and the highest of some losses, in ascending order."""
    return f"{losses[0]:.3f} to {losses[-1]:.3f}"


def seven() -> list[str]:
    """The seven slips of one function, each with the line that it changes, and how far off each makes the gradient."""
    lengths = experiment.record().settings["lengths"]
    rows = [
        "| " + " | ".join(["slip", *(f"T\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{T}" for T in lengths)]) + " |",
        "| --- |" + " ---: |" * len(lengths),
    ]
    for name in [*(slip["title"] for slip in slips.seven()), experiment.ALL_SEVEN]:
        cost = experiment.found(name)
        rows.append(f"| {name.lower()} | {' | '.join(percent(cost.off[T]) for T in lengths)} |")
    return [*rows, ""]
