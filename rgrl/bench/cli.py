"""The ``rgrl-bench`` command; heavy modules are imported where used, so ``--help`` answers at once."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from rgrl.bench.cli_data import fetch, verify, where
from rgrl.bench.cli_embed import embed
from rgrl.bench.cli_options import Json, Root
from rgrl.bench.cli_results import compare, evaluate, report
from rgrl.bench.cli_training import image, run, tune
from rgrl.bench.examples import epilog
from rgrl.bench.stderr_handler import StderrHandler
from rgrl.errors import RGRLError

#: Turns of a waiting OpenMP thread before it sleeps, about a tenth of a millisecond.
SPIN_COUNT = "10000"

app = typer.Typer(
    name="rgrl-bench",
    help="Train and evaluate relational self-supervised learning on graphs and images.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
data_app = typer.Typer(help="Fetch, check and find the datasets' raw files.")
app.add_typer(data_app, name="data")


@app.callback(invoke_without_command=True)
def _global_options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens.")] = False,
) -> None:
    if version:
        from rgrl import __version__

        print(f"rgrl {__version__}")
        raise typer.Exit
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(name)s: %(message)s",
        handlers=[StderrHandler()],
    )
    _help_without_command(context)


@data_app.callback(invoke_without_command=True)
def _data_options(context: typer.Context) -> None:
    _help_without_command(context)


def _help_without_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help(), file=sys.stderr)
        raise typer.Exit(2)


@app.command("list")
def list_(root: Root = None) -> None:
    """List the datasets: size, task, where they come from, whether they are on disk."""
    from rgrl.bench.commands import list_datasets

    list_datasets(root)


@app.command()
def methods() -> None:
    """List the methods and, for each, the datasets for which the package has settings of its own."""
    from rgrl.bench.commands import list_methods

    list_methods()


@app.command()
def doctor(root: Root = None, json: Json = False) -> None:
    """Look at the installation: versions, cores, compiled kernels, cache, data, what is missing for what.

    The exit code is 2 when something that every command needs does not work.
    """
    from rgrl.bench.doctor import doctor as examine

    examine(root, as_json=json)


for command in (run, embed, image, compare, report, tune, evaluate):
    app.command()(command)
for data_command in (fetch, verify, where):
    data_app.command()(data_command)


def _add_examples(group: typer.Typer, before: str = "") -> None:
    for command in group.registered_commands:
        name = command.name or getattr(command.callback, "__name__", None)
        command.epilog = epilog(f"{before}{name}")


_add_examples(app)
_add_examples(data_app, "data ")


def main() -> None:
    """Run the command; what a user can mend ends with one line and exit code 2, an interruption with 130."""
    # Waiting threads of OpenMP spin by default; beside another busy process that made a run ten times slower,
    # and alone a short spin costs nothing. It must be set before torch is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)
    try:
        code = app(standalone_mode=False) or 0
    except RGRLError as error:
        code = _refused(str(error))
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except Exception as error:
        # typer's own refusals, such as a wrong type; which module they are from depends on its version
        reason = getattr(error, "format_message", None)
        if reason is None:
            raise
        code = _refused(reason())
    if code == 130:  # some versions of typer turn an interruption into this code, and say nothing
        print("interrupted", file=sys.stderr)
    sys.exit(code)


def _refused(reason: str) -> int:
    print(f"error: {' '.join(reason.split())}", file=sys.stderr)
    return 2
