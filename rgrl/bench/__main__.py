"""Where the command begins, as ``rgrl-bench`` or ``python -m rgrl.bench``.

Nothing but Python's own modules is imported here, so that a package that is broken can be named.
"""

from __future__ import annotations

import sys

from rgrl.bench.installed_package import import_fault


def main() -> None:
    """Run the command; where a package that it needs is broken, one line says so, with exit code 2."""
    try:
        from rgrl.bench.cli import main as run

        run()
    except Exception:
        told = import_fault("rich") or import_fault("typer")  # the one may need the other
        if told is None:  # a bug, or a package that only some commands need
            raise
        print(f"error: {told}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":  # not in the processes of --jobs, which import it too
    main()
