from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from rgrl.errors import ConfigError, RGRLError
from rgrl.evaluate import knn
from rgrl.training import cosine_schedule
from rgrl.vision import ImageSet, ResNet18, ReSSL, contrastive_view, digit_images, pretrain, weak_view


def noise(images: Tensor, generator: torch.Generator | None) -> Tensor:
    return (images / 255 + 0.1 * torch.rand(images.shape, generator=generator)).clamp(0, 1)


def _digits(count: int = 200) -> ImageSet:
    digits = digit_images()
    return ImageSet(digits.images[:count], digits.labels[:count], digits.class_names, "digits")


def _model(seed: int = 0, **settings: object) -> ReSSL:
    draw = torch.Generator().manual_seed(seed)
    arguments = {"queue_size": 128, "projector_hidden": 64, "projector_dim": 16} | settings
    return ReSSL(ResNet18(width=4, generator=draw), **arguments, generator=draw)


def _losses(model: ReSSL, seed: int = 0, **settings: object) -> list[float]:
    arguments = {"views": [noise], "teacher_view": noise, "epochs": 2, "batch_size": 64, "warmup_epochs": 0}
    updates = pretrain(
        model, _digits(), **arguments | settings, generator=torch.Generator().manual_seed(seed)
    )
    return [update.loss.item() for update in updates]


def test_some_steps_on_200_digits_lower_the_loss() -> None:
    pytest.importorskip("kornia")
    settings = {
        "epochs": 6,
        "views": [contrastive_view(8)],
        "teacher_view": weak_view(8),
        "weight_decay": 0.0,
    }
    losses = _losses(_model(), learning_rate=0.1, **settings)
    assert len(losses) == 18  # 200 images are three batches of 64 an epoch
    assert sum(losses[-4:]) < 0.5 * sum(losses[:4])
    still = _losses(_model(), learning_rate=1e-9, **settings)
    assert sum(still[-4:]) > 0.8 * sum(still[:4])


def test_with_some_more_the_relations_spread_and_neighbours_share_their_class() -> None:
    train, test = _digits(), digit_images("test")
    draw = torch.Generator().manual_seed(0)
    settings = {"queue_size": 192, "projector_hidden": 64, "projector_dim": 32, "momentum": 0.95}
    model = ReSSL(ResNet18(width=8, generator=draw), **settings, generator=draw)

    def accuracy() -> float:
        embedded = model.embed(train.images), train.labels, model.embed(test.images), test.labels
        return knn(*embedded, ks=(5,)).mean("accuracy@5")

    before = accuracy()
    _losses(model, epochs=160, learning_rate=0.03, weight_decay=0.0)  # with half as many it hangs on rounding
    assert accuracy() > before + 0.1
    rows = model.queue.rows
    assert (rows[:64] @ rows[64:].T).mean() < 0.2  # and have not all become the same


def test_the_same_stream_gives_the_same_numbers_and_embedding_between_changes_none() -> None:
    before = torch.get_rng_state()
    first = _losses(_model())
    model, between = _model(), []
    arguments = {"views": [noise], "teacher_view": noise, "epochs": 2, "batch_size": 64, "warmup_epochs": 0}
    for update in pretrain(model, _digits(), **arguments, generator=torch.Generator().manual_seed(0)):
        between.append(update.loss.item())
        model.embed(_digits(10).images)
    assert torch.equal(torch.get_rng_state(), before)
    assert first == between
    assert first != _losses(_model(), seed=1)


def test_an_epoch_goes_through_the_images_once_in_an_order_of_its_own() -> None:
    seen: list[Tensor] = []

    def watch(images: Tensor, generator: torch.Generator | None) -> Tensor:
        seen.append(images)
        return images / 255

    pixels = torch.arange(10, dtype=torch.uint8).view(10, 1, 1, 1).expand(10, 3, 4, 4)
    arguments = {"views": [lambda images, _: images / 255], "teacher_view": watch, "warmup_epochs": 0}
    draw = torch.Generator().manual_seed(0)
    updates = list(pretrain(_model(), pixels, **arguments, epochs=2, batch_size=3, generator=draw))
    assert [update.number for update in updates] == [1, 2, 3, 4, 5, 6]
    epochs = [[int(each) for batch in seen[i : i + 3] for each in batch[:, 0, 0, 0]] for i in (0, 3)]
    assert all(len(set(epoch)) == 9 for epoch in epochs)
    assert epochs[0] != epochs[1]


