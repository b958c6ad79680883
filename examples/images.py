# %% [markdown]
# # ReSSL: the same core on images
#
# An image is described by its similarities to past images, and a student's description under strong
# augmentation must match a momentum teacher's under weak augmentation (ReSSL, NeurIPS 2021). It is RGRL's
# global term with a queue in the place of the sampled nodes, and here it is the same function. This
# notebook trains a small ResNet-18 on scikit-learn's digits of 8 by 8 pixels. The views need kornia and the
# pictures matplotlib: `pip install 'rgrl[image,plot]'`.

# %%
import matplotlib.pyplot as plt
import torch
from torch.nn import functional as F

from rgrl.evaluate import knn
from rgrl.presets import load_preset
from rgrl.relation import relation_kl
from rgrl.vision import (
    PixelNorm,
    load_images,
    pretrain_from_preset,
    ressl_from_preset,
    views_from_preset,
)

train, test = load_images("digits"), load_images("digits", "test")
print(train)
print(test)

# %% [markdown]
# ## Settings, and the views
#
# The preset is this package's own for digits, cut to fewer epochs here. The published views are made for
# photographs: a mirrored or blurred digit is another digit or none, so neither is done.

# %%
preset = load_preset("ressl-digits").replace({"epochs": 24, "warmup_epochs": 3})
(strong,), weak = views_from_preset(preset)

draw = torch.Generator().manual_seed(0)
some = train.images[:8]
rows = {"image": some / 255, "student": strong(some, draw), "teacher": weak(some, draw)}
figure, axes = plt.subplots(len(rows), len(some), figsize=(6, 2.4))
for (name, images), line in zip(rows.items(), axes, strict=True):
    for axis, image in zip(line, images, strict=True):
        axis.imshow(image.permute(1, 2, 0).clamp(0, 1))
        axis.set(xticks=[], yticks=[])
    line[0].set_ylabel(name)
figure.tight_layout()

# %% [markdown]
# ## The loss is `relation_kl` with the queue as anchors

# %%
generator = torch.Generator().manual_seed(0)
mean, std = train.colour_statistics()
model = ressl_from_preset(preset, mean=mean, std=std, generator=generator)
print(model.queue)

one, other = strong(some, draw), weak(some, draw)
with torch.no_grad():
    p = F.normalize(model.student(model.normalize(one)), dim=1)
    t = F.normalize(model.teacher(model.normalize(other)), dim=1)
    by_hand = relation_kl(
        p,
        t,
        model.queue.rows,
        student_temperature=preset.student_temperature,
        teacher_temperature=preset.teacher_temperature,
    ).mean()
    by_model = model.loss([one], other)
print(f"by hand {by_hand:.6f}, by the model {by_model:.6f}")
assert torch.allclose(by_hand, by_model, atol=1e-5)

# %% [markdown]
# ## Training
#
# The model is built again, so that the look above leaves no trace in batch norm's statistics.

# %%
generator = torch.Generator().manual_seed(0)
model = ressl_from_preset(preset, mean=mean, std=std, generator=generator)
untrained = model.embed(train.images), model.embed(test.images)
per_epoch = len(train) // preset.batch_size
losses = []
for update in pretrain_from_preset(preset, model, train, generator=generator):
    losses.append(float(update.loss))
    if update.number % (6 * per_epoch) == 0:
        cosine = model.queue.rows.mean(0).square().sum()  # of every row with every other, on average
        print(
            f"epoch {update.number // per_epoch:2}: loss {sum(losses[-per_epoch:]) / per_epoch:.3f}, "
            f"mean cosine in the queue {cosine:.3f}"
        )
trained = model.embed(train.images), model.embed(test.images)

# %% [markdown]
# The loss says little about quality. An untrained network puts all images close together (a mean cosine
# near 1), where there is nothing to tell apart and the divergence is small. As the rows spread, the loss
# rises.
#
# ## Is it of use?
#
# A vote of the 20 nearest train images, on test images that took no part in anything. Beside the trained
# network stand the same network before its first update, and the pixels themselves.

# %%
normalize = PixelNorm(mean, std)
pixels = normalize(train.images).flatten(1), normalize(test.images).flatten(1)
accuracy = {}
for name, (reference, queries) in {"trained": trained, "untrained": untrained, "raw pixels": pixels}.items():
    report = knn(reference, train.labels, queries, test.labels, ks=(20,))
    accuracy[name] = report.mean("accuracy@20")
    print(f"{name:10}  {accuracy[name]:.3f}")
assert accuracy["raw pixels"] > accuracy["trained"] > accuracy["untrained"]

# %% [markdown]
# Training lifts the network well above where it began. And raw pixels beat it: digits are centred, and
# the nearest image by pixels is nearly always of the same class. So this shows that the training learns,
# and not that it is of use on such images. On photographs pixels say little about the class; `rgrl-bench
# image` measures that on CIFAR or on a folder of your own, with the same rows beside.
