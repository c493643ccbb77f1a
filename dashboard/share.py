"""A choice of incidents as one HTML file that opens anywhere and asks nobody for anything.

The file holds map, timeline, list, filters and, up to `MOST_DETAILED` incidents, their texts and
accounts. Incidents lie in it as base64 and JSON, in elements that no browser runs; they meet no
template and no markup. Published incidents leave only, and neither their history nor the record as
it was read, which name people of the team and may hold what was not meant to be passed on.
"""

from __future__ import annotations

import base64
import datetime as dt
import functools
import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

from dashboard.folium_map import assets
from dashboard.folium_map.base_map import MAX_ZOOM, BaseMap, OfflineMap
from dashboard.map_script import words
from dashboard.province_names import provinces
from dashboard.shared_layers import packed_layers
from geodata import __version__, schema
from geodata.credits import CREDITS
from geodata.export import dataset_terms
from geodata.filters import TEXT_COLUMNS, IncidentFilter
from geodata.layers import LayerFolder
from geodata.pack import pack
from geodata.store import Snapshot, Store

MOST_DETAILED: Final = 50_000
"""Up to so many incidents a file holds titles, texts and accounts as well."""

SIZE_LIMITS: Final[Mapping[bool, int]] = {True: 20_000_000, False: 6_000_000}
"""Bytes that a file with and without details keeps to by leaving finer parts of the map out."""

_MODULE: Final = "js/shared_page.js"
_STYLES: Final = tuple(
    f"css/{name}.css"
    for name in (
        "theme", "workspace", "list", "card", "timeline", "incident_layer", "layers",
        "shared_page",
    )
)  # fmt: skip
_ALWAYS: Final = ("data/world.bin.gz", "data/labels.json.gz", "data/labels_more.json.gz")
_IF_THEY_FIT: Final = (
    "data/water.bin.gz",
    "data/boundaries.bin.gz",
    "data/labels_most.json.gz",
)
_KEPT_BACK: Final = ("import_id", "status")
_SCRIPT: Final = re.compile(r"<script(?: type=\"importmap\")?>(.*?)</script>", re.DOTALL)
_SOURCE_MAP: Final = re.compile(r"//# sourceMappingURL=[^<\s]+")
_RANDOM: Final = re.compile(r"_[0-9a-f]{32}\b")
_POLICY: Final = (
    "default-src 'none'; script-src data: {hashes}; style-src 'unsafe-inline'; "
    "img-src data: blob:; connect-src data: blob:; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A file to pass on.

    Attributes:
        content: the HTML, UTF-8.
        incidents: how many are inside.
        unpublished: incidents of the choice that were left out, being drafts or withheld.
        sensitive: published ones that were left out, being marked sensitive.
        details: whether titles, texts and accounts are inside.
    """

    content: bytes
    incidents: int
    unpublished: int
    sensitive: int
    details: bool


class SharedIncidents(JSCSSMixin, MacroElement):
    """What a shared page starts on its map: `js/shared_page.js`, which finds all else in the page.

    In the page, the promise under the element's name resolves to `{view, workspace, filters}`.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = import({{ this.module|tojson }}).then(
                (module) => module.openSharedPage({{ this._parent.get_name() }})
            );
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "SharedIncidents"
        self.modules = (_MODULE,)
        self.module = assets.module_specifier(_MODULE, None)
        self.default_js: list[tuple[str, str]] = []
        self.default_css: list[tuple[str, str]] = []


