"""Online geocoders, off until the user switches one on, asked only for what the gazetteer lacks.

Asking a stranger's service tells it which places an analyst looks at. So nothing here is made by
default: a service is built by name, with a contact address as its operators require, and asked at
most once a second. "No such place", "service down" and "over quota" stay three different things;
geopy's `RateLimiter` is not used, since its `swallow_exceptions=True` makes the second look like
the first and its retries multiply with those of others.
"""

from __future__ import annotations

import math
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from geopy.exc import GeocoderQuotaExceeded, GeopyError
from geopy.geocoders import GeoNames, Nominatim, Pelias, Photon

from geodata import __version__, boundaries
from geodata.errors import ImpossibleValue
from geodata.gazetteer import Gazetteer, Location, country_code
from geodata.gazetteer.admin import admin1_match, alpha2_by_alpha3
from geodata.geocode.ledger import Entry, Ledger
from geodata.geocode.sending import DEADLINE_SECONDS, GuardedAdapter

SECONDS_BETWEEN: Final = 1.0
PATIENCE: Final = 5
"""How many times in a row a service may be down before it is left alone."""
USUAL_PAUSE_SECONDS: Final = 60.0
"""How long a service that is over quota is left alone when it does not say."""
BORDER_KM: Final = 10.0


class Outcome(Enum):
    """What became of a question."""

    FOUND = "found"
    NOT_FOUND = "no such place"
    DOWN = "service down"
    OVER_QUOTA = "over quota"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said, or why it said nothing.

    Attributes:
        outcome: see `Outcome`.
        entry: the answer as kept in the ledger; None unless found or not found.
        reason: of a failure, one sentence; else "".
        retry_after: seconds to wait when over quota; else None.
    """

    outcome: Outcome
    entry: Entry | None = None
    reason: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A geopy geocoder with the terms under which it may be asked."""

    name: str
    licence: str
    geocoder: Any
    takes_country: bool = False


def online_service(
    kind: str, *, contact: str, address: str | None = None, key: str = ""
) -> Service:
    """A service by name.

    Args:
        kind: `nominatim`, `photon`, `pelias` or `geonames`.
        contact: e-mail or web address of who asks; goes into the user agent.
        address: host of an installation of one's own, such as `http://127.0.0.1:8080`; None for
            the public one (Pelias has none).
        key: account name of GeoNames, or key of Pelias.

    Raises:
        ImpossibleValue: no contact, no such service, or one that needs an address or a key.
    """
    if "@" not in contact and "://" not in contact:
        raise ImpossibleValue("An online geocoder needs a contact: an e-mail or web address.")
    scheme, _, host = (address or "").rpartition("://")
    options: dict[str, Any] = {
        "user_agent": f"conflictmap/{__version__} ({contact})",
        "timeout": DEADLINE_SECONDS,
        "adapter_factory": GuardedAdapter,
    }
    if kind == "geonames":
        if not key:
            raise ImpossibleValue("GeoNames needs the name of an account as its key.")
        geocoder = GeoNames(username=key, scheme=scheme or "https",
                            domain=host or "secure.geonames.org", **options)  # fmt: skip
        return Service("GeoNames", "CC BY 4.0", geocoder, takes_country=True)
    options["scheme"] = scheme or "https"
    if kind == "nominatim":
        geocoder = Nominatim(domain=host or "nominatim.openstreetmap.org", **options)
        return Service("Nominatim", "ODbL 1.0 (OpenStreetMap)", geocoder, takes_country=True)
    if kind == "photon":
        geocoder = Photon(domain=host or "photon.komoot.io", **options)
        return Service("Photon", "ODbL 1.0 (OpenStreetMap)", geocoder)
    if kind == "pelias":
        if not host:
            raise ImpossibleValue("Pelias has no public service; give the address of one.")
        return Service("Pelias", "as its sources", Pelias(domain=host, api_key=key, **options))
    raise ImpossibleValue(
        f"{kind!r} is no online geocoder; known: nominatim, photon, pelias, geonames"
    )


