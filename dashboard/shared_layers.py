"""Layers from files as a shared page carries them: shapes, days, sources, symbols; no history."""

from __future__ import annotations

import base64
import functools
import gzip
import json
from collections.abc import Iterable
from typing import Any, Final

from dashboard.force_symbols import symbol
from geodata.errors import ImpossibleValue, UnreadableFile
from geodata.layers import Layer, LayerFolder

MOST_BYTES: Final = 2_000_000
"""Of all layers together, packed, that a page takes along."""
_TOLD: Final = ("id", "name", "source", "valid_from", "valid_to", "frames")


def packed_layers(folder: LayerFolder) -> bytes | None:
    """What is shown of a folder's layers, as gzip of JSON; None where there is no layer.

    The JSON has `layers` as the page's control lists them, `bodies` (features by the layer's id)
    and `symbols` (pictures as ``data:`` addresses, by ``frames/code``). Who added a layer, when and
    why, and the name of the file it came from stay behind.

    Raises:
        ImpossibleValue: they are larger than `MOST_BYTES`.
        UnreadableFile: the folder is damaged.
    """
    layers = tuple(folder.current())
    return _packed(folder, layers) if layers else None


@functools.lru_cache(maxsize=2)
def _packed(folder: LayerFolder, layers: tuple[Layer, ...]) -> bytes:
    bodies = {layer.id: _features(folder, layer) for layer in layers}
    body = {
        "layers": [{name: getattr(layer, name) for name in _TOLD} for layer in layers],
        "bodies": bodies,
        "symbols": _symbols(layers, bodies),
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    packed = gzip.compress(text.encode("utf-8", "replace"), 9, mtime=0)
    if len(packed) > MOST_BYTES:
        raise ImpossibleValue(
            f"The layers take {len(packed):,} bytes packed, and a file carries {MOST_BYTES:,} at "
            "most: leave them out, or remove or simplify the largest."
        )
    return packed


def _features(folder: LayerFolder, layer: Layer) -> list[dict[str, Any]]:
    body = folder.body(layer.id)
    if body is None:
        raise UnreadableFile(folder.path, f"the layer {layer.name} was removed meanwhile.")
    features: list[dict[str, Any]] = json.loads(gzip.decompress(body))["features"]
    return features


def _symbols(layers: Iterable[Layer], bodies: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    wanted = {
        (layer.frames, feature["symbol"])
        for layer in layers
        for feature in bodies[layer.id]
        if feature.get("symbol")
    }
    drawn = {pair: symbol(pair[1], pair[0]) for pair in sorted(wanted)}
    return {
        f"{frames}/{code}": f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}"
        for (frames, code), picture in drawn.items()
        if picture is not None
    }
