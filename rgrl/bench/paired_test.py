"""Which methods differ from the best of a dataset beyond chance."""

from __future__ import annotations

from rgrl.bench.comparison import Comparison
from rgrl.evaluate.significance import corrected_t_test, holm

#: Below it a difference is called one.
LEVEL = 0.05


def adjusted_p_values(comparison: Comparison, dataset: str) -> dict[str, float]:
    """For each method that can be held against the best of a dataset: how likely so large a difference is.

    Nadeau and Bengio's corrected t-test over the splits, which are shared by all methods, with Holm's
    correction over the methods.
    """
    cells = {label: row[dataset] for label, row in comparison.cells.items() if dataset in row}
    best = comparison.best(dataset)
    tested = [
        label
        for label, cell in cells.items()
        if label != best and len(cell.splits) == len(cells[best].splits) > 1
    ]
    train_size, _, test_size = cells[best].split_sizes
    p_values = []
    for label in tested:
        pairs = zip(cells[best].splits, cells[label].splits, strict=True)
        differences = [first - second for first, second in pairs]
        p_values.append(corrected_t_test(differences, train_size=train_size, test_size=test_size)[1])
    return dict(zip(tested, holm(p_values) if tested else (), strict=True))
