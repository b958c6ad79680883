"""A package as Python finds it, which may be another than its metadata say, or broken."""

from __future__ import annotations

import importlib
import sys

from rgrl.errors import RGRLError

#: Where the module has another name than the package.
_MODULES = {
    "pillow": "PIL",
    "scikit-learn": "sklearn",
    "torch-geometric": "torch_geometric",
    "torch-scatter": "torch_scatter",
}


def import_fault(package: str) -> str | None:
    """Import a package: why it cannot be, and the line that installs it anew; ``None`` where it can.

    Example:
        >>> import_fault("rich") is None
        True
    """
    try:
        importlib.import_module(_module(package))
    except Exception as error:  # a broken package raises what it likes
        return f"{package} cannot be imported: {words(error)}: {reinstalling(package)}"
    return None


def imported_version(package: str) -> str | None:
    """The version that the imported module says itself; ``None`` where it says none."""
    version = getattr(sys.modules.get(_module(package)), "__version__", None)
    return version if isinstance(version, str) else None


def imported_from(package: str) -> str:
    """The folder or file that the module was imported from."""
    file = getattr(sys.modules.get(_module(package)), "__file__", None)
    return "an unknown place" if file is None else file.removesuffix("/__init__.py")


def _module(package: str) -> str:
    return _MODULES.get(package, package)


def reinstalling(package: str) -> str:
    """The line that installs a package anew."""
    return "pip install rgrl's folder" if package == "rgrl" else f"pip install --force-reinstall {package}"


def words(error: Exception) -> str:
    """An error in one line, with its type unless it is made for the user."""
    text = " ".join(str(error).split())
    return text if isinstance(error, RGRLError) else f"{type(error).__name__}: {text}"
