"""`conflictmap`: what can be done from a terminal.

Each command's work is in a module of `dashboard.commands` that is imported when it runs, so that
`conflictmap --help` answers at once. An error that has a sentence is one sentence on standard
error and exit code 2; an interrupt is exit code 130.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard.commands.terminal import Terminal
from geodata import __version__
from geodata.errors import ConflictMapError

REFUSED = 2
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Command:
    """One word after `conflictmap`.

    Attributes:
        help: what it does, in a line.
        arguments: adds its arguments to a parser.
        run: module and function that do it, imported when they are called.
    """

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: str

    def function(self) -> Callable[[argparse.Namespace, Terminal], int]:
        """What does it; gives the exit code."""
        module, _, name = self.run.partition(":")
        found: Callable[[argparse.Namespace, Terminal], int]
        found = getattr(importlib.import_module(f"dashboard.commands.{module}"), name)
        return found


def _store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store", type=Path, metavar="FILE",
        help="the store's file; by default the one in your folder for application data",
    )  # fmt: skip


def _output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true",
        help="print the result as JSON; everything else goes to standard error",
    )  # fmt: skip
    parser.add_argument(
        "--progress", action="store_true",
        help="tell what is being done, also where standard error is no terminal",
    )  # fmt: skip


def _where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--where", default="", metavar="QUERY",
        help="which incidents, as in the page's address: 'country=SYR&from=2016-01-01'",
    )  # fmt: skip


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, nargs="+", help="CSV, XLSX, ODS, Parquet, JSON, KML, GPKG"
    )
    parser.add_argument("--dataset", help="name for rows that bring none; by default the file's")
    parser.add_argument("--source", help="how to read it; by default told by its columns")
    parser.add_argument(
        "--map", type=Path, metavar="FILE",
        help="a profile (TOML) that says which column is what; see `conflictmap columns`",
    )  # fmt: skip
    parser.add_argument(
        "--header-row", type=int, metavar="N",
        help="the header stands in row N, as a spreadsheet counts; by default it is looked for",
    )  # fmt: skip
    order = parser.add_mutually_exclusive_group()
    order.add_argument(
        "--day-first", dest="day_order", action="store_const", const="day-first",
        help="read 03/04/2016 as 3 April where the column does not tell",
    )  # fmt: skip
    order.add_argument(
        "--month-first", dest="day_order", action="store_const", const="month-first",
        help="read it as 4 March",
    )  # fmt: skip
    parser.add_argument(
        "--attention", type=Path, metavar="FILE",
        help="where to write the rows that need attention; by default beside the file",
    )  # fmt: skip
    _store(parser)
    _output(parser)


def _fetch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="?", metavar="NAME",
        help="acled, ucdp, gdelt, hapi, feed or folder; without it they are listed",
    )  # fmt: skip
    parser.add_argument(
        "--since", metavar="DATE",
        help="first day; without it, on from the last fetch",
    )  # fmt: skip
    parser.add_argument("--until", metavar="DATE", help="last day; without it, until today")
    parser.add_argument("--country", help="of one country alone, where the service can")
    parser.add_argument(
        "--from", dest="where_from", metavar="WHERE", help="feed: its address; folder: its path"
    )
    parser.add_argument("--again", action="store_true", help="begin anew, not where it stopped")
    parser.add_argument("--dry-run", action="store_true", help="say how much there is; add nothing")
    often = parser.add_mutually_exclusive_group()
    often.add_argument(
        "--once", dest="every", action="store_const", const=None, help="look once, as by default"
    )
    often.add_argument(
        "--every", type=_seconds, metavar="SECONDS",
        help="feed, folder: look again and again, until Ctrl-C",
    )  # fmt: skip
    _store(parser)
    _output(parser)


def _seconds(text: str) -> float:
    if not text.isdecimal() or not 1 <= int(text) <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 1 to 86400")
    return float(text)


def _summary(parser: argparse.ArgumentParser) -> None:
    _where(parser)
    _store(parser)
    _output(parser)


def _serve(parser: argparse.ArgumentParser) -> None:
    _store(parser)
    parser.add_argument("--port", type=_port, help="by default the first free one from 8765")
    parser.add_argument("--no-browser", action="store_true", help="do not open the page")
    parser.add_argument(
        "--address", default="127.0.0.1", metavar="IP",
        help="where to listen; anything but this machine's own address needs --access",
    )  # fmt: skip
    parser.add_argument(
        "--access", type=Path, metavar="FILE",
        help="who may come in: serve to several people, see docs/hosting.md",
    )  # fmt: skip
    parser.add_argument(
        "--base-map", type=Path, action="append", metavar="FILE",
        help="a file with a street map or imagery (MBTiles or PMTiles, pictures); may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--tiles", action="append", metavar="NAME|URL",
        help="offer online tiles; whoever serves them sees which places are looked at",
    )  # fmt: skip
    parser.add_argument(
        "--sample", action="store_true", help="a throw-away store with the sample alone"
    )


def _layer(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("add", "list", "remove", "restore"))
    parser.add_argument(
        "what", nargs="?", metavar="FILE|LAYER",
        help="add: a GeoJSON, KML, KMZ or GeoPackage file; else a layer's name or id",
    )  # fmt: skip
    parser.add_argument("--name", help="what the layer is called; by default as the file")
    parser.add_argument("--valid-from", metavar="DAY", help="no shape of it holds before")
    parser.add_argument("--valid-to", metavar="DAY", help="nor after")
    parser.add_argument("--source", metavar="TEXT", help="who made it")
    parser.add_argument(
        "--frames", default="neutral", choices=("neutral", "unknown", "as-coded"),
        help="symbols of forces: nobody's view, or the sides that the file's codes name",
    )  # fmt: skip
    parser.add_argument("--why", default="from the command line", help="for the history")
    _store(parser)
    _output(parser)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; ports are 1 to 65535")
    return int(text)


def _export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format", required=True,
        help="csv, xlsx, geojson, parquet, gpkg, kml, geoparquet, jsonl, html",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--title", metavar="TEXT", help="html: what the page is called")
    parser.add_argument(
        "--sensitive", action="store_true", help="html: take those marked sensitive as well"
    )
    parser.add_argument(
        "--layers", action="store_true", help="html: take the layers from files as well"
    )
    _where(parser)
    _store(parser)
    _output(parser)


def _undo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "import_id", nargs="?", metavar="IMPORT", help="which import; without it they are listed"
    )
    parser.add_argument("--redo", action="store_true", help="bring an undone import back")
    parser.add_argument("--why", default="from the command line", help="for the history")
    _store(parser)
    _output(parser)


def _columns(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a table of any shape")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the profile there (TOML)")
    _output(parser)


def _attention(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="write them as CSV, to be mended and imported"
    )
    parser.add_argument(
        "--left-out", action="store_true",
        help="those instead that a reader left out as no incidents, counted by reason",
    )  # fmt: skip
    _store(parser)
    _output(parser)


def _duplicates(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--at-least", type=float, default=0.5, metavar="SCORE", help="list pairs from it on, 0 to 1"
    )
    parser.add_argument(
        "--days", type=int, default=2, metavar="N", help="how far apart the days may be"
    )
    parser.add_argument(
        "--merge", type=float, metavar="SCORE", help="merge the pairs from that score on"
    )
    _where(parser)
    _store(parser)
    _output(parser)


def _geocode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="*", help="one or more place names")
    for field in ("country", "admin1", "admin2"):
        parser.add_argument(f"--{field}", help=f"the {field} of all names")
    parser.add_argument(
        "--table", type=Path, metavar="FILE", help="CSV with columns name, country, admin1, admin2"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the table goes")
    _store(parser)
    _output(parser)


def _places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("add", "remove", "list"))
    parser.add_argument("countries", nargs="*", metavar="COUNTRY", help="ISO code or name")
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="PATH",
        help="a GeoNames country file (zip or text), or a folder of them; nothing is fetched",
    )  # fmt: skip
    parser.add_argument(
        "--names", type=Path, metavar="PATH",
        help="with --from: the country's alternate names, where they are not in its folder",
    )  # fmt: skip
    parser.add_argument(
        "--address", metavar="URL",
        help="a folder of such files on a server, to fetch from instead of GeoNames' own",
    )  # fmt: skip
    _output(parser)


def _read(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", help="a document, or - for standard input")
    parser.add_argument("--published", metavar="DATE", help="day of publication, YYYY-MM-DD")
    parser.add_argument("--country", help="country that the text is about")
    parser.add_argument(
        "--jsonl", type=Path, metavar="FILE", help="many texts: lines with id, text, published"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the readings go")
    parser.add_argument(
        "--plugin", metavar="MODULE:NAME", help="a reader of your own beside the rules"
    )
    _output(parser)


def _access(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("link", "links", "revoke", "sessions", "audit"))
    parser.add_argument("name", nargs="?", help="revoke: the link or session")
    parser.add_argument("--access", type=Path, metavar="FILE", required=True, help="the settings")
    parser.add_argument(
        "--role",
        choices=("viewer", "editor", "admin"),
        default="viewer",
        help="link: what it allows",
    )
    parser.add_argument(
        "--days", type=float, default=7.0, help="link: how long it lasts, up to 366"
    )
    parser.add_argument("--note", default="", metavar="TEXT", help="link: whom it is for")
    _where(parser)
    _store(parser)
    _output(parser)


def _check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--access", type=Path, metavar="FILE", help="also whether a server may start with these"
    )
    _store(parser)
    _output(parser)


COMMANDS: dict[str, Command] = {
    "serve": Command("show the map (also without any command)", _serve, "serving:serve"),
    "import": Command("add a file of incidents", _import, "record:import_files"),
    "fetch": Command("fetch what is new from a service you configured", _fetch, "fetch:fetch_from"),
    "summary": Command("counts and sentence of a choice", _summary, "record:summary"),
    "export": Command("write a choice to a file", _export, "record:export"),
    "undo": Command("take an import back", _undo, "record:undo"),
    "columns": Command("say what a table's columns are taken for", _columns, "columns:columns"),
    "attention": Command("rows that wait for a person", _attention, "attention:attention"),
    "duplicates": Command(
        "incidents of different data sets that are likely one", _duplicates, "duplicates:duplicates"
    ),
    "geocode": Command("find places by name, offline", _geocode, "places:geocode"),
    "places": Command("villages and spots of a country", _places, "places:packs"),
    "read": Command("read a news text into draft incidents", _read, "news:read"),
    "layer": Command("areas, lines and positions over the map", _layer, "layers:layer"),
    "access": Command("links, sessions and audit of a server", _access, "guests:access"),
    "check": Command("say whether the store and the data are sound", _check, "record:check"),
}


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="conflictmap",
        description="A map of conflict incidents on your own machine; nothing leaves it.",
        epilog="Without a command it serves the map.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"conflictmap {__version__}")
    words = top.add_subparsers(dest="command", metavar="COMMAND")
    for name, command in COMMANDS.items():
        own = words.add_parser(
            name, help=command.help, description=command.help, allow_abbrev=False
        )
        command.arguments(own)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: the words after `conflictmap`; None takes the process's own.

    Returns:
        The exit code: 0, 2 for what cannot be done, 130 for an interrupt.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0].startswith("-") and words[0] not in {"-h", "--help", "--version"}):
        words = ["serve", *words]
    arguments = parser().parse_args(words)
    terminal = Terminal(
        as_json=getattr(arguments, "json", False), progress=getattr(arguments, "progress", False)
    )
    try:
        return COMMANDS[arguments.command].function()(arguments, terminal)
    except ConflictMapError as error:
        terminal.refuse(str(error))
        return REFUSED
    except KeyboardInterrupt:
        terminal.refuse("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        terminal.abandon()
        return 0


if __name__ == "__main__":
    sys.exit(main())
