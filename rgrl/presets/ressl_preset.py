"""ReSSL's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rgrl.presets.preset import Preset


@dataclass(frozen=True, kw_only=True)
class ReSSLPreset(Preset):
    """Every setting of a ReSSL run on images.

    Attributes:
        epochs: How often the images are gone through.
        batch_size: Images of an update.
        learning_rate: The highest of gradient descent with momentum 0.9.
        weight_decay: In the gradient.
        decay_vectors: Whether it falls on biases and norms too.
        warmup_epochs: Epochs over which the rate rises; afterwards it falls to 0 along half a cosine.
        image_size: Edge of the views; the largest one's under multi-crop.
        multi_crop: The student's five crops of the paper instead of one view; their areas are the paper's.
        teacher_view: The teacher's augmentation: ``"weak"``, or ``"contrastive"`` like the student's, which
            the paper holds against it.
        crop_scale: Lowest and highest share of the area that a crop has, of student and teacher.
        jitter: What the reach of the student's colour jitter is multiplied by.
        grey: Probability of greyscale, of the student's view.
        blur: Probability of a blur, of the student's view.
        flip: Probability of a flip, of both.
        width: Channels of the first stage of :class:`rgrl.vision.ResNet18`; a backbone of one's own has none.
        stem: Its ``"cifar"``, ``"pooled"`` or ``"imagenet"`` stem.
        norm_splits: Groups of its batch norm.
        projector_hidden: Hidden width of the head.
        projector_dim: Width of the rows and of the queue.
        predictor: A second head of the student's, as wide as the first one, as in the journal version.
        queue_size: m, past rows of the teacher that are the anchors.
        momentum: EMA decay of the teacher.
        student_temperature: τ_s.
        teacher_temperature: τ_t, below τ_s.
        infonce_warmup: Updates over which InfoNCE gives way to the relations; 0 for none.
        precision: ``"fp32"``, ``"bf16"`` or ``"auto"``.
        validation_share: Share of the train images that is not trained on, for a curve; 0 for none. Used by
            the command, and so is the next one.
        eval_every: Epochs between two points of the curve.
    """

    method: ClassVar[str] = "ressl"

    epochs: int
    batch_size: int = 256
    learning_rate: float = 0.06
    weight_decay: float = 5e-4
    decay_vectors: bool = True
    warmup_epochs: int = 5
    image_size: int = 32
    multi_crop: bool = False
    teacher_view: str = "weak"
    crop_scale: tuple[float, float] = (0.2, 1.0)
    jitter: float = 1.0
    grey: float = 0.2
    blur: float = 0.5
    flip: float = 0.5
    width: int = 64
    stem: str = "cifar"
    norm_splits: int = 8
    projector_hidden: int = 2048
    projector_dim: int = 128
    predictor: bool = False
    queue_size: int = 4096
    momentum: float = 0.99
    student_temperature: float = 0.1
    teacher_temperature: float = 0.04
    infonce_warmup: int = 0
    precision: str = "fp32"
    validation_share: float = 0.1
    eval_every: int = 5
