"""Incidents as files of geographic programs: GeoPackage, KML and GeoParquet.

GDAL writes the first two, through pyogrio. A geometry is a point that is known as one; a district,
province or country has none, since every other program would draw it as an exact pin. Its centre
stays in the columns, with precision and radius.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from geodata.errors import ConflictMapError
from geodata.vocabulary import LOCATION_PRECISION

GEOMETRY: Final = "geometry"
_CRS: Final = "EPSG:4326"
_POINT: Final = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
_NOT_XML: Final = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"


def points(incidents: pa.Table) -> pa.Array:
    """The point of each incident as well-known binary; null where none is known as one."""
    pinned = [term.code for term in LOCATION_PRECISION.terms if term.attributes["pin"]]
    latitude, longitude = (incidents[name].combine_chunks() for name in ("latitude", "longitude"))
    known = pc.is_in(incidents["location_precision"], value_set=pa.array(pinned, pa.string()))
    drawn = pc.and_(known.combine_chunks(), pc.and_(latitude.is_valid(), longitude.is_valid()))
    made = np.zeros(len(incidents), _POINT)
    made["order"], made["kind"] = 1, 1
    made["x"] = longitude.fill_null(0).to_numpy()
    made["y"] = latitude.fill_null(0).to_numpy()
    fixed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(_POINT.itemsize), len(made), [None, pa.py_buffer(made.tobytes())]
    )
    return pc.if_else(drawn, fixed.cast(pa.binary()), pa.scalar(None, pa.binary()))


def write_geopackage(incidents: pa.Table, accounts: pa.Table, path: Path) -> None:
    """Write a GeoPackage with the layer `incidents` and the table `accounts`."""
    whole = incidents.append_column(GEOMETRY, points(incidents))
    _write(whole, path, layer="incidents", driver="GPKG", **_OF_POINTS)
    _write(accounts, path, layer="accounts", driver="GPKG", append=True, geometry_type=None)


def write_kml(incidents: pa.Table, path: Path) -> None:
    """Write a KML document of the incidents that have a point; the others are left out.

    Every column is a datum of its placemark. Programs show such text as HTML: angle brackets are
    written as single quotation marks of that shape, and characters that XML cannot hold replaced.
    """
    geometry = points(incidents)
    columns = {name: _for_xml(incidents[name]) for name in incidents.column_names}
    columns = {"Name": columns["title"], **columns, GEOMETRY: geometry}
    whole = pa.table(columns).filter(geometry.is_valid())
    _write(whole, path, layer="incidents", driver="LIBKML", **_OF_POINTS)


_OF_POINTS: Final[dict[str, Any]] = {
    "geometry_name": GEOMETRY, "geometry_type": "Point", "crs": _CRS,
}  # fmt: skip


def _for_xml(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    text = pc.replace_substring_regex(column, _NOT_XML, "\ufffd")
    return pc.replace_substring(pc.replace_substring(text, "<", "‹"), ">", "›")


def _write(table: pa.Table, path: Path, **how: Any) -> None:
    # Loads GDAL, which takes a while: not where a command does not write such a file.
    import pyogrio  # noqa: PLC0415 - see above
    from pyogrio.errors import DataLayerError, DataSourceError, FieldError  # noqa: PLC0415 - see above

    try:
        pyogrio.write_arrow(table, path, **how)
    except (DataLayerError, DataSourceError, FieldError, RuntimeError) as error:
        said = " ".join(str(error).split())
        raise ConflictMapError(f"{path.name} cannot be written: {said}") from error


def write_geoparquet(incidents: pa.Table, path: Path) -> None:
    """Write the incidents as GeoParquet 1.1 (Open Geospatial Consortium), points as WKB."""
    whole = incidents.append_column(GEOMETRY, points(incidents))
    about = {
        "version": "1.1.0",
        "primary_column": GEOMETRY,
        "columns": {GEOMETRY: {"encoding": "WKB", "geometry_types": ["Point"]}},
    }
    kept = whole.schema.metadata or {}
    whole = whole.replace_schema_metadata(kept | {b"geo": json.dumps(about).encode()})
    pq.write_table(whole, path, compression="zstd")
