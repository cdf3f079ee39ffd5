"""What PyTorch does for the loop that trains."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib.torch.session import device
from aelib.torch.trainable import Trainable
from aelib.torch.training.optimizers import make_optimizer
from aelib.torch.training.step import train_step, values_of, weights_of
from aelib.training.guard import not_finite
from aelib.training.loop import Moment, Values
from aelib.training.plan import Plan
from aelib.training.players import Player, moves


class Engine:
    """Train a model on its device, with the data in its memory (see `aelib.training.loop`)."""

    framework = "PyTorch"

    def __init__(
        self, model: Trainable, plan: Plan, train: Mapping[str, NDArray], valid: Mapping | None
    ):
        self.model, self.plan = model.to(device()), plan
        self.train = self._on_device(train)
        self.valid = self._on_device(valid or {})
        self.optimizers = {
            player.name: make_optimizer(
                plan.optimizer_of(player), weights_of(model, player), plan.peak(player)
            )
            for player in plan.players
        }
        self.own = {
            name: [weight for group in optimizer.param_groups for weight in group["params"]]
            for name, optimizer in self.optimizers.items()
        }
        trained = {id(weight): weight for weight in chain(*self.own.values())}
        self.parameters = sum(weight.numel() for weight in trained.values())
        self.frozen = [weight for weight in model.parameters() if id(weight) not in trained]
        self.thawed = [weight for weight in self.frozen if weight.requires_grad]
        for weight in self.frozen:
            weight.requires_grad_(False)
        self._train_mode()

    def seed(self) -> int:
        return int(torch.randint(2**31, ()))

    def set_progress(self, progress: float) -> None:
        self.model.progress.fill_(progress)

    def steps(self, batches: NDArray, moments: Sequence[Moment]) -> Iterator[Values]:
        for index, moment in zip(batches, moments, strict=True):
            yield self._step(self._batch(index), moment)

    def _step(self, batch: dict[str, Tensor], moment: Moment) -> Values:
        self.set_progress(moment.progress)
        names: list[str] = []
        values: list[float] = []
        for player in moves(self.plan.players):
            found = self._move(player, batch, moment.rates[player.name])
            names += found.keys()
            values += found.values()
            if not_finite(names, values):
                return names, values
        with torch.no_grad():
            self.model.after_step(**batch)
        return names, values

    def _move(self, player: Player, batch: dict[str, Tensor], rate: float) -> dict[str, float]:
        optimizer = self.optimizers[player.name]
        if isinstance(self.plan.optimizer_of(player), str):
            for group in optimizer.param_groups:
                group["lr"] = rate
        own, clip_norm = self.own[player.name], self.plan.clip_norm_of(player)
        return train_step(self.model, player, optimizer, own, batch, clip_norm)

    @torch.no_grad()
    def measure(self, first: int, last: int) -> Values:
        batch = {name: array[first:last] for name, array in self.valid.items()}
        values: dict[str, Tensor] = {}
        self.model.eval()
        for player in self.plan.players:
            values |= values_of(self.model, player, batch)
        self._train_mode()
        return list(values), torch.stack(list(values.values())).tolist()

    @torch.no_grad()
    def weights_are_finite(self) -> bool:
        return all(
            bool(tensor.isfinite().all())
            for tensor in chain(self.model.parameters(), self.model.buffers())
        )

    def snapshot(self) -> dict[str, Tensor]:
        return {name: tensor.clone() for name, tensor in self.model.state_dict().items()}

    def restore(self, state: dict[str, Tensor]) -> None:
        self.model.load_state_dict(state)

    def finish(self) -> None:
        for weight in self.thawed:
            weight.requires_grad_(True)
        self.model.zero_grad()
        self.model.eval()

    def _train_mode(self) -> None:
        """Have all layers train, and leave those whose own weights are frozen as in use."""
        self.model.train()
        frozen = {id(weight) for weight in self.frozen}
        for module in self.model.modules():
            weights = [id(weight) for weight in module.parameters(recurse=False)]
            if weights and frozen.issuperset(weights):
                module.training = False  # and not that of layers in it, such as Dropout

    def _batch(self, index: NDArray) -> dict[str, Tensor]:
        chosen = torch.from_numpy(index).to(self.model.progress.device)
        return {name: array[chosen] for name, array in self.train.items()}

    def _on_device(self, arrays: Mapping[str, NDArray]) -> dict[str, Tensor]:
        return {name: torch.as_tensor(array, device=device()) for name, array in arrays.items()}
