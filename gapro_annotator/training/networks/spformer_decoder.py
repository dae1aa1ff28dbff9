"""SPFormer's decoder: queries that look at the superpoints of their scan and become masks, layer by layer."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from gapro_annotator.errors import InvalidValueError


@dataclass(frozen=True, eq=False, slots=True)
class Predictions:
    """What Q queries say of B scans after each of L layers, the first before any layer.

    Parameters
    ----------
    class_logit : (L, B, Q, C + 1)
        The last class is 'no object'.
    score : (L, B, Q)
        Predicted IoU of the mask.
    mask_logit : (L, B, Q, P)
        Over the places of the scan's row (`ScanRows`).
    query : (L, B, Q, D)
        The normed queries.
    projection : (B, P, D)
        Of the superpoints; a mask logit is query · projection.
    """

    class_logit: Tensor
    score: Tensor
    mask_logit: Tensor
    query: Tensor
    projection: Tensor


class Attention(nn.Module):
    """Multi-head attention, added to the queries and normed.

    Parameters
    ----------
    dim, heads
        Width, and into how many parts it is cut.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        if dim % heads:
            raise InvalidValueError(f"dim {dim} cannot be cut into {heads} attention_heads; make it a multiple of them")
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(dim, dim) for _ in range(4))
        self.norm = nn.LayerNorm(dim)
        for linear in (self.query, self.key, self.value, self.out):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)

    def forward(self, query: Tensor, source: Tensor, allowed: Tensor | None = None) -> Tensor:
        """Let (B, Q, D) queries look at (B, P, D) sources where (B, Q, P) is True; returns (B, Q, D)."""
        q, k, v = self._parts(self.query(query)), self._parts(self.key(source)), self._parts(self.value(source))
        seen = functional.scaled_dot_product_attention(q, k, v, None if allowed is None else allowed[:, None])
        return self.norm(query + self.out(seen.transpose(1, 2).flatten(2)))

    def _parts(self, values: Tensor) -> Tensor:
        return values.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class DecoderLayer(nn.Module):
    """Masked cross-attention to superpoints, self-attention among queries, two linear layers."""

    def __init__(self, dim: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.cross, self.own = Attention(dim, heads), Attention(dim, heads)
        self.feed = nn.Sequential(nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))
        self.norm = nn.LayerNorm(dim)

    def forward(self, query: Tensor, source: Tensor, allowed: Tensor) -> Tensor:
        """Return the (B, Q, D) queries after the layer; see `Attention`."""
        query = self.cross(query, source, allowed)
        query = self.own(query, query)
        return self.norm(query + self.feed(query))


class Decoder(nn.Module):
    """All layers with the heads that they share.

    Parameters
    ----------
    channels, class_count
        C of the superpoints' features, and the number of classes without 'no object'.
    queries, dim, heads, layers, hidden
        Sizes.
    """

    def __init__(
        self, channels: int, class_count: int, *, queries: int, dim: int, heads: int, layers: int, hidden: int
    ) -> None:
        super().__init__()
        self.queries = nn.Embedding(queries, dim)
        self.source = nn.Sequential(nn.Linear(channels, dim), nn.LayerNorm(dim), nn.ReLU())
        self.projection = nn.Sequential(nn.Linear(channels, dim), nn.ReLU(), nn.Linear(dim, dim))
        self.layers = nn.ModuleList(DecoderLayer(dim, heads, hidden) for _ in range(layers))
        self.norm = nn.LayerNorm(dim)
        self.classes = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, class_count + 1))
        self.score = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, 1))

    def forward(self, features: Tensor, valid: Tensor) -> Predictions:
        """Predict from (B, P, C) features of superpoints, of which (B, P) are valid."""
        source, projection = self.source(features), self.projection(features)
        query = self.queries.weight.expand(len(features), -1, -1)
        normed = [self.norm(query)]
        masks = [normed[-1] @ projection.transpose(1, 2)]
        for layer in self.layers:
            query = layer(query, source, visible(masks[-1], valid))
            normed.append(self.norm(query))
            masks.append(normed[-1] @ projection.transpose(1, 2))
        queries = torch.stack(normed)
        return Predictions(
            self.classes(queries), self.score(queries).squeeze(-1), torch.stack(masks), queries, projection
        )


def visible(mask_logit: Tensor, valid: Tensor) -> Tensor:
    """Where each query may look: inside its own mask so far, everywhere in the scan where that is empty.

    Parameters
    ----------
    mask_logit : (B, Q, P)
    valid : (B, P) bool

    Returns
    -------
    (B, Q, P) bool Tensor
    """
    inside = (mask_logit.detach() >= 0) & valid[:, None]
    return torch.where(inside.any(-1, keepdim=True), inside, valid[:, None])