def standalone_html(  # noqa: PLR0913 — what one file holds and says, all by name
    store: Store,
    chosen: IncidentFilter,
    *,
    made_at: dt.datetime,
    title: str | None = None,
    sensitive: bool = False,
    layers: LayerFolder | None = None,
) -> SharedPage:
    """The published incidents of a choice as one HTML file.

    Args:
        store: where they are.
        chosen: which.
        made_at: the time that the file states, with a time zone.
        title: what the page is called; None is the program's name.
        sensitive: whether incidents marked sensitive leave as well.
        layers: those whose shapes leave as well; None for none.

    Raises:
        ImpossibleValue: the layers are larger than a page carries.
    """
    snapshot = store.snapshot()
    found = snapshot.incidents.take(pa.array(snapshot.rows(chosen)))
    published = found.filter(pc.equal(found.column("status"), "published"))
    leaving = published
    if not sensitive:
        leaving = published.filter(pc.invert(pc.fill_null(published.column("sensitive"), False)))
    details = len(leaving) <= MOST_DETAILED
    accounts = None
    if details:
        ids = leaving.column("incident_id").to_pylist()
        accounts = schema.to_arrow(store.accounts(ids), schema.ACCOUNTS)
    left_out = {
        "unpublished_left_out": len(found) - len(published),
        "sensitive_left_out": len(published) - len(leaving),
    }
    said = {"title": title, "made_at": _utc(made_at), "store_version": snapshot.version}
    content = page(
        leaving,
        accounts,
        said | left_out | {"predicate": chosen.predicate()},
        layers=None if layers is None else packed_layers(layers),
    )
    return SharedPage(
        content=content,
        incidents=len(leaving),
        unpublished=left_out["unpublished_left_out"],
        sensitive=left_out["sensitive_left_out"],
        details=details,
    )


def page(
    incidents: pa.Table,
    accounts: pa.Table | None,
    said: Mapping[str, Any],
    *,
    layers: bytes | None = None,
) -> bytes:
    """Incidents as one HTML page.

    Args:
        incidents: columns of `schema.INCIDENTS`, in pack order.
        accounts: columns of `schema.ACCOUNTS`, of those incidents; None leaves all details out.
        said: what the page states of itself: title, made_at, store_version, predicate,
            unpublished_left_out, sensitive_left_out.
        layers: those from files, as `packed_layers` gives them.
    """
    carried = [
        _element("shared-about", "application/json", _json(_about(incidents, accounts, said))),
        _element("shared-incidents", "text/plain", _packed(incidents)),
    ]
    if accounts is not None:
        carried.append(_element("shared-details", "text/plain", _details(incidents, accounts)))
    if layers is not None:
        carried.append(_element("shared-layers", "text/plain", _base64(layers)))
    size = sum(map(len, carried))
    frame = _frame(_map_data(SIZE_LIMITS[accounts is not None] - size))
    before, after = frame
    return b"".join((before, *carried, after))


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")


# --- what the page holds -------------------------------------------------------------------------


def _about(
    incidents: pa.Table, accounts: pa.Table | None, said: Mapping[str, Any]
) -> dict[str, Any]:
    known: dict[str, Any] = words()
    used = set(incidents.column("country").unique().to_pylist())
    used.update(said["predicate"].get("countries", ()))
    countries = {code: name for code, name in known["countries"].items() if code in used}
    return {
        **said,
        "made_by": f"Conflict Map {__version__}",
        "sentence": Snapshot(0, incidents).summary(IncidentFilter()).sentence,
        "details": accounts is not None,
        "searched": TEXT_COLUMNS,
        "datasets": _datasets(incidents),
        "credits": [asdict(credit) for credit in CREDITS if credit.name != "UCDP"],
        "vocabulary": known["vocabulary"],
        "countries": countries,
        "provinces": provinces(incidents),
    }


def _datasets(incidents: pa.Table) -> list[dict[str, Any]]:
    counts = incidents.column("dataset").value_counts().to_pylist()
    counts.sort(key=lambda entry: str(entry["values"]))
    return [
        {"dataset": entry["values"], "incidents": entry["counts"], **dataset_terms(entry["values"])}
        for entry in counts
    ]


def _packed(incidents: pa.Table) -> bytes:
    return _base64(gzip.compress(pack(incidents, version="shared"), 9, mtime=0))


