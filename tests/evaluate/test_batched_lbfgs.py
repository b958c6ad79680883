from __future__ import annotations

import torch

from rgrl.evaluate.batched_lbfgs import batched_lbfgs


def _quadratics(count: int, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    factor = torch.randn(count, size, size, generator=generator, dtype=torch.double)
    hessian = factor @ factor.transpose(1, 2) + torch.eye(size, dtype=torch.double)
    return hessian, torch.randn(count, size, generator=generator, dtype=torch.double)


def test_solves_many_quadratics() -> None:
    hessian, linear = _quadratics(5, 12)

    def gradient(point: torch.Tensor) -> torch.Tensor:
        return torch.bmm(hessian, point[:, :, None])[:, :, 0] - linear

    point, converged = batched_lbfgs(gradient, torch.zeros(5, 12).double(), tolerance=1e-9, max_iter=200)
    assert converged.all()
    torch.testing.assert_close(point, torch.linalg.solve(hessian, linear), rtol=1e-7, atol=1e-7)


def test_problems_do_not_disturb_each_other() -> None:
    hessian, linear = _quadratics(4, 6)

    def solve(chosen: list[int]) -> torch.Tensor:
        h, c = hessian[chosen], linear[chosen]
        start = torch.zeros(len(chosen), 6).double()
        return batched_lbfgs(
            lambda x: torch.bmm(h, x[:, :, None])[:, :, 0] - c, start, tolerance=1e-6, max_iter=99
        )[0]

    together = solve([0, 1, 2, 3])
    for i in range(4):
        torch.testing.assert_close(together[i : i + 1], solve([i]), rtol=1e-10, atol=1e-10)


def test_too_few_iterations_are_told() -> None:
    hessian, linear = _quadratics(2, 12)
    linear[1] = 0  # at rest where it starts

    def gradient(point: torch.Tensor) -> torch.Tensor:
        return torch.bmm(hessian, point[:, :, None])[:, :, 0] - linear

    point, converged = batched_lbfgs(gradient, torch.zeros(2, 12).double(), tolerance=1e-9, max_iter=2)
    assert converged.tolist() == [False, True]
    assert not point[1].any()


def test_steep_walls_are_not_overshot() -> None:
    # The slope explodes to the right of the minimum at 0: a full first step from -5 overflows.
    point, converged = batched_lbfgs(
        lambda x: 1000 * (torch.exp(x) - 1),
        torch.tensor([[-5.0], [-0.1]]).double(),
        tolerance=1e-6,
        max_iter=200,
    )
    assert converged.all()
    torch.testing.assert_close(point, torch.zeros(2, 1).double(), rtol=0, atol=1e-8)
