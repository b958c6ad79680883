"""A process that measures when it is asked to, for ``image_step.py``.

``relation``: loss, gradient and enqueue, by the package or by the reference, or the three matrix products
alone. ``update``: a whole update, and the time of its views. At the end of its input it writes by how much
the peak of its memory rose above what it held before the first call.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import torch
from step_worker import timer
from torch import Tensor
from torch.nn import functional as F

from rgrl.presets import load_preset
from rgrl.relation import AnchorQueue, RelationLoss
from rgrl.training import products
from rgrl.training.keep_freed_memory import keep_freed_memory
from rgrl.vision import pretrain_from_preset, ressl_from_preset, views_from_preset
from rgrl.vision.pretrain import View

_TAU_S, _TAU_T = 0.1, 0.04


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=["relation", "update"])
    parser.add_argument("which", choices=["package", "reference", "products"])
    parser.add_argument("--queue", type=int, default=4096)
    parser.add_argument("--width", type=int, default=128, help="of the rows, or of the backbone")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    makers = {
        ("relation", "package"): relation,
        ("relation", "reference"): reference_relation,
        ("relation", "products"): relation_products,
        ("update", "package"): update,
        ("update", "reference"): reference_update,
    }
    prepare = makers[arguments.part, arguments.which]
    run, device = prepare(arguments), arguments.device
    held = start_of_peak(device)
    with keep_freed_memory():  # all the while, as in training, and for the reference too
        measure = run()
        print(json.dumps(None), flush=True)
        for _ in sys.stdin:
            print(json.dumps(measure()), flush=True)
    print(json.dumps(None if held is None else peak(device) - held), flush=True)


def relation(arguments: argparse.Namespace) -> Callable[[], Callable[[], float]]:
    """The package's relation part, in milliseconds a call."""
    queue = AnchorQueue(arguments.queue, arguments.width).to(arguments.device)
    loss = RelationLoss(student_temperature=_TAU_S, teacher_temperature=_TAU_T)
    student, teacher = rows(arguments)
    if arguments.precision == "bf16":  # as heads give them
        student, teacher = student.detach().bfloat16().requires_grad_(), teacher.bfloat16()

    def call() -> None:
        student.grad = None
        with products(arguments.precision, student.device):
            loss(student, teacher, queue.rows).backward()  # type: ignore[no-untyped-call]
        queue.enqueue(teacher)

    few = torch.ones(2, arguments.width, device=arguments.device)
    loss(few.requires_grad_(), few.detach(), few.detach())  # compiled code is not the step's memory
    return lambda: timer(call, arguments.device)


def reference_relation(arguments: argparse.Namespace) -> Callable[[], Callable[[], float]]:
    """The reference's."""
    from image_reference import ReferenceRelation

    relation = ReferenceRelation(arguments.width, arguments.queue, _TAU_S, _TAU_T).to(arguments.device)
    student, teacher = rows(arguments)

    def call() -> None:
        student.grad = None
        relation(student, teacher).backward()
        relation.enqueue(teacher)

    return lambda: timer(call, arguments.device)


def relation_products(
    arguments: argparse.Namespace,
) -> Callable[[], Callable[[], dict[str, dict[str, float]]]]:
    """Similarities of student and teacher and the anchors' part of the gradient, by each library at hand."""
    device = torch.device(arguments.device)
    half = arguments.precision == "bf16"
    dtype = torch.bfloat16 if half else torch.float32
    anchors = AnchorQueue(arguments.queue, arguments.width).rows.to(device, dtype)
    student = rows(arguments)[0].detach().to(dtype)
    similar, grad = student.new_empty(arguments.batch, arguments.queue).zero_(), torch.empty_like(student)
    jobs = {
        "similarities": lambda: torch.mm(student, anchors.T, out=similar),
        "gradient": lambda: torch.mm(similar, anchors, out=grad),
    }

    def onednn(job: Callable[[], Tensor]) -> Callable[[], object]:
        def run() -> None:
            with products("fp32", device):
                job()

        return run

    def run() -> Callable[[], dict[str, dict[str, float]]]:
        timers: dict[str, dict[str, Callable[[], float]]] = {}
        for name, job in jobs.items():
            timers[name] = {"torch": timer(job, arguments.device)}
            if not half and device.type == "cpu":
                timers[name]["oneDNN"] = timer(onednn(job), arguments.device)
        return lambda: {name: {kind: time() for kind, time in own.items()} for name, own in timers.items()}

    return run


