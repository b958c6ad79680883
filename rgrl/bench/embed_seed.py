"""One seed of any method: from a graph to the embedding that validation chose."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rgrl.bench.build import build_method, build_multiplex
from rgrl.bench.methods import SINGLE
from rgrl.bench.observer import Observer
from rgrl.bench.run_key import RunKey
from rgrl.bench.seed_run import Evaluation, Probe, SeedRun, run_seed
from rgrl.bench.time_limit import TimeLimit
from rgrl.datasets import Dataset
from rgrl.errors import ConfigError
from rgrl.graph import Graph, SparseFeatures
from rgrl.presets import TrainingPreset
from rgrl.presets.node2vec_preset import Node2VecPreset


def embed_dataset(
    dataset: Dataset,
    key: RunKey,
    *,
    graph: Graph | None = None,
    probe: Probe | None,
    seed: int,
    seeds: int,
    observer: Observer,
    device: str,
    cache: Path | None,
) -> SeedRun:
    """Run a method with one seed on a dataset, trained on what its protocol lets an encoder see.

    Args:
        dataset: The dataset.
        key: Dataset, method, settings and budget.
        graph: What to train on and to embed in the place of the dataset's.
        probe: Chooses between updates; ``None`` where nothing can be scored.
        seed: Seed of everything random.
        seeds: Number of seeds, for the display.
        observer: Told of progress.
        device: Where to train.
        cache: Folder that keeps local anchors between runs.

    Raises:
        ConfigError: If the method gives no embedding.
        DivergedError: If the training diverged.
    """
    evaluated = None
    if graph is None:
        graph, evaluated = dataset.train_graph or dataset.graph, dataset.graph
    return embed_seed(
        key,
        graph.to(device),
        evaluated=None if evaluated is None or evaluated is graph else evaluated.to(device),
        probe=probe,
        seed=seed,
        seeds=seeds,
        observer=observer,
        cache=cache,
        relations=dataset.relations,
        graph_of_node=dataset.train_graph_of_node,
    )


def embed_seed(
    key: RunKey,
    graph: Graph,
    *,
    evaluated: Graph | None,
    probe: Probe | None,
    seed: int,
    seeds: int,
    observer: Observer,
    cache: Path | None,
    relations: Mapping[str, Graph] | None = None,
    graph_of_node: Tensor | None = None,
) -> SeedRun:
    """Run a method with one seed.

    Args:
        key: Dataset, method, settings and budget.
        graph: What it is trained on, on its device.
        evaluated: The graph whose nodes are embedded, where it is another.
        probe: Chooses between updates; ``None`` where nothing can be scored.
        seed: Seed of everything random.
        seeds: Number of seeds, for the display.
        observer: Told of progress.
        cache: Folder that keeps local anchors between runs.
        relations: Those of a multiplex dataset.
        graph_of_node: Number of the graph that each node of ``graph`` belongs to, where there are several.

    Raises:
        ConfigError: If the method gives no embedding.
        DivergedError: If the training diverged.
    """
    if key.method == "raw":
        return _fixed(raw_features(graph if evaluated is None else evaluated), probe, seed, parameters=0)
    preset = key.preset
    if isinstance(preset, Node2VecPreset):
        start, limit = time.perf_counter(), TimeLimit(key.budget_minutes)
        embedding = _walks(preset, graph, seed, limit)
        run = _fixed(
            embedding,
            probe,
            seed,
            parameters=2 * embedding.numel(),
            start=start,
            update=round(limit.done, 4) if limit.is_reached else preset.skipgram_epochs,
            ended_by="budget" if limit.is_reached else "epochs",
        )
        observer.note(f"{key}: seed {seed} embedded in {run.seconds:.0f} s")
        return run
    if not isinstance(preset, TrainingPreset):
        raise ConfigError(
            f"the method {key.method!r} gives no embedding: it can only be run for classification"
        )
    generator = torch.Generator().manual_seed(seed)
    if preset.row_normalize and _has_negative(graph):
        observer.note(f"{key}: row_normalize has no effect, for there are features below 0")
    elif preset.row_normalize:
        graph = graph.row_normalized()
        evaluated = None if evaluated is None else evaluated.row_normalized()
        relations = {name: replace(relation, x=graph.x) for name, relation in (relations or {}).items()}
    if key.method.startswith(SINGLE) or (key.method == "rgrl" and relations):
        graph, method = _on_relations(key.method, preset, relations or {}, graph, generator)
    else:
        method = build_method(preset, graph.num_features, generator)
    method = method.to(graph.device)
    return run_seed(
        method,
        graph,
        preset,
        probe=probe,
        evaluated=evaluated,
        name=str(key),
        seed=seed,
        seeds=seeds,
        generator=generator,
        observer=observer,
        graph_of_node=graph_of_node,
        cache=cache,
        budget_s=None if key.budget_minutes is None else 60 * key.budget_minutes,
    )


def _fixed(
    embedding: Tensor,
    probe: Probe | None,
    seed: int,
    *,
    parameters: int,
    start: float | None = None,
    update: float = 0,
    ended_by: str = "epochs",
) -> SeedRun:
    """The run of a method that has one embedding and no curve."""
    start = time.perf_counter() if start is None else start
    evaluation = Evaluation(update, None, None if probe is None else probe(embedding))
    return SeedRun(
        seed=seed,
        curve=(evaluation,),
        best=evaluation,
        embedding=embedding,
        last_embedding=embedding,
        ended_by=ended_by,
        parameters=parameters,
        seconds=time.perf_counter() - start,
    )


def _has_negative(graph: Graph) -> bool:
    """Whether a sum of features may be near 0 without all of them being 0."""
    values = graph.x.values if isinstance(graph.x, SparseFeatures) else graph.x
    return bool((values < 0).any())


def raw_features(graph: Graph) -> Tensor:
    """The features as they are, dense ``[N, F]``: the embedding of the method that does nothing."""
    return graph.x.to_dense() if isinstance(graph.x, SparseFeatures) else graph.x


def _on_relations(
    name: str,
    preset: TrainingPreset,
    relations: Mapping[str, Graph],
    union: Graph,
    generator: torch.Generator,
) -> tuple[Graph, Any]:
    """What to train on, and the method, of RGRL on a multiplex graph: each relation a view, or one alone."""
    own = {relation.lower(): graph.to(union.device) for relation, graph in relations.items()}
    if name == "rgrl":
        return union, build_multiplex(preset, own, generator)
    return own[name.removeprefix(SINGLE)], build_method(preset, union.num_features, generator)


def _walks(preset: Node2VecPreset, graph: Graph, seed: int, limit: TimeLimit) -> Tensor:
    from rgrl.methods.node2vec import node2vec

    return node2vec(
        graph,
        dimensions=preset.dimensions,
        walk_length=preset.walk_length,
        walks_per_node=preset.walks_per_node,
        window=preset.window,
        p=preset.p,
        q=preset.q,
        negatives=preset.negatives,
        epochs=preset.skipgram_epochs,
        seed=seed,
        stop=limit,
    )
