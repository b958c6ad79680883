from __future__ import annotations

from collections import deque
from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from rgrl.errors import ConfigError, DataError
from rgrl.vision import ResNet18, ReSSL, SplitBatchNorm


class Mean(nn.Module):
    """The smallest backbone with something to learn: colours' means, mixed."""

    embedding_dim = 4

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Linear(3, 4)

    def forward(self, images: Tensor) -> Tensor:
        return self.mix(images.mean(dim=(2, 3)))


def _model(seed: int = 0, **settings: object) -> ReSSL:
    generator = torch.Generator().manual_seed(seed)
    arguments = {"projector_hidden": 6, "projector_dim": 5, "queue_size": 7, "momentum": 0.9} | settings
    model = ReSSL(Mean(), **arguments, generator=generator)
    for parameter in model.student.backbone.parameters():
        nn.init.normal_(parameter, generator=generator)
    model.teacher.module.load_state_dict(model.student.state_dict())
    return model.double()


def _batches(steps: int, count: int = 3, size: int = 4) -> list[tuple[Tensor, Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(5)
    return [
        tuple(torch.rand(count, 3, size, size, generator=generator, dtype=torch.float64) for _ in range(3))
        for _ in range(steps)
    ]


def _row(weights: dict[str, Tensor], image: Tensor) -> Tensor:
    """One image's row, from the weights of a branch."""
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    colours = torch.stack([(image[c].mean() - mean[c]) / std[c] for c in range(3)])
    features = weights["backbone.mix.weight"] @ colours + weights["backbone.mix.bias"]
    hidden = (weights["head.first.weight"] @ features + weights["head.first.bias"]).clamp(min=0)
    row = weights["head.second.weight"] @ hidden + weights["head.second.bias"]
    return row / row.norm()


@pytest.mark.parametrize("crops", [1, 2])
def test_loss_gradient_teacher_and_queue_are_the_papers_over_many_turns_of_the_queue(crops: int) -> None:
    """The released order: teacher's step, teacher's rows, logits, then the queue takes them."""
    model = _model()
    student = {name: weight.detach().clone() for name, weight in model.student.named_parameters()}
    teacher = {name: weight.clone() for name, weight in student.items()}
    queue = deque(model.queue.rows.clone(), maxlen=7)
    learned = list(model.student.parameters())
    for first, second, weak in _batches(8):
        views = [first, second][:crops]
        for weight in student.values():
            weight.requires_grad_()
        t = [_row(teacher, image).detach() for image in weak]
        divergences, entropies = [], []
        for view in views:
            for i, image in enumerate(view):
                p = _row(student, image)
                k = torch.softmax(torch.stack([t[i] @ a for a in queue]) / 0.04, 0)
                log_q = torch.log_softmax(torch.stack([p @ a for a in queue]) / 0.1, 0)
                divergences.append((k * (k.log() - log_q)).sum())
                entropies.append(-(k * log_q).sum())  # what the paper writes
        expected = torch.stack(divergences).mean()
        gradients = torch.autograd.grad(torch.stack(entropies).mean(), list(student.values()))

        for parameter in learned:
            parameter.grad = None
        loss = torch.zeros((), dtype=torch.float64)
        for share in model.losses(views, weak):
            share.backward()
            loss += share.detach()
        torch.testing.assert_close(loss, expected.detach(), rtol=1e-5, atol=1e-7)
        for parameter, gradient in zip(learned, gradients, strict=True):
            torch.testing.assert_close(parameter.grad, gradient, rtol=1e-4, atol=1e-6)
        with torch.no_grad():
            for parameter, (name, gradient) in zip(
                learned, zip(student, gradients, strict=True), strict=True
            ):
                parameter -= 0.1 * parameter.grad
                student[name] = student[name].detach() - 0.1 * gradient
        model.after_update()
        for name in teacher:
            teacher[name] = 0.9 * teacher[name] + 0.1 * student[name]
        queue.extend(t)
        torch.testing.assert_close(model.queue.oldest_first(), torch.stack(list(queue)), rtol=1e-5, atol=1e-6)
    assert not torch.equal(model.teacher.module.head.first.weight, model.student.head.first.weight)


def test_shares_of_several_views_add_up_to_the_loss() -> None:
    (first, second, weak), model = _batches(1)[0], _model()
    single = [model.loss([view], weak) for view in (first, second)]
    torch.testing.assert_close(model.loss([first, second], weak), sum(single) / 2)
    smaller = F.interpolate(second, size=2)  # multi-crop: views of other sizes
    assert torch.isfinite(model.loss([first, smaller], weak))


def test_teacher_and_queue_move_only_after_the_update() -> None:
    model, (view, _, weak) = _model(), _batches(1)[0]
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model.loss([view], weak).backward()
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    model.after_update()
    assert int(model.queue.position) == 3
    model.after_update()  # a step of something else brings no rows
    assert int(model.queue.position) == 3
    assert not any(parameter.requires_grad for parameter in model.teacher.parameters())


def test_the_state_dict_is_the_whole_state() -> None:
    steps = _batches(6)
    model, twin = _model(), _model(seed=1)

    def walk(each: ReSSL, batches: list) -> list[float]:
        optimizer = torch.optim.SGD(each.student.parameters(), lr=0.1)
        losses = []
        for view, _, weak in batches:
            optimizer.zero_grad()
            loss = each.loss([view], weak)
            loss.backward()
            optimizer.step()
            each.after_update()
            losses.append(loss.item())
        return losses

    walk(model, steps[:3])
    twin.load_state_dict(model.state_dict())
    assert walk(model, steps[3:]) == walk(twin, steps[3:])


def test_infonce_leads_in_and_gives_way() -> None:
    model = _model(infonce_warmup=4)
    (view, _, weak) = _batches(1)[0]
    plain = _model()
    losses = []
    for update in range(6):
        model.updates.fill_(update)
        losses.append(model.loss([view], weak).item())
    assert losses[4] == losses[5] == pytest.approx(plain.loss([view], weak).item())
    steps = [a - b for a, b in pairwise(losses[:5])]
    assert steps == pytest.approx([steps[0]] * 4)  # evenly
    assert losses[0] == pytest.approx(_naive_infonce(model, view, weak))


def _naive_infonce(model: ReSSL, view: Tensor, weak: Tensor) -> float:
    weights = dict(model.student.named_parameters())
    terms = []
    for strong, other in zip(view, weak, strict=True):
        p, t = _row(weights, strong), _row(weights, other)
        similarities = torch.stack([p @ t, *(p @ a for a in model.queue.rows)]) / 0.1
        terms.append(-similarities.log_softmax(0)[0])
    return torch.stack(terms).mean().item()


def test_the_predictor_is_the_students_alone() -> None:
    model = _model(predictor_hidden=3)
    names = {name.split(".")[0] for name, each in model.named_parameters() if each.requires_grad}
    assert names == {"student", "predictor"}
    view, _, weak = _batches(1)[0]
    model.loss([view], weak).backward()
    assert all(parameter.grad is not None for parameter in model.predictor.parameters())
    assert {name.split(".")[0] for name, _ in model.teacher.module.named_modules()} <= {
        "",
        "backbone",
        "head",
    }


def test_split_norm_gives_the_teacher_an_order_of_its_own() -> None:
    class Seen(nn.Module):
        embedding_dim = 3

        def __init__(self) -> None:
            super().__init__()
            self.norm = SplitBatchNorm(3, splits=2)
            self.images: list[Tensor] = []

        def forward(self, images: Tensor) -> Tensor:
            self.images.append(images)
            return images.mean(dim=(2, 3))

    model = ReSSL(Seen(), queue_size=8, mean=(0, 0, 0), std=(1, 1, 1))
    images = torch.rand(8, 3, 2, 2)
    draw = torch.Generator().manual_seed(0)
    model.loss([images], images, draw)
    teacher, student = model.teacher.module.backbone.images[0], model.backbone.images[0]
    assert torch.equal(student, images)
    assert not torch.equal(teacher, images)
    assert sorted(teacher.flatten().tolist()) == sorted(images.flatten().tolist())
    with torch.no_grad():  # the rows come back in the images' order
        rows = F.normalize(model.student(images), dim=1)
    model.after_update()
    torch.testing.assert_close(model.queue.oldest_first(), rows)
    model.loss([images], images, torch.Generator().manual_seed(0))
    assert torch.equal(model.teacher.module.backbone.images[1], teacher)  # the generator's, and no other


def test_embedding_is_the_backbones_and_leaves_no_trace() -> None:
    model = ReSSL(ResNet18(width=2, norm_splits=2), queue_size=4)
    images = torch.randint(0, 256, (5, 3, 8, 8), dtype=torch.uint8)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    whole = model.embed(images)
    torch.testing.assert_close(model.embed(images, batch_size=2), whole)
    torch.testing.assert_close(model.embed(images / 255), whole)
    assert whole.shape == (5, 16)
    assert not whole.requires_grad
    assert model.training
    assert all(module.training for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize(
    ("views", "weak", "text"),
    [
        ([], torch.ones(2, 3, 4, 4), "views have none images: 2 each"),
        ([torch.ones(3, 3, 4, 4)], torch.ones(2, 3, 4, 4), "views have 3 images: 2 each"),
        ([torch.ones(8, 3, 4, 4)], torch.ones(8, 3, 4, 4), "the batch has 8 images: the queue holds 7"),
    ],
)
def test_batches_that_do_not_fit_are_refused(views: list[Tensor], weak: Tensor, text: str) -> None:
    with pytest.raises(DataError, match=text):
        _model().loss(views, weak)


def test_bad_arguments_are_named() -> None:
    for arguments, text in (
        ({"infonce_warmup": -1}, "infonce_warmup is -1"),
        ({"student_temperature": 0.0}, "student temperature is 0"),
        ({"momentum": 2.0}, "momentum is 2"),
        ({"queue_size": 0}, "size is 0"),
        ({"predictor_hidden": 0}, r"widths are \[5, 0, 5\]"),
    ):
        with pytest.raises(ConfigError, match=text):
            _model(**arguments)
    with pytest.raises(ConfigError, match="Linear has no embedding_dim"):
        ReSSL(nn.Linear(3, 3))
    wrong = ReSSL(Mean(), embedding_dim=9, queue_size=4)
    with pytest.raises(ConfigError, match=r"returned \[2, 4\]: a tensor \[2, 9\]"):
        wrong.loss([torch.ones(2, 3, 4, 4)], torch.ones(2, 3, 4, 4))
    with pytest.raises(DataError, match=r"images are \[4, 4\]"):
        _model().embed(torch.ones(4, 4))
    with pytest.raises(ConfigError, match="batch_size is 0"):
        _model().embed(torch.ones(1, 3, 4, 4, dtype=torch.float64), batch_size=0)
