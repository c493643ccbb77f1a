"""How a row says that its reader has left it out: kept and counted, and waiting for nobody.

Some sources hold more than incidents: of a hundred events of GDELT's, most are talks and visits.
Such rows stand among those that need attention, so that none is lost and the counts add up, with a
reason that begins so.
"""

from __future__ import annotations

from typing import Final

LEFT_OUT: Final = "Left out: "
"""Begins the reason of a row that its reader has left out."""
