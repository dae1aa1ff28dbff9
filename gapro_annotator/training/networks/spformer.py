"""SPFormer (Sun et al., AAAI 2023) with GaPro's heads for mean and variance; docs/networks/spformer.md."""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from gapro_annotator.errors import InvalidValueError
from gapro_annotator.training.config import KlForm, RunConfig
from gapro_annotator.training.data.batch import Batch, superpoint_mean
from gapro_annotator.training.losses.kl import bounded_log_variance, gaussian_loss
from gapro_annotator.training.losses.masks import mask_dice, mask_entropy, mask_overlap
from gapro_annotator.training.losses.matching import Matches, match, matching_cost
from gapro_annotator.training.networks.network import Found, Head, options_of
from gapro_annotator.training.networks.spformer_decoder import Decoder, Predictions
from gapro_annotator.training.networks.spformer_rows import ScanRows
from gapro_annotator.training.networks.spformer_targets import MaskTargets, mask_targets

_CLASS_WEIGHT, _NO_OBJECT, _SCORE_WEIGHT = 0.5, 0.1, 0.5
_LEAST_OVERLAP = 0.5


class SPFormer(Head):
    """Learnable queries that become masks over superpoints.

    Everything here is computed in float32, also under autocast.

    Options: `queries` (400), `dim` (256), `attention_heads` (8), `layers` (6), `hidden` (1024), and of the inference
    `most` objects (100) of at least `least_points` (100).

    Parameters
    ----------
    channels, class_count, config
        See `Head`. Of `config.loss`, `kl` and `kl_weight` are read here.
    """

    class_branch: ClassVar[str] = "decoder.classes"

    def __init__(self, channels: int, class_count: int, config: RunConfig) -> None:
        super().__init__()
        usual = options_of(config, queries=400, dim=256, attention_heads=8, layers=6, hidden=1024)
        size = {name: int(value) for name, value in usual.items()}
        self.class_count = class_count
        self.inference = {name: int(value) for name, value in options_of(config, most=100, least_points=100).items()}
        self.kl: KlForm = config.loss.kl
        self.kl_weight = config.loss.kl_weight
        heads = size.pop("attention_heads")
        self.decoder = Decoder(channels, class_count, heads=heads, **size)
        # Only what is learnt exists: a parameter without gradient stops DistributedDataParallel.
        self.mean = nn.Linear(size["dim"], size["dim"]) if self.kl != "none" else None
        self.variance = nn.Linear(size["dim"], size["dim"]) if self.kl in {"stable", "literal"} else None

    def loss(self, features: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Return 'class', 'mask', 'dice', 'score' and 'kl', weighted and summed over the layers."""
        if batch.targets is None:
            raise InvalidValueError("a batch without targets has no loss; make it from labelled scans")
        with torch.autocast(features.device.type, enabled=False):
            rows = ScanRows.of(batch.superpoint_scan, len(batch))
            said = self._predictions(features, batch, rows)
            targets = mask_targets(batch, batch.targets, rows)
            cost = matching_cost(said.class_logit, said.mask_logit, targets.mask, targets.weight, targets.class_row)
            matches = match(cost, targets.scan)
            parts = {"class": _class_loss(said, targets, matches), **_mask_losses(said, targets, matches)}
            if self.mean is not None:
                parts["kl"] = self._kl_loss(said, targets, matches, self.mean)
            return parts

    @torch.no_grad()
    def predict(self, features: Tensor, batch: Batch) -> list[Found]:
        """Return what is found in each scan of the batch, surest first."""
        with torch.autocast(features.device.type, enabled=False):
            rows = ScanRows.of(batch.superpoint_scan, len(batch))
            said = self._predictions(features, batch, rows)
            return [self._found(said, batch, rows, scan) for scan in range(len(batch))]

    def point_features(self, features: Tensor, batch: Batch) -> Tensor:
        """Return the backbone's features of the points, (N, C)."""
        return features[batch.point_to_voxel]

    def _predictions(self, features: Tensor, batch: Batch, rows: ScanRows) -> Predictions:
        of_points = features.float()[batch.point_to_voxel]
        pooled = superpoint_mean(of_points, batch.superpoint, batch.superpoint_count)
        return self.decoder(rows.of_superpoints(pooled), rows.valid)

    def _kl_loss(self, said: Predictions, targets: MaskTargets, matches: Matches, mean: nn.Linear) -> Tensor:
        """Eq. 3 for each matched query at each superpoint of its scan, (place, instance) by (place, instance)."""
        query = said.query[matches.layer, matches.scan, matches.query]
        mu = _over_places(mean(query), said.projection, matches)
        log_variance = None
        if self.variance is not None:
            log_variance = bounded_log_variance(_over_places(self.variance(query), said.projection, matches))
        e, v, weight = (x[matches.instance] for x in (targets.mean, targets.variance, targets.weight))
        # v says already how sure the label is; the weight only tells what counts at all.
        row = gaussian_loss(mu, log_variance, e, v, valid=weight > 0, form=self.kl)
        return self.kl_weight * matches.average(row)

    def _found(self, said: Predictions, batch: Batch, rows: ScanRows, scan: int) -> Found:
        """Softmax × score × mean probability inside the mask, for the best pairs of query and class."""
        confidence = said.class_logit[-1, scan].softmax(-1)[:, :-1] * said.score[-1, scan, :, None]
        best = confidence.flatten().topk(min(self.inference["most"], confidence.numel()))
        query, class_row = best.indices // self.class_count, best.indices % self.class_count
        logit = said.mask_logit[-1, scan][query]
        inside = (logit > 0) & rows.valid[scan]
        sure = (logit.sigmoid() * inside).sum(1) / inside.sum(1).clamp(min=1)
        score = best.values * sure
        masks = inside[:, rows.place[batch.superpoint[batch.point_scan == scan]]]
        kept = torch.where((score > 0) & (masks.sum(1) >= self.inference["least_points"]), score, 0.0)
        order = kept.argsort(descending=True, stable=True)[: int((kept > 0).sum())]
        return Found(masks[order], class_row[order], score[order])


def _over_places(query: Tensor, projection: Tensor, matches: Matches) -> Tensor:
    """(M, P) products of (M, D) matched queries with the (B, P, D) superpoints of their scans, scaled to stay small."""
    parts = query.split(list(matches.per_scan))
    return torch.cat([part @ places.T for part, places in zip(parts, projection, strict=True)]) / query.shape[1] ** 0.5


def _class_loss(said: Predictions, targets: MaskTargets, matches: Matches) -> Tensor:
    """Cross entropy over all queries, those without an instance being 'no object'."""
    none = said.class_logit.shape[-1] - 1
    wanted = torch.full(said.class_logit.shape[:3], none, device=said.class_logit.device)
    wanted[matches.layer, matches.scan, matches.query] = targets.class_row[matches.instance]
    weight = torch.where(wanted == none, _NO_OBJECT, 1.0)
    entropy = functional.cross_entropy(said.class_logit.flatten(0, 2), wanted.flatten(), reduction="none").view(
        wanted.shape
    )
    return _CLASS_WEIGHT * ((entropy * weight).sum((1, 2)) / weight.sum((1, 2))).sum()


def _mask_losses(said: Predictions, targets: MaskTargets, matches: Matches) -> dict[str, Tensor]:
    """Losses of the matched masks; the score learns the IoU of those that are no failures."""
    logit = said.mask_logit[matches.layer, matches.scan, matches.query]
    score = said.score[matches.layer, matches.scan, matches.query]
    mask, weight = targets.mask[matches.instance], targets.weight[matches.instance]
    overlap = mask_overlap(logit, mask, weight)
    return {
        "mask": matches.average(mask_entropy(logit, mask, weight)),
        "dice": matches.average(mask_dice(logit, mask, weight)),
        "score": _SCORE_WEIGHT * matches.average((score - overlap) ** 2, overlap > _LEAST_OVERLAP),
    }
