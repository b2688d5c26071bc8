"""An `allure` of our own on the PATH: it proves what is asked of Allure, not what Allure makes of it."""

import json
import sys
from pathlib import Path
from typing import Any

TRACKER = (
    '<script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>\n'
    "<script>\nfunction gtag(){dataLayer.push(arguments);}\ngtag('js', new Date());</script>"
)
PAGE = f"<html><head>\n{TRACKER}\n<script>var kept = 1</script></head><body>report</body></html>"
SCRIPT = """#!{python}
import json, os, pathlib, sys
place = pathlib.Path({place!r})
if {broken}:
    sys.exit("ERROR: JAVA_HOME is not set")
if "--version" in sys.argv:
    print({version!r})
    sys.exit()
work = pathlib.Path(sys.argv[sys.argv.index("--cwd") + 1])
config = json.loads((work / "allurerc.json").read_text())
results = [json.loads(p.read_text()) for p in (work / "results").glob("*-result.json")]
others = {{p.name: p.read_text() for p in (work / "results").iterdir() if not p.name.endswith("-result.json")}}
asked = {{"words": sys.argv[1:], "config": config, "results": results, "others": others, "environ": dict(os.environ)}}
(place / "asked.json").write_text(json.dumps(asked))
if {complaint!r}:
    sys.exit({complaint!r})
report = pathlib.Path(config["output"])
report.mkdir()
(report / "index.html").write_text({page!r})
if "historyPath" in config:
    with open(config["historyPath"], "a") as past:
        past.write(json.dumps({{"name": config["name"]}}) + "\\n")
"""


def install(
    folder: Path,
    version: str = "3.18.0",
    complaint: str = "",
    broken: bool = False,
    page: str = PAGE,
    name: str = "allure",
) -> Path:
    """Put one into a folder, which is returned, for the PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    given = {
        "place": str(folder),
        "version": version,
        "complaint": complaint,
        "page": page,
        "broken": broken,
    }
    path = folder / name
    path.write_text(SCRIPT.format(python=sys.executable, **given))
    path.chmod(0o755)
    return folder


def asked(folder: Path) -> dict[str, Any]:
    """What the one in a folder was asked last."""
    found: dict[str, Any] = json.loads((folder / "asked.json").read_text())
    return found
