from __future__ import annotations

import numpy as np
import torch

from rgrl.evaluate.standardise import standardise


def test_equals_the_definition_and_constants_become_zero() -> None:
    values = np.random.default_rng(0).normal(3, 5, size=(40, 4))
    values[:, 1] = 1000.1
    rows = torch.from_numpy(values.astype(np.float32))
    mean, deviation = standardise(rows)
    np.testing.assert_allclose(mean.numpy(), values.mean(0), rtol=1e-5)
    want = values.std(0)
    want[1] = 1
    np.testing.assert_allclose(deviation.numpy(), want, rtol=1e-5)
    np.testing.assert_allclose(rows.numpy(), (values - values.mean(0)) / want, atol=1e-4)
