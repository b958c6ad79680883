# %% [markdown]
# # One row of the paper, step by step
#
# A number in a table hides choices: which splits, which classifier, which of many epochs. This notebook
# makes one row of `rgrl-bench run` by hand, and then lets the command make it; the two must agree.
#
# The dataset is scikit-learn's digits, a graph of nearest neighbours that needs no download. Where the
# variable `RGRL_DATA` names a folder with Cora's files, it is Cora. Few epochs are trained here, so that
# it takes seconds; the published setting is the preset as it stands.

# %%
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

import rgrl
from rgrl.evaluate import BestEmbedding, linear_probe, logistic_regression
from rgrl.methods import rgrl_from_preset
from rgrl.presets import load_preset

name = "cora" if (Path(os.environ.get("RGRL_DATA", "")) / "cora").is_dir() else "digits"
EPOCHS = 41
dataset = rgrl.load_dataset(name)
print(dataset.graph)

# %% [markdown]
# ## Splits
#
# Twenty random ones, the same for everybody: a tenth of the nodes trains the classifier, a tenth
# validates, the rest tests. The encoder sees no label at all.

# %%
splits, labels = dataset.splits, dataset.labels
print(f"{len(splits)} splits, the first with {splits[0].sizes} nodes to train, validate and test")

# %% [markdown]
# ## Two rows that every result needs beside it
#
# What do the raw features give under the same classifier? And what does the encoder give before its first
# update? A graph network with random weights averages over neighbours, and that alone may be most of a
# result.
#
# The paper's probe is a linear classifier trained for 100 steps, converged or not. `logistic_regression`
# is its converged companion; validation chooses its strength.

# %%
preset = load_preset(f"rgrl-{name}").replace({"epochs": EPOCHS})
generator = torch.Generator().manual_seed(0)
model = rgrl_from_preset(preset, dataset.graph.num_features, generator)


def probe(embedding):
    """Score rows by the paper's probe: validation and test accuracy of every split."""
    return linear_probe(embedding, labels, splits)


raw_features = dataset.graph.x  # sparse or not
raw, untrained = probe(raw_features), probe(model.embed(dataset.graph))
print("raw features:", raw)
print("untrained:   ", untrained)

# %% [markdown]
# ## Training, and the choice
#
# The encoder is evaluated after updates 1, 6, 11, … and the last. Chosen is the evaluation of best mean
# *validation* accuracy, the earliest at a tie; `BestEmbedding` keeps it. The test accuracy of the chosen
# one is reported; it takes no part in the choice.

# %%
updates = rgrl.train(
    model,
    dataset.graph,
    epochs=preset.epochs,
    learning_rate=preset.learning_rate,
    weight_decay=preset.weight_decay,
    precision=preset.precision,
    generator=generator,
)
best = BestEmbedding()
best.offer(0, model.embed(dataset.graph), untrained)
for update in updates:
    if (update.number - 1) % preset.eval_every == 0 or update.number == preset.epochs:
        embedding = model.embed(dataset.graph)
        last = probe(embedding)
        print(f"update {update.number:3}: loss {float(update.loss):.3f}, validation {last.val_mean:.2f}")
        best.offer(update.number, embedding, last)
chosen = best.report
converged = logistic_regression(best.embedding, labels, splits)

# %% [markdown]
# ## The row

# %%
print(f"chosen: update {best.update}")
for title, report in {
    "best validation": chosen,
    "last update": last,
    "converged probe": converged.scores,
    "untrained": untrained,
    "raw features": raw,
}.items():
    print(f"{title:16} test {report.test_mean:.2f} ± {report.test_std:.2f} over splits")
print(f"converged: {converged.converged_share:.0%} of the fits")
assert chosen.test_mean > untrained.test_mean > raw.test_mean

# %% [markdown]
# Read the row from below: how much comes from the features, how much from averaging over neighbours with
# random weights, and only then how much from training. ± is over the splits of one training; it says
# nothing of another seed, for which there is `--seeds`.
#
# ## The same by the command
#
# It has to give the same numbers, because it calls the same functions in the same order.

# %%
command = [str(Path(sys.executable).with_name("rgrl-bench")), "run", name, "--epochs", str(EPOCHS), "--json"]
print("rgrl-bench", *command[1:])
with tempfile.TemporaryDirectory() as folder:
    answer = subprocess.run([*command, "--out", folder], check=True, capture_output=True, text=True).stdout
result = json.loads(answer)
for key, mine in {
    "test_mean": chosen.test_mean,
    "test_last_mean": last.test_mean,
    "converged_test_mean": converged.scores.test_mean,
    "untrained_mean": untrained.test_mean,
    "raw_mean": raw.test_mean,
}.items():
    print(f"{key:20} {result[key]:.4f}, by hand {mine:.4f}")
    assert abs(result[key] - mine) < 0.005
assert result["runs"][0]["best_update"] == best.update

# %% [markdown]
# For the published row, leave `--epochs` out; `--seeds 3` adds the deviation over seeds, and `rgrl-bench
# compare` sets methods side by side with a paired test.
