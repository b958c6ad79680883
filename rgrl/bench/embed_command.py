"""What the command ``embed`` does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rgrl.bench.commands import changed_preset, dataset_key, one_dataset, progress_display
from rgrl.bench.device import checked_device
from rgrl.bench.do_work import apart_from_registry, run_key
from rgrl.bench.embed_seed import embed_dataset
from rgrl.bench.fitting import require_fitting
from rgrl.bench.keep_inputs import graph_files, require_apart
from rgrl.bench.methods import ON_CPU, checked_method, preset_of
from rgrl.bench.option_checks import require_seed, require_settings
from rgrl.bench.work import Work
from rgrl.datasets import load_dataset
from rgrl.datasets.sources import cache_root
from rgrl.errors import ConfigError
from rgrl.estimator import write_embedding
from rgrl.estimator.write_embedding import require_target
from rgrl.evaluate.warn_if_collapsed import warn_if_collapsed
from rgrl.presets import TrainingPreset, parse_setting


def embed_graph(
    name: str,
    out: Path,
    *,
    method: str,
    features: str | None,
    preset: str | None,
    epochs: int | None,
    seed: int,
    settings: Sequence[str],
    root: Path | None,
    device: str,
) -> None:
    """Train a method on a graph without looking at labels, and write the embedding after the last update."""
    require_target(out)
    require_seed("--seed", seed)
    if epochs is not None and epochs < 0:
        raise ConfigError(f"--epochs is {epochs}: a whole number of at least 0 is needed")
    known, method = one_dataset(name, "nodes are embedded", features=features), checked_method(method)
    require_apart("-o", out, graph_files(known, features), what="a file that the graph is read from")
    changes: dict[str, Any] = dict(parse_setting(text) for text in settings)
    chosen = changed_preset(preset, method, preset_of(method, dataset_key(known)), changes, epochs=epochs)
    given = {"--preset": preset, "--set": settings, "--epochs": epochs}
    require_settings({method: chosen}, [method], changed=given)
    device = "cpu" if method in ON_CPU else checked_device(device)
    with progress_display() as observer:
        dataset = apart_from_registry(
            load_dataset(known, root=root, progress=observer.download, features=features)
        )
        require_fitting(method, chosen, dataset)
        run = embed_dataset(
            dataset,
            run_key(Work(known, method, chosen, device=device), "embedding", dataset),
            probe=None,
            seed=seed,
            seeds=1,
            observer=observer,
            device=device,
            cache=cache_root() / "anchors",
        )
    if isinstance(chosen, TrainingPreset) and run.last.update > 0:
        warn_if_collapsed(run.embedding, dataset.graph)
    rows, columns = run.embedding.shape
    write_embedding(out, run.embedding.numpy(), node_ids=dataset.node_ids)
    print(f"stored in {out}: {rows} nodes, {columns} dimensions, {run.seconds:.0f} s of {method}")
