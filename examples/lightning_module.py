"""RGRL in a loop of Lightning's (`pip install lightning`, which `rgrl` does not need).

Two hooks are all there is to it: the loss of a step, and `after_update`, which moves the teacher, after it.
The whole graph is one batch, so an epoch is an update.
"""

import lightning
import torch
from torch.utils.data import DataLoader

import rgrl
from rgrl.graph import Graph
from rgrl.graph.augment import Compose, EdgeDrop, FeatureMask
from rgrl.nn import GCNEncoder


class LightningRGRL(lightning.LightningModule):
    """Trains `rgrl.RGRL` on one graph.

    Args:
        model: What is trained.
        graph: What it is trained on; brought to the module's device.
        learning_rate: AdamW's.
        seed: Of views and anchors.
    """

    def __init__(self, model: rgrl.RGRL, graph: Graph, *, learning_rate: float = 1e-3, seed: int = 0) -> None:
        super().__init__()
        self.model, self.graph, self.learning_rate = model, graph, learning_rate
        self.draw = torch.Generator().manual_seed(seed)

    def on_fit_start(self) -> None:
        """Compute once what stays the same between updates."""
        self.graph = self.graph.to(self.device)
        self.plan = self.model.plan(self.graph)

    def train_dataloader(self) -> DataLoader[int]:
        """One batch that holds nothing: the graph is here already."""
        return DataLoader([0])

    def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
        """Return the loss of two fresh views and one draw of anchors."""
        loss = self.model.loss(self.plan, self.draw)
        self.log("loss", loss, batch_size=1)
        return loss

    def on_train_batch_end(self, *_: object) -> None:
        """Move the teacher; without it the teacher stays untrained."""
        self.model.after_update()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return the paper's optimiser, on what has a gradient: the teacher has none."""
        learned = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        return torch.optim.AdamW(learned, lr=self.learning_rate, weight_decay=1e-5)


def main(epochs: int = 50) -> None:
    """Train on the karate club, and check that the result is what `rgrl.train` gives."""

    def fresh() -> rgrl.RGRL:
        draw = torch.Generator().manual_seed(0)
        view = Compose([FeatureMask(0.2), EdgeDrop(0.2)])
        encoder = GCNEncoder(graph.num_features, (32, 16), norm="frozen", generator=draw)
        return rgrl.RGRL(encoder, views=(view, view), num_anchors=16, generator=draw)

    graph = rgrl.load_dataset("karate").graph
    module = LightningRGRL(fresh(), graph)
    trainer = lightning.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        log_every_n_steps=1,
    )
    trainer.fit(module)
    print(f"loss after {epochs} updates: {float(trainer.callback_metrics['loss']):.3f}")

    own = fresh()
    for _ in rgrl.train(own, graph, epochs=epochs, generator=torch.Generator().manual_seed(0)):
        pass
    difference = (module.model.embed(graph) - own.embed(graph)).abs().max()
    print(f"largest difference from rgrl.train: {difference:.1e}")
    assert difference < 1e-4


if __name__ == "__main__":
    main()
