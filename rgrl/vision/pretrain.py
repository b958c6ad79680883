"""The training loop of ReSSL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from numbers import Integral
from typing import TypeAlias

import torch
from torch import Tensor

from rgrl.errors import ConfigError, DataError
from rgrl.training import SGD, Precision, Update, cosine_schedule, products, settled_precision
from rgrl.training.keep_freed_memory import keep_freed_memory
from rgrl.vision.image_set import ImageSet
from rgrl.vision.ressl import ReSSL

#: Draws a view of a batch of uint8 images, from a generator.
View: TypeAlias = Callable[[Tensor, torch.Generator | None], Tensor]


def pretrain(
    model: ReSSL,
    images: ImageSet | Tensor,
    *,
    views: Sequence[View],
    teacher_view: View,
    epochs: int,
    batch_size: int = 256,
    learning_rate: float | Callable[[int], float] = 0.06,
    warmup_epochs: int = 5,
    momentum: float = 0.9,
    weight_decay: float = 5e-4,
    decay_vectors: bool = True,
    precision: str = "fp32",
    generator: torch.Generator | None = None,
) -> Iterator[Update]:
    """Train ReSSL on images, one update a batch, and hand control back after each.

    Each epoch goes through the images in an order of its own and leaves out what does not fill a batch, as
    the authors' code does. Between two updates the caller may embed, save or stop; embedding draws nothing
    from ``generator``.

    Args:
        model: Trained in place, on its device.
        images: A set, or uint8 ``[N, 3, H, W]``; they stay where they are, and each batch is copied.
        views: The student's, such as :func:`contrastive_view` or :func:`multi_crop_views` give.
        teacher_view: The teacher's, such as :func:`weak_view`.
        epochs: How often the images are gone through.
        batch_size: Images of an update, at most N and at most the queue's size.
        learning_rate: The peak of a rate that rises evenly over the first epochs and falls to 0 along half a
            cosine; or a function that gives the rate of an update (1 for the first).
        warmup_epochs: Epochs of the rise, fewer than ``epochs``.
        momentum: Of gradient descent, 0 to below 1.
        weight_decay: At least 0.
        decay_vectors: Whether it falls on biases and norms too, as in the small-image runs.
        precision: ``"fp32"``, ``"bf16"`` or ``"auto"``, see :func:`rgrl.training.products`.
        generator: The one random stream of orders and views.

    Returns:
        An iterator that does an update each time it is asked for the next, teacher and queue included, and
        gives an :class:`rgrl.training.Update`. Arguments are checked at the call.

    Raises:
        ConfigError: If an argument is out of range.
        DataError: If the images are of another type or shape.

    Example:
        >>> from rgrl.vision import ReSSL, ResNet18, digit_images, pretrain
        >>> draw = torch.Generator().manual_seed(0)
        >>> model = ReSSL(ResNet18(width=2, generator=draw), queue_size=64, generator=draw)
        >>> digits = digit_images().images[:64]
        >>> noise = lambda images, draw: images / 255 + 0.1 * torch.rand(images.shape, generator=draw)
        >>> updates = pretrain(
        ...     model, digits, views=[noise], teacher_view=noise, epochs=2, batch_size=32, warmup_epochs=1,
        ...     generator=draw,
        ... )
        >>> [update.number for update in updates]
        [1, 2, 3, 4]
    """
    pixels = images.images if isinstance(images, ImageSet) else images
    _require_images(pixels)
    if not isinstance(epochs, Integral) or epochs < 0:
        raise ConfigError(f"epochs is {epochs}: a whole number of at least 0 is needed")
    count, per_epoch = pixels.shape[0], pixels.shape[0] // max(batch_size, 1)
    most = min(count, model.queue.size)
    if not 1 <= batch_size <= most:
        raise ConfigError(
            f"batch_size is {batch_size}: 1 to {most} is needed, with {count} images and a queue of "
            f"{model.queue.size}"
        )
    if callable(views):
        raise ConfigError("views is a single view: a list of the student's views is needed")
    views = list(views)
    if not views:
        raise ConfigError("views is empty: at least one view of the student is needed")
    if not all(map(callable, [*views, teacher_view])):
        raise ConfigError("a view is no function: each maps images and a generator to images")
    if not 0 <= momentum < 1:
        raise ConfigError(f"momentum is {momentum}: a number from 0 to below 1 is needed")
    if not weight_decay >= 0:
        raise ConfigError(f"weight_decay is {weight_decay}: a number of at least 0 is needed")
    device = model.updates.device
    settled = settled_precision(precision, device)
    if epochs == 0:
        return iter(())
    if not callable(learning_rate):
        if not learning_rate > 0:
            raise ConfigError(f"learning_rate is {learning_rate}: a number above 0 is needed")
        if not 0 <= warmup_epochs < epochs:
            raise ConfigError(f"warmup_epochs is {warmup_epochs}: 0 to {epochs - 1} is needed")
        learning_rate = cosine_schedule(
            learning_rate, epochs=epochs * per_epoch, warmup=warmup_epochs * per_epoch
        )
    optimizer = SGD(
        [parameter for parameter in model.parameters() if parameter.requires_grad],
        lr=0.0,  # each update sets the rate
        momentum=momentum,
        weight_decay=weight_decay,
        decay_vectors=decay_vectors,
    )
    batches = _batches(pixels, epochs, batch_size, generator)
    return _updates(model, batches, views, teacher_view, optimizer, learning_rate, settled, generator)


def _require_images(images: object) -> None:
    if not isinstance(images, Tensor):
        raise DataError(f"images is a {type(images).__name__}: a tensor or an ImageSet is needed")
    if images.dtype != torch.uint8 or images.ndim != 4:
        found = f"{images.dtype} {list(images.shape)}"
        raise DataError(f"images are {found}: torch.uint8 [N, 3, H, W] is needed")


def _batches(
    pixels: Tensor, epochs: int, batch_size: int, generator: torch.Generator | None
) -> Iterator[Tensor]:
    for _ in range(epochs):
        order = torch.randperm(pixels.shape[0], generator=generator).to(pixels.device)
        for start in range(0, pixels.shape[0] - batch_size + 1, batch_size):
            yield pixels[order[start : start + batch_size]]


def _updates(
    model: ReSSL,
    batches: Iterator[Tensor],
    views: Sequence[View],
    teacher_view: View,
    optimizer: SGD,
    learning_rate: Callable[[int], float],
    precision: Precision,
    generator: torch.Generator | None,
) -> Iterator[Update]:
    device = model.updates.device
    with keep_freed_memory():
        for number, batch in enumerate(batches, start=1):
            model.train()  # each time: between two updates the caller may have called eval
            batch = batch.to(device)
            weak = teacher_view(batch, generator)
            strong = [view(batch, generator) for view in views]
            optimizer.zero_grad()
            loss = torch.zeros((), device=device)
            with products(precision, device), _one_value_in_a_line(batch.shape[0]):
                for share in model.losses(strong, weak, generator):
                    share.backward()  # type: ignore[no-untyped-call]
                    loss += share.detach()
            optimizer.lr = learning_rate(number)
            optimizer.step()
            model.after_update()
            yield Update(number, loss)


@contextmanager
def _one_value_in_a_line(batch_size: int) -> Iterator[None]:
    """Torch's refusal of a batch norm over a single value, in the words of the settings that led to it."""
    try:
        yield
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise ConfigError(
            f"batch_size is {batch_size}: a batch norm of the network sees one value a channel; more images "
            "a batch, fewer norm_splits or larger images are needed"
        ) from None
