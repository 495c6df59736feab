"""Lays out what an Android build takes in: the tablet, what both sides share, its assets, and nothing of a server.

Run from the project's root: `python platforms/android/stage.py [FOLDER]`, by default build/android. The tests stage it
too, and start the tablet out of the folder.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("fieldapp", "firsthand", "assets")
_MAIN = '''"""Where Android starts the tablet."""

from fieldapp.__main__ import main

main([])
'''


def stage(folder: Path) -> Path:
    """Fills an empty or new folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", folder / "pyproject.toml")
    (folder / "main.py").write_text(_MAIN, encoding="utf-8")
    return folder


if __name__ == "__main__":
    stage(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "android")
