"""Services that are fetched from, off until a person has configured them.

A connector asks one service and hands over files that the readers of `geodata.sources` read, or
texts for the review queue; `geodata.fetching` takes them in. A new one is a module with a
`CONNECTOR` and one line here.
"""

from geodata.connectors import acled, feed, folder, gdelt, hapi, ucdp
from geodata.connectors.connector import Connector, Cursor, Parcel, Setting, Task, Text

CONNECTORS: dict[str, Connector] = {
    module.CONNECTOR.name: module.CONNECTOR for module in (acled, ucdp, gdelt, hapi, feed, folder)
}

__all__ = ["CONNECTORS", "Connector", "Cursor", "Parcel", "Setting", "Task", "Text"]
