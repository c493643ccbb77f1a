"""`conflictmap duplicates`: incidents of different data sets that are likely one."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from dashboard.commands.record import existing_store
from dashboard.commands.terminal import Terminal
from geodata.dedupe import Pair, account_words, better_known, likely_pairs
from geodata.errors import ImpossibleValue
from geodata.filters import parse_filter
from geodata.store import Store


def duplicates(arguments: Namespace, terminal: Terminal) -> int:
    """List likely pairs with their reasons; merge those above a score where that is asked for."""
    for name in ("at_least", "merge"):
        value = getattr(arguments, name)
        if value is not None and not 0 <= value <= 1:
            raise ImpossibleValue(f"A score is from 0 to 1; {value:g} is none.")
    if arguments.days < 0:
        raise ImpossibleValue("The days apart cannot be negative.")
    store = existing_store(arguments)
    snapshot = store.snapshot()
    chosen = snapshot.incidents.take(pa.array(snapshot.rows(parse_filter(arguments.where))))
    rows = {row["incident_id"]: row for row in chosen.to_pylist()}
    pairs = likely_pairs(
        chosen, lambda ids: account_words(store.accounts(ids)), window_days=arguments.days,
        at_least=arguments.at_least, apart=store.apart(),
    )  # fmt: skip
    merged = 0
    if arguments.merge is not None:
        merged = _merge(store, pairs, rows, arguments.merge)
    lines = [_line(pair, rows) for pair in pairs]
    done = f", {merged:,} merged" if arguments.merge is not None else ""
    values = {"pairs": [asdict(pair) for pair in pairs], "merged": merged}
    terminal.result(values, "\n".join((*lines, f"{len(pairs):,} likely pairs{done}.")))
    return 0


def _merge(
    store: Store, pairs: list[Pair], rows: dict[str, dict[str, Any]], at_least: float
) -> int:
    """Merge the pairs of at least a score; one that stands on another merge is left."""
    gone: set[str] = set()
    merged = 0
    for pair in pairs:
        ends = {pair.first, pair.second}
        if pair.score < at_least or ends & gone:
            continue
        kept = better_known(rows[pair.first], rows[pair.second])
        why = f"score {pair.score:.2f}, at least {at_least:g} asked for"
        store.merge(kept, ends - {kept}, who="local", why=why)
        gone |= ends
        merged += 1
    return merged


def _line(pair: Pair, rows: dict[str, dict[str, Any]]) -> str:
    one, other = rows[pair.first], rows[pair.second]
    reasons = "; ".join(evidence.says for evidence in pair.evidence[:4])
    return (
        f"{pair.score:.2f}  {pair.first} ({one['dataset']}) and {pair.second} "
        f"({other['dataset']}), {one['date_start']}: {reasons}"
    )
