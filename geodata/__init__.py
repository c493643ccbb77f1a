"""The library behind Conflict Map: incidents, where and when they happened, and who says so.

Headless: nothing here draws, serves or prints. Import from the modules; imports run one way,
as `docs/architecture.md` shows.
"""

__version__ = "0.1.0"
