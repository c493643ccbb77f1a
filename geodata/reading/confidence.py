"""How sure each field of a draft is, as a calibrated probability."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geodata.reading.grouping import Group
    from geodata.reading.model import Draft
    from geodata.reading.structure import Layout


def confidences(draft: Draft, group: Group, layout: Layout) -> dict[str, float]:
    """Field -> probability that an analyst would leave it as it is; only fields with a value."""
    return {}
