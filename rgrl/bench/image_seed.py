"""One pre-training seed on images: train, follow the validation part, embed and score."""

from __future__ import annotations

import time
from typing import Any

import torch
from torch import Tensor

from rgrl.bench.image_data import ImageData
from rgrl.bench.image_scores import image_scores, knn_scores
from rgrl.bench.observer import Moment, Observer
from rgrl.bench.pretrain import diverged
from rgrl.bench.schedule import is_evaluated
from rgrl.errors import DataError
from rgrl.evaluate.checks import checked_embeddings
from rgrl.presets import ReSSLPreset
from rgrl.vision import ReSSL, pretrain_from_preset, ressl_from_preset


def untrained_network(
    data: ImageData, preset: ReSSLPreset, seed: int, device: str
) -> tuple[ReSSL, torch.Generator]:
    """The network of a seed before any update, and the seed's random stream."""
    fit, _ = data.parts(preset.validation_share)
    mean, std = data.rows_of(fit).colour_statistics()
    generator = torch.Generator().manual_seed(seed)
    return ressl_from_preset(preset, mean=mean, std=std, generator=generator).to(device), generator


def run_image_seed(
    data: ImageData,
    preset: ReSSLPreset,
    *,
    name: str,
    seed: int,
    seeds: int,
    observer: Observer,
    device: str = "cpu",
) -> tuple[dict[str, Any], Tensor]:
    """Train with one seed; the last epoch's network is the one that is reported.

    The images held out of training are classified by the vote of those trained on after epochs 0, 1,
    1 + ``eval_every``, … and the last. That curve chooses nothing, and draws nothing from the random stream.

    Args:
        data: The images.
        preset: Settings.
        name: What is run, for the display.
        seed: Seed of weights, orders and views.
        seeds: Number of seeds, for the display.
        observer: Told of progress.
        device: Where to train.

    Returns:
        The record of the seed, and the embeddings of all train and then all test images, on the CPU.

    Raises:
        DivergedError: If the loss or the embedding is no longer finite.
        RGRLError: If settings and images do not fit together.
    """
    start = time.perf_counter()
    what = f"{name}: the training of seed {seed}"
    fit, held = data.parts(preset.validation_share)
    model, generator = untrained_network(data, preset, seed, device)
    updates = pretrain_from_preset(preset, model, data.rows_of(fit), generator=generator)
    per_epoch = len(fit) // preset.batch_size
    total = preset.epochs * per_epoch
    curve: dict[str, list[Any]] = {"epoch": [], "update": [], "loss": []}
    if len(held):
        curve["val_mean"] = []

    def follow(update: int, loss: float | None) -> None:
        curve["epoch"].append(update // per_epoch)
        curve["update"].append(update)
        curve["loss"].append(loss)
        val = None
        if len(held):
            rows = _embedded(model, data.train.images, what, update, preset)
            labels = data.train.labels
            scores = knn_scores(rows[fit], labels[fit], rows[held], labels[held])
            curve["val_mean"].append(val := scores.get(f"knn@{data.main_k}", scores["knn@20"]))
        observer.update(Moment(name, seed, seeds, update, total, loss, val))

    untrained = _scored(data, model, fit, held, what, 0, preset)[0]
    follow(0, None)
    losses: list[float] = []
    for update in updates:
        loss = float(update.loss)
        if loss != loss or abs(loss) == float("inf"):
            raise diverged(what, update.number, f"the loss is {loss}, a finite one is needed", preset)
        losses.append(loss)
        epoch, within = divmod(update.number, per_epoch)
        if within == 0 and is_evaluated(epoch, epochs=preset.epochs, every=preset.eval_every):
            follow(update.number, sum(losses) / len(losses))
            losses = []
        else:
            observer.update(Moment(name, seed, seeds, update.number, total, loss, None, evaluated=False))
    scores, embedding = _scored(data, model, fit, held, what, total, preset)
    record = {
        "seed": seed,
        "best_update": total,
        "last_update": total,
        "ended_by": "epochs",
        "parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "seconds": time.perf_counter() - start,
        "scores": scores,
        "untrained": untrained,
        "curve": curve,
    }
    return record, embedding


def _scored(
    data: ImageData, model: ReSSL, fit: Tensor, held: Tensor, what: str, update: int, preset: ReSSLPreset
) -> tuple[dict[str, float], Tensor]:
    images = (data.train.images, data.test.images)
    train, test = (_embedded(model, part, what, update, preset) for part in images)
    return image_scores(data, train, test, fit=fit, held=held), torch.cat((train, test)).cpu()


def _embedded(model: ReSSL, images: Tensor, what: str, update: int, preset: ReSSLPreset) -> Tensor:
    rows = model.embed(images)
    try:
        checked_embeddings(rows)
    except DataError as error:
        raise diverged(what, update, str(error), preset) from None
    return rows