def test_a_step_is_torchs_sgd_on_the_schedule() -> None:
    model, twin = _model().double(), _model().double()  # rounding would grow from step to step
    learned = [parameter for parameter in twin.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(learned, lr=1.0, momentum=0.9, weight_decay=5e-4)
    rate = cosine_schedule(0.06, epochs=9, warmup=3)
    draw = torch.Generator().manual_seed(0)
    images = _digits().images
    expected = []
    for epoch in range(3):
        order = torch.randperm(200, generator=draw)
        for step in range(3):
            batch = images[order[64 * step : 64 * step + 64]]
            weak, strong = noise(batch, draw), noise(batch, draw)
            optimizer.zero_grad()
            loss = twin.loss([strong], weak, draw)
            loss.backward()
            optimizer.param_groups[0]["lr"] = rate(3 * epoch + step + 1)
            optimizer.step()
            twin.after_update()
            expected.append(loss.item())
    assert _losses(model, epochs=3, warmup_epochs=1) == pytest.approx(expected, rel=1e-7)
    torch.testing.assert_close(model.embed(images[:4]), twin.embed(images[:4]), rtol=1e-6, atol=1e-6)


def test_half_precision_is_near() -> None:
    # At a rate of its own size the trainings part: rounding grows from step to step.
    settings = {"epochs": 1, "learning_rate": 1e-4}
    full, half = _losses(_model(), **settings), _losses(_model(), **settings, precision="bf16")
    assert half == pytest.approx(full, rel=0.05)
    assert half != full


def test_nothing_happens_between_updates_and_split_norms_train() -> None:
    draw = torch.Generator().manual_seed(0)
    model = ReSSL(ResNet18(width=2, norm_splits=4, generator=draw), queue_size=64, generator=draw)
    arguments = {"views": [noise, noise], "teacher_view": noise, "epochs": 2, "batch_size": 32}
    updates = pretrain(model, _digits(), **arguments, warmup_epochs=1, generator=draw)
    assert not model.updates
    first = next(updates)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    assert (first.number, int(model.updates), first.loss.requires_grad) == (1, 1, False)
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert len(list(itertools.islice(updates, 3))) == 3
    assert list(pretrain(model, _digits(), **arguments | {"epochs": 0})) == []


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"epochs": -1}, "epochs is -1"),
        ({"batch_size": 0}, "batch_size is 0: 1 to 128 is needed, with 200 images and a queue of 128"),
        ({"batch_size": 129}, "batch_size is 129: 1 to 128"),
        ({"views": []}, "views is empty"),
        ({"views": noise}, "views is a single view"),
        ({"momentum": 1.0}, "momentum is 1"),
        ({"weight_decay": -1.0}, "weight_decay is -1"),
        ({"learning_rate": 0.0}, "learning_rate is 0"),
        ({"warmup_epochs": 2}, "warmup_epochs is 2: 0 to 1"),
        ({"precision": "fp8"}, "precision is 'fp8'"),
    ],
)
def test_bad_arguments_are_named_at_the_call(given: dict, text: str) -> None:
    arguments = {"views": [noise], "teacher_view": noise, "epochs": 2, "batch_size": 64, "warmup_epochs": 0}
    with pytest.raises(ConfigError, match=text):
        pretrain(_model(), _digits(), **arguments | given)


def test_eval_between_updates_does_not_freeze_the_norms() -> None:
    arguments = {"views": [noise], "teacher_view": noise, "epochs": 1, "batch_size": 64, "warmup_epochs": 0}
    plain = _losses(_model(), epochs=1)
    model, losses = _model(), []
    for update in pretrain(model, _digits(), **arguments, generator=torch.Generator().manual_seed(0)):
        losses.append(update.loss.item())
        model.eval()
    assert losses == plain


def test_a_norm_over_a_single_value_is_refused_in_one_line() -> None:
    with pytest.raises(ConfigError, match="batch_size is 1: a batch norm of the network sees one value"):
        _losses(_model(), batch_size=1)


def test_other_errors_of_the_network_stay_what_they_are() -> None:
    class Wrong(torch.nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            raise ValueError("not for me")

    model = ReSSL(Wrong(), embedding_dim=4, queue_size=8, projector_dim=4)
    with pytest.raises(ValueError, match="not for me"):
        _losses(model, batch_size=8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 2.5}, "epochs is 2.5: a whole number"),
        ({"images": torch.zeros(8, 3, 4, 4)}, r"images are torch.float32 \[8, 3, 4, 4\]: torch.uint8"),
        ({"images": torch.zeros(8, 4, 4, dtype=torch.uint8)}, r"images are torch.uint8 \[8, 4, 4\]"),
        ({"images": torch.zeros(8, 3, 4, 4).numpy()}, "images is a ndarray: a tensor or an ImageSet"),
        ({"teacher_view": None}, "a view is no function"),
        ({"views": [3]}, "a view is no function"),
    ],
)
def test_arguments_are_checked_at_the_call(change: dict[str, object], message: str) -> None:
    images = torch.zeros(8, 3, 4, 4, dtype=torch.uint8)
    arguments = {"images": images, "views": [noise], "teacher_view": noise, "epochs": 2, "batch_size": 4}
    with pytest.raises(RGRLError, match=message):
        pretrain(_model(), **arguments | change, warmup_epochs=0)


def test_views_may_come_from_an_iterator() -> None:
    assert _losses(_model(), views=iter([noise])) == _losses(_model())
