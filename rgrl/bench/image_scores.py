"""How well the classes of images can be read from their embeddings."""

from __future__ import annotations

from torch import Tensor

from rgrl.bench.image_data import KS, ImageData
from rgrl.evaluate import knn, linear_evaluation

#: The published rate for small images and what else is tried: the scale of the features decides which holds.
RATES = (30.0, 3.0, 0.3, 0.03, 0.003)

#: Epochs after which rates are told apart, a fifth of those of the classifier that is reported.
_TRIAL_EPOCHS = 20


def knn_scores(rows: Tensor, labels: Tensor, queries: Tensor, wanted: Tensor) -> dict[str, float]:
    """Accuracy in per cent of a vote of so many neighbours as there are rows for: ``knn@20``, ``knn@200``."""
    ks = [k for k in KS if k <= rows.shape[0]]
    report = knn(rows, labels, queries, wanted, ks=ks)
    return {f"knn@{k}": 100 * report.mean(f"accuracy@{k}") for k in ks}


def image_scores(
    data: ImageData, train: Tensor, test: Tensor, *, fit: Tensor, held: Tensor
) -> dict[str, float]:
    """Scores of frozen embeddings on the test images, in per cent.

    Neighbours and the linear classifier's examples are all train images. The classifier's rate is the one
    that is best on the held-out part, learnt from the rest of the train images, the highest of equals; the
    published one where nothing is held out. Test labels take no part in it.

    Args:
        data: The images.
        train: Embeddings of all train images, ``[N, d]``.
        test: Embeddings of the test images.
        fit: Rows that were trained on.
        held: Rows that were not.

    Returns:
        ``knn@20``, ``knn@200``, ``linear``, with more than five classes ``linear_top5``; and ``linear_rate``,
        which is no score.
    """
    labels, wanted = data.train.labels, data.test.labels
    found = knn_scores(train, labels, test, wanted)
    rate = RATES[0]
    if len(held):
        parts = (train[fit], labels[fit], train[held], labels[held])
        trials = {
            each: linear_evaluation(*parts, lr=each, epochs=_TRIAL_EPOCHS).mean("top1") for each in RATES
        }
        rate = max(trials, key=trials.__getitem__)
    report = linear_evaluation(train, labels, test, wanted, lr=rate)
    found["linear"] = 100 * report.mean("top1")
    if "top5" in report.scores:
        found["linear_top5"] = 100 * report.mean("top5")
    return found | {"linear_rate": rate}
