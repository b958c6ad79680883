"""What all pictures share: sizes for a column of text, and marks that colours are not needed for."""

from __future__ import annotations

import io
from functools import partial
from typing import TYPE_CHECKING, Any

from rgrl.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Width of one column of a two-column page, inches.
COLUMN = 3.5

#: Size of the text, points: what a column is set in, or a little less.
TEXT, SMALL = 8, 7

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*", "<", ">", "p", "h")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))

#: Grey of what stands behind or beside the matter itself.
PALE = "0.72"


def new_figure(height: float, *, width: float = COLUMN) -> Figure:
    """An empty figure that no global state knows of; inches.

    A notebook shows it where it is the last expression of a cell, with and without ``%matplotlib inline``:
    matplotlib alone would leave that to pyplot.

    Raises:
        MissingExtraError: If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(
            f"plots need matplotlib ({error}): install it with pip install 'rgrl[plot]'"
        ) from None
    figure: Any = Figure(figsize=(width, height), dpi=200, layout="constrained")
    figure._repr_png_ = partial(_png, figure)  # asked for by IPython where nothing else draws figures
    return figure


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def axes_or_new(ax: Axes | None, height: float) -> tuple[Figure, Axes]:
    """The axes that were given, as they are, with their figure; or new ones, styled.

    Raises:
        MissingExtraError: If matplotlib is not installed.
    """
    if ax is not None:
        return ax.figure.figure, ax  # of a subfigure, the whole figure
    figure = new_figure(height)
    return figure, styled(figure.subplots())


def styled(axes: Axes) -> Axes:
    """Text for a column's width, and no frame where it says nothing."""
    axes.tick_params(labelsize=SMALL, width=0.6, length=2.5)
    for text in (axes.xaxis.label, axes.yaxis.label, axes.title):
        text.set_fontsize(TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["bottom", "left"]].set_linewidth(0.6)
    return axes


def titled(axes: Axes, title: str | None) -> None:
    """Set a title in the size that the axes' title has, which ``set_title`` alone would reset."""
    if title:
        axes.set_title(title, fontsize=axes.title.get_fontsize())


def legend(axes: Axes, **options: Any) -> None:
    """A legend without a frame, in the axes' own small text."""
    size = float(axes.xaxis.label.get_fontsize()) - 1
    axes.legend(fontsize=size, title_fontsize=size, frameon=False, borderaxespad=0.2, **options)


def shades(count: int) -> list[Any]:
    """So many colours, the darkest first: seen by the colour blind, and told apart as greys by brightness.

    Few are kept from the bright end, which is faint on paper.
    """
    from matplotlib import colormaps

    ramp = colormaps["viridis"]
    brightest = 0.88 * (1 - 0.5 ** (count - 1))
    return [ramp(brightest * i / max(1, count - 1)) for i in range(count)]
