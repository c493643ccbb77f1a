"""The one store that a running server shows, shared by its pages and its data routes.

Pages and routes run in one process and must speak of the same rows: each version of the store is
known by a token, and row numbers are only good together with the token they were made for.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc
from streamlit import config

from dashboard.access import asking
from dashboard.base_maps import BaseMaps
from geodata.gazetteer import Gazetteer
from geodata.layers import LayerFolder
from geodata.pack import FORMAT, pack_gzip
from geodata.placing import TaughtGazetteer
from geodata.store import RestrictedStore, Rights, Snapshot, Store

Offer = Mapping[str, tuple[str, ...]]

KEPT_VERSIONS = 3
"""How many versions stay readable, for pages that have not yet heard of a newer one."""
KEPT_SCOPES = 8
"""How many narrower views of the store are kept ready, for people who may not see all of it."""


@dataclass(frozen=True)
class Edition:
    """One version of the store as it is served.

    Attributes:
        token: names store, version and format of the pack in addresses.
    """

    token: str
    snapshot: Snapshot
    _packing: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)
    _finding: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def pack(self) -> bytes:
        """The incidents as the browser reads them, gzip-compressed; made once for all who ask."""
        with self._packing:
            return self._pack

    @cached_property
    def _pack(self) -> bytes:
        return pack_gzip(self.snapshot.incidents, version=self.token)

    @cached_property
    def _offers(self) -> dict[Callable[[pa.Table], Offer], Offer]:
        return {}

    def offer(self, find: Callable[[pa.Table], Offer]) -> Offer:
        """What filters can offer for these incidents; found once an edition."""
        with self._finding:  # many may ask at once when a server starts
            if find not in self._offers:
                self._offers[find] = find(self.snapshot.incidents)
            return self._offers[find]

    def row_of(self, incident_id: str) -> int | None:
        """The row number of an incident in this edition; None where it has no row."""
        row = pc.index(self.snapshot.column("incident_id"), incident_id).as_py()
        return None if row < 0 else int(row)


@dataclass
class ServedStore:
    """A store with its current edition, followed version by version.

    Attributes:
        store: the record itself.
        throw_away: whether the store is only a sample that goes with the server.
        base_maps: what can lie under the incidents beside the drawn map.
    """

    store: Store
    throw_away: bool = False
    base_maps: BaseMaps = field(default_factory=BaseMaps)
    _editions: OrderedDict[str, Edition] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _taught: TaughtGazetteer = field(default_factory=TaughtGazetteer)
    _scopes: OrderedDict[str, OrderedDict[str, Edition]] = field(default_factory=OrderedDict)
    _kept: int = KEPT_VERSIONS

    def as_seen_by(self, rights: Rights) -> ServedStore:
        """The same store as somebody with these rights sees and may use it.

        Row numbers and tokens of one scope mean nothing in another, and are unknown there.
        """
        store = RestrictedStore(self.store, rights)
        if rights.team:
            return replace(self, store=store)
        with self._lock:
            editions = self._scopes.setdefault(rights.scope, OrderedDict())
            self._scopes.move_to_end(rights.scope)
            while len(self._scopes) > KEPT_SCOPES:
                self._scopes.popitem(last=False)
        # What is withheld from others than the team is gone for them at once: one edition is kept.
        return replace(self, store=store, _editions=editions, _taught=TaughtGazetteer(), _kept=1)

    def edition(self) -> Edition:
        """The store as it is now; follows it when another process has changed it."""
        snapshot = self.store.snapshot()
        token = _token(snapshot)
        with self._lock:
            if token not in self._editions:
                self._editions[token] = Edition(token, snapshot)
                while len(self._editions) > self._kept:
                    self._editions.popitem(last=False)
            return self._editions[token]

    def known(self, token: str) -> Edition | None:
        """The edition of a token; None when it is too old or was never ours."""
        current = self.edition()
        with self._lock:
            return current if token == current.token else self._editions.get(token)

    @property
    def layers(self) -> LayerFolder:
        """The layers from files that lie beside the store."""
        return LayerFolder.beside(self.store.path)

    def gazetteer(self) -> Gazetteer:
        """The place index with what this store teaches it, shared; follows the store."""
        return self._taught.of(self.store.snapshot())


def _token(snapshot: Snapshot) -> str:
    named = f"{snapshot.store} {snapshot.version} {FORMAT}"
    return hashlib.blake2b(named.encode(), digest_size=8).hexdigest()


_served: ServedStore | None = None


def root() -> str:
    """What the application is mounted under; begins and ends with a slash."""
    base = config.get_option("server.baseUrlPath").strip("/")
    return f"/{base}/" if base else "/"


def serve_from(served: ServedStore) -> None:
    """Name the store that this process serves."""
    global _served  # noqa: PLW0603 — pages run in this process and find their store here
    _served = served


def whole() -> ServedStore:
    """The store that this process serves, whoever asks; for the server itself.

    Raises:
        RuntimeError: no server was started in this process.
    """
    if _served is None:
        raise RuntimeError("No store is served; start the dashboard with `conflictmap serve`.")
    return _served


def served() -> ServedStore:
    """The store that this process serves, as whoever asks may see and use it.

    Raises:
        NotAllowed: nobody who may is known.
        RuntimeError: no server was started in this process.
    """
    rights = asking.rights()
    return whole() if rights is None else whole().as_seen_by(rights)