def _details(incidents: pa.Table, accounts: pa.Table) -> bytes:
    """Incidents and accounts as columns, gzip in base64; see `js/shared_answers.js`."""
    position = pc.index_in(accounts.column("incident_id"), incidents.column("incident_id"))
    order = pc.sort_indices(position)
    body = {
        "incidents": _columns(incidents, schema.names(schema.INCIDENTS), _KEPT_BACK),
        "accounts": _columns(accounts.take(order), schema.names(schema.ACCOUNTS), ("incident_id",)),
        "account_rows": position.take(order).to_pylist(),
    }
    return _base64(gzip.compress(_json(body, escaped=False), 6, mtime=0))


def _columns(table: pa.Table, names: Iterable[str], kept_back: Iterable[str]) -> dict[str, Any]:
    """Names of columns, and the values of those that hold any."""
    wanted = [name for name in names if name not in set(kept_back)]
    held = [name for name in wanted if table.column(name).null_count < len(table)]
    return {"names": wanted, "values": {name: table.column(name).to_pylist() for name in held}}


def _json(value: Any, *, escaped: bool = True) -> bytes:
    """JSON; escaped, it holds no `<` and no `&`, so that it can neither end nor open an element."""
    text = json.dumps(value, ensure_ascii=False, default=_plain, separators=(",", ":"))
    if escaped:
        text = text.replace("<", "\\u003c").replace("&", "\\u0026")
    return text.encode("utf-8", "replace")


def _plain(value: Any) -> str:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a shared file")


def _base64(content: bytes) -> bytes:
    return base64.b64encode(content)


def _element(name: str, kind: Literal["application/json", "text/plain"], content: bytes) -> bytes:
    """A block of data that no browser runs."""
    if b"<" in content:
        raise ValueError(f"{name} could end its own element")
    return b'<script type="%b" id="%b">%b</script>\n' % (kind.encode(), name.encode(), content)


# --- the page around it --------------------------------------------------------------------------


def _map_data(room: int) -> tuple[str, ...]:
    """Which of the base map's files a page carries so that it stays within `room` bytes."""
    carried: tuple[str, ...] = _ALWAYS
    for name in _IF_THEY_FIT:
        if sum(map(len, _frame((*carried, name)))) <= room:
            carried = (*carried, name)
    return carried


@functools.lru_cache(maxsize=4)
def _frame(data: tuple[str, ...]) -> tuple[bytes, bytes]:
    """The page before and after its incidents; all of it our own fixed text."""
    shown = OfflineMap(base_map=False)
    _base_map(data).add_to(shown)
    SharedIncidents().add_to(shown)
    figure: Any = shown.get_root()
    html = _SOURCE_MAP.sub("", _RANDOM.sub("", figure.render()))
    styles = "".join(f"<style>{assets.ASSETS[name].read().decode()}</style>" for name in _STYLES)
    policy = _policy(html)
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>Map</title>'
    html = html.replace("<head>", f"<head>{head}", 1).replace("</head>", f"{styles}</head>", 1)
    before, body, after = html.partition("<body>")
    return f"{before}{body}\n".encode(), after.encode()


def _policy(html: str) -> str:
    """Only the page's own scripts, by their hashes, and modules that it carries as data: URLs."""
    hashes = (hashlib.sha256(script.encode()).digest() for script in _SCRIPT.findall(html))
    sources = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in hashes)
    return _POLICY.format(hashes=sources)


def _base_map(data: tuple[str, ...]) -> BaseMap:
    """The base map with those of its files that a page carries."""
    base = BaseMap()
    base.data = data
    carried = {assets.data_url(name, None) for name in data}
    labels: Any = base.options["labels"]
    base.options["labels"] = [pair for pair in labels if pair[0] in carried]
    if base.options["boundaries"] not in carried:
        base.options["detailFrom"] = MAX_ZOOM + 1
    if base.options["water"] not in carried:
        base.options["water"] = None
    return base