def update(arguments: argparse.Namespace) -> Callable[[], Callable[[], dict[str, float]]]:
    """A whole update of the package, and its views, in milliseconds."""
    preset = small_preset(arguments)
    images, timed = random_images(arguments), TimedViews(arguments)
    generator = torch.Generator().manual_seed(0)
    model = ressl_from_preset(preset, generator=generator).to(arguments.device)
    views = ([timed.student], timed.teacher)
    updates = pretrain_from_preset(preset, model, images, views=views, generator=generator)
    return lambda: timed.around(lambda: next(updates))


def reference_update(arguments: argparse.Namespace) -> Callable[[], Callable[[], dict[str, float]]]:
    """A whole update of the reference, float32, with the same views."""
    from image_reference import ReferenceStep

    timed = TimedViews(arguments)
    step = ReferenceStep(small_preset(arguments), random_images(arguments), (timed.student, timed.teacher))
    return lambda: timed.around(step.step)


class TimedViews:
    """The preset's views, and the time that they take."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        (student,), teacher = views_from_preset(small_preset(arguments))
        self.student, self.teacher = self._timed(student), self._timed(teacher)
        self.device, self.seconds = arguments.device, 0.0

    def around(self, step: Callable[[], object]) -> Callable[[], dict[str, float]]:
        """Return a function that does an update and gives its milliseconds and those of its views."""

        def measure() -> dict[str, float]:
            self.seconds = 0.0
            settle(self.device)
            start = time.perf_counter()
            step()
            settle(self.device)
            return {"ms": 1e3 * (time.perf_counter() - start), "views_ms": 1e3 * self.seconds}

        measure()
        return measure

    def _timed(self, view: View) -> View:
        def timed(images: Tensor, generator: torch.Generator | None) -> Tensor:
            settle(self.device)
            start = time.perf_counter()
            found = view(images, generator)
            settle(self.device)
            self.seconds += time.perf_counter() - start
            return found

        return timed


def small_preset(arguments: argparse.Namespace):  # type: ignore[no-untyped-def]
    """The settings for small machines, with the sizes that are asked for."""
    sizes = {"width": arguments.width, "batch_size": arguments.batch, "queue_size": arguments.queue}
    return load_preset("ressl-default").replace({**sizes, "precision": arguments.precision, "epochs": 10**6})


def random_images(arguments: argparse.Namespace) -> Tensor:
    """Two batches of 32 x 32 pixels."""
    generator = torch.Generator().manual_seed(0)
    shape = (2 * arguments.batch, 3, 32, 32)
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator).to(arguments.device)


def rows(arguments: argparse.Namespace) -> tuple[Tensor, Tensor]:
    """Rows of length one of student, which wants a gradient, and teacher."""
    generator = torch.Generator().manual_seed(1)
    drawn = torch.randn(2, arguments.batch, arguments.width, generator=generator)
    student, teacher = F.normalize(drawn, dim=2).to(arguments.device)
    return student.requires_grad_(), teacher


def settle(device: str) -> None:
    """Wait for the device."""
    if device != "cpu":
        torch.cuda.synchronize()


def start_of_peak(device: str) -> int | None:
    """Let the peak of memory begin anew, and return what is held; ``None`` where that cannot be."""
    if device != "cpu":
        torch.cuda.reset_peak_memory_stats()
        return torch.cuda.memory_allocated()
    torch.mm(torch.ones(64, 64), torch.ones(64, 64))  # the threads' own memory is not the step's
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
        return status("VmRSS")
    return None


def peak(device: str) -> int:
    """Largest memory since then."""
    return torch.cuda.max_memory_allocated() if device != "cpu" else status("VmHWM")


def status(name: str) -> int:
    """A line of the process's status, in bytes."""
    found = re.search(rf"^{name}:\s*(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    if found is None:
        raise OSError(f"{name} is not told here")
    return int(found[1]) * 1024


if __name__ == "__main__":
    main()
