"""Where the images are that a command names."""

from __future__ import annotations

from pathlib import Path

from rgrl.datasets.sources import cache_root, data_root
from rgrl.errors import ConfigError, DataUnavailableError
from rgrl.vision.cifar_files import find_form

#: Names that are no path: each with the folder that holds its files, ``None`` for none.
IMAGE_NAMES: dict[str, str | None] = {
    "digits": None,
    "cifar10": "cifar10",
    "cifar100": "cifar100",
    "cifar10-jpeg": "cifar10",
}


def image_source(name: str, root: Path | None = None) -> str | Path:
    """What :func:`rgrl.vision.load_images` takes for a name on the command line.

    A known name is never a path's; its files lie in ``<root>/<folder>/raw``, or in the cache.

    Args:
        name: One of :data:`IMAGE_NAMES`, or a path.
        root: The user's folder, else the variable ``RGRL_DATA``.

    Raises:
        ConfigError: If ``root`` is no folder, or several files could be meant.
        DataUnavailableError: If a known name's files are not there, or there is nothing at a path.

    Example:
        >>> image_source("digits")
        'digits'
    """
    key = name.strip().lower()
    own = data_root(root)
    if key not in IMAGE_NAMES:
        if not Path(name).exists():
            raise DataUnavailableError(
                f"images {name}: no such file or folder, and no name that is known: accepted are "
                f"{', '.join(IMAGE_NAMES)}, an .npz, CIFAR's files, or a folder with train and test in it"
            )
        return Path(name)
    folder = IMAGE_NAMES[key]
    if folder is None:
        return key
    places = [place / folder / "raw" for place in (own, cache_root()) if place is not None]
    for place in places:
        found = _archives(place) if key == "cifar10-jpeg" else _published(place, key)
        if len(found) > 1:
            raise ConfigError(
                f"images {name}: {place} has {', '.join(path.name for path in found)}: give the path of one"
            )
        if found:
            return found[0]
    wanted = "cifar10*.npz" if key == "cifar10-jpeg" else "the published files"
    raise DataUnavailableError(
        f"images {name}: {wanted} are not in {' or '.join(map(str, places))}; give a path, or --root"
    )


def _archives(place: Path) -> list[Path]:
    return sorted(place.glob("cifar*10*.npz"))


def _published(place: Path, name: str) -> list[Path]:
    """The folder of CIFAR's files, or the first archive of them: several forms hold the same images."""
    for path in (place, *sorted(place.glob("*.tar.gz"))):
        form = find_form(path)
        if form is not None and form[0].name == name:
            return [path]
    return []
