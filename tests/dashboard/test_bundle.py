"""The map page's modules and styles in one piece each."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from dashboard.folium_map import assets, bundle


def text_of(name: str) -> str:
    return assets.ASSETS[name].read().decode()


def evaluated(module: str, expression: str, folder: Path) -> object:
    """What an expression makes of a module's exports, in Node."""
    file = folder / "joined.mjs"
    file.write_text(module, encoding="utf-8")
    script = f"import * as all from {json.dumps(file.as_uri())};\n"
    script += f"console.log(JSON.stringify({expression}));"
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.usefixtures("node")
def test_joined_modules_export_and_answer_what_the_single_ones_do(tmp_path: Path) -> None:
    names = ("js/engine/sentence.js", "js/engine/load.js")
    joined = bundle.modules(names, text_of)
    own = Path(assets.__file__).parent
    single = "".join(f'export * from "{(own / name).as_uri()}";' for name in names)
    every = "Object.keys(all).sort()"
    assert evaluated(joined, every, tmp_path) == evaluated(single, every, tmp_path)
    totals = {"incidents": 12, "total": 214, "killed_low": 30, "killed_high": 41}
    said = evaluated(joined, f"all.sentence({json.dumps(totals)})", tmp_path)
    assert said == "12 of 214 incidents, 30–41 killed"


@pytest.mark.usefixtures("node")
def test_names_are_kept_apart_renamed_and_handed_on(tmp_path: Path) -> None:
    files = {
        "js/page.js": 'import {\n  one as two,\n} from "./in/a.js";\nimport "./in/b.js";\n'
        "const own = two + 1;\nexport default function start() {\n  return own;\n}\n",
        "js/in/a.js": 'import { own } from "./b.js";\nconst one = own * 10;\nexport { one };\n',
        "js/in/b.js": "export const own = 4;\nglobalThis.met = (globalThis.met ?? 0) + 1;\n",
    }
    joined = bundle.modules(("js/page.js", "js/in/b.js"), files.__getitem__)
    assert evaluated(joined, "[all.default(), all.own, met]", tmp_path) == [41, 4, 1]


def test_what_stays_outside_is_imported_from_where_it_lies() -> None:
    files = {"js/page.js": 'import { L } from "./lib/leaflet.js";\nexport const map = L.map;\n'}
    joined = bundle.modules(("js/page.js",), files.__getitem__, ("js/lib/leaflet.js",))
    assert joined.startswith('import * as $outside0 from "./lib/leaflet.js";')
    assert "const { L } = $outside0;" in joined


@pytest.mark.parametrize(
    "line", ['export * from "./a.js";', "export let count = 0;", 'import * as all from "./a.js";']
)
def test_a_module_that_cannot_be_joined_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=r"js/page\.js: .* no import or export"):
        bundle.modules(("js/page.js",), {"js/page.js": line}.__getitem__)


def test_modules_in_a_circle_are_named() -> None:
    files = {"js/a.js": 'import { b } from "./b.js";', "js/b.js": 'import { a } from "./a.js";'}
    with pytest.raises(ValueError, match=r"js/a\.js imports js/b\.js imports js/a\.js"):
        bundle.modules(("js/a.js",), files.__getitem__)


@pytest.mark.usefixtures("node")
def test_the_map_page_is_one_module_that_a_browser_can_read(tmp_path: Path) -> None:
    file = tmp_path / "page.mjs"
    file.write_text(text_of(assets.PAGE_MODULE), encoding="utf-8")
    done = subprocess.run(
        ["node", "--check", str(file)], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    exported = file.read_text(encoding="utf-8").splitlines()[-4:]
    assert any(line.startswith("export default ") for line in exported)
    assert any("addBaseMap" in line for line in exported)


def test_every_style_of_the_page_is_in_the_one_and_its_pictures_are_found() -> None:
    sheet = text_of(assets.PAGE_STYLE)
    assert ".cm-timeline" in sheet
    assert ".leaflet-pane" in sheet
    assert 'url("../leaflet/images/layers.png")' in sheet
    given = {"a/one.css": "b { background: url(x.png) } i { mask: url('data:image/png;base64,') }"}
    moved = bundle.styles(["a/one.css"], given.__getitem__, "css")
    assert (
        moved == "b { background: url(\"../a/x.png\") } i { mask: url('data:image/png;base64,') }"
    )