class OnlineGeocoder:
    """One service, asked politely, each question once."""

    def __init__(
        self,
        service: Service,
        ledger: Ledger,
        *,
        seconds_between: float = SECONDS_BETWEEN,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """A service and the ledger that keeps its answers; clock and sleep are for tests."""
        self.service = service
        self._ledger = ledger
        self._between = seconds_between
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._next = -math.inf
        self._resting_until = -math.inf
        self._failures = 0

    def ask(self, query: str, country: str) -> Answer:
        """What the service says of a name, from the ledger where it was asked before.

        Args:
            query: the name, with whatever places it.
            country: ISO 3166-1 alpha-3.
        """
        known = self._ledger.find(self.service.name, query, country)
        if known is not None:
            return _answer(known)
        with self._lock:
            if self._failures >= PATIENCE:
                return Answer(Outcome.DOWN, reason=f"down {PATIENCE} times in a row; not asked")
            rest = self._resting_until - self._clock()
            if rest > 0:
                return Answer(Outcome.OVER_QUOTA, reason="still resting", retry_after=rest)
            self._sleep(max(0.0, self._next - self._clock()))
            try:
                return self._send(query, country)
            finally:
                self._next = self._clock() + self._between

    def _send(self, query: str, country: str) -> Answer:
        """One request, without a retry; geopy's error tree told apart."""
        options: dict[str, Any] = {"exactly_one": True, "timeout": DEADLINE_SECONDS}
        if self.service.takes_country and country in alpha2_by_alpha3():
            name = "country_codes" if self.service.name == "Nominatim" else "country"
            options[name] = alpha2_by_alpha3()[country].lower()
        try:
            with warnings.catch_warnings():
                # geopy warns of a latitude beyond a pole and refuses it: the refusal is enough.
                warnings.simplefilter("ignore", UserWarning)
                found = self.service.geocoder.geocode(query, **options)
            entry = self._entry(query, country, found)
        except GeocoderQuotaExceeded as error:
            pause = getattr(error, "retry_after", None)
            pause = USUAL_PAUSE_SECONDS if pause is None else float(pause)
            self._resting_until = self._clock() + pause
            return Answer(Outcome.OVER_QUOTA, reason=str(error), retry_after=pause)
        except (GeopyError, LookupError, TypeError, ValueError, AttributeError) as error:
            # Wrong shapes end in whatever error geopy's own parser happens to make of them.
            self._failures += 1
            return Answer(Outcome.DOWN, reason=f"{type(error).__name__}: {error}")
        self._failures = 0
        self._ledger.add(entry)
        return _answer(entry)

    def _entry(self, query: str, country: str, found: Any) -> Entry:
        today = datetime.now(UTC).date().isoformat()
        latitude = longitude = label = None
        if found is not None:
            latitude, longitude = _checked(found.latitude, found.longitude)
            label = str(found.address)[:300]
        return Entry(
            self.service.name, query, country, latitude, longitude, label, self.service.licence,
            today,
        )  # fmt: skip


def _checked(latitude: Any, longitude: Any) -> tuple[float, float]:
    """Coordinates that are finite, on Earth, and not the null of a broken service."""
    north, east = float(latitude), float(longitude)
    if not (math.isfinite(north) and math.isfinite(east)):
        raise ValueError("coordinates that are no numbers")
    if abs(north) > 90 or abs(east) > 180 or (north == 0 and east == 0):
        raise ValueError(f"coordinates that are nowhere ({north}, {east})")
    return round(north, 6), round(east, 6)


def _answer(entry: Entry) -> Answer:
    return Answer(Outcome.NOT_FOUND if entry.latitude is None else Outcome.FOUND, entry)


class GeocoderChain:
    """The gazetteer, then the services switched on, in order; asked as the gazetteer is.

    An online answer is taken only where the gazetteer has no named place, and only if it lies in
    the country and, where known, in the province.
    """

    def __init__(self, gazetteer: Gazetteer, services: Sequence[OnlineGeocoder]) -> None:
        self._gazetteer = gazetteer
        self._services = tuple(services)
        self.outcomes: dict[str, dict[Outcome, int]] = {
            online.service.name: dict.fromkeys(Outcome, 0) for online in services
        }

    def locate(
        self,
        name: str,
        *,
        country: str | None = None,
        admin1: str | None = None,
        admin2: str | None = None,
    ) -> Location:
        """Where a name is; arguments and answer as those of `Gazetteer.locate`."""
        own = self._gazetteer.locate(name, country=country, admin1=admin1, admin2=admin2)
        code = country_code(country)
        if own.is_named_point or code is None or not name.strip():
            return own
        query = ", ".join(part for part in (name, admin2, admin1) if part)
        said = []
        for online in self._services:
            answer = online.ask(query, code)
            self.outcomes[online.service.name][answer.outcome] += 1
            if answer.entry is not None and _fits(answer.entry, code, admin1):
                return _online_location(answer.entry, own)
            said.append(f"{online.service.name}: {answer.outcome.value}")
        return replace(own, method="; ".join([own.method, *said]))


def _fits(entry: Entry, country: str, admin1: str | None) -> bool:
    """Whether an answer lies where the question said."""
    if entry.latitude is None or entry.longitude is None:
        return False
    point = (entry.latitude, entry.longitude)
    match = admin1_match(admin1, country)
    borders = [unit.border for unit in match.units if unit.border] if match else []
    if borders:
        return any(boundaries.is_within(unit, *point, BORDER_KM) for unit in borders)
    whole = boundaries.countries().get(country)
    return whole is not None and boundaries.is_within(whole, *point, BORDER_KM)


def _online_location(entry: Entry, own: Location) -> Location:
    return Location(
        entry.latitude, entry.longitude, "town", 5.0, f"online: {entry.service}",
        source=f"{entry.service} {entry.asked_on}, {entry.licence}", matched_name=entry.label,
        country=entry.country, admin1=own.admin1, score=0.5, candidates=own.candidates,
    )  # fmt: skip
