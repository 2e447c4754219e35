"""What a built site still needs, whoever built it: all that rests on all of its pages."""

from pathlib import Path

from rnn_notes.web import csp, pictures, theme, typeset, widgets


def finish(site: Path, lazy_search: bool = True, policy: bool = True) -> None:
    """Write the style sheet of the formulas, pictures, data of widgets, the theme's scripts and the policy.

    ``site`` is the folder of the built site. Without ``lazy_search`` the search stays as the theme has it;
    without ``policy`` the pages get none, so that a server which adds scripts of its own can show them.
    """
    assets = site / "assets"
    typeset.write(assets)
    pictures.write(assets)
    widgets.write(assets)
    theme.compile_early(site)
    if lazy_search:
        theme.defer_search(site)
    if policy:
        csp.protect(site)
