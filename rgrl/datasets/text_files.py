"""Text files of a graph of the user's own: what parts their columns, and where one is not in UTF-8."""

from __future__ import annotations

from pathlib import Path

#: What stands between two columns, by the file's ending.
DELIMITERS = {".csv": ",", ".tsv": "\t"}


def not_utf8(path: Path) -> str:
    r"""Say which line of a file that is not in UTF-8 is the first one that cannot be read.

    Example:
        >>> import tempfile
        >>> with tempfile.NamedTemporaryFile() as file:
        ...     _ = file.write("ann\nzoë\n".encode("latin-1"))
        ...     file.flush()
        ...     not_utf8(Path(file.name))
        'line 2 is not in UTF-8 (byte 0xeb); save it as UTF-8'
    """
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return f"line {number} is not in UTF-8 (byte {line[error.start]:#04x}); save it as UTF-8"
    return "it is not in UTF-8; save it as UTF-8"  # another file by now
