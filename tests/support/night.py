"""Runs the exhaustive tests one by one and remembers which passed, so that a stopped night goes on where it was.

The memory is a file under `.night/`, named for the content of the tree: change a line and the night starts anew.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT_S = 3_600


def _tree_hash() -> str:
    digest = hashlib.sha256()
    for folder in ("firsthand", "fieldapp", "sync_server", "tests", "assets"):
        for path in sorted((ROOT / folder).rglob("*")):
            # texts, fonts and rules of widgets decide as much as code whether a screen holds its words
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _node_ids() -> list[str]:
    out = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "night", "tests"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    ).stdout
    return [line for line in out.splitlines() if "::" in line]


def main() -> int:
    """Runs what has not passed yet; returns 0 when all of it has."""
    memory = ROOT / ".night" / f"{_tree_hash()}.passed"
    memory.parent.mkdir(exist_ok=True)
    passed = set(memory.read_text(encoding="utf-8").splitlines()) if memory.exists() else set()
    nodes = _node_ids()
    todo = [node for node in nodes if node not in passed]
    print(f"{len(nodes)} exhaustive tests, {len(nodes) - len(todo)} already passed on this tree")
    failed = 0
    for node in todo:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-m", "night", node], cwd=ROOT, check=False, timeout=LIMIT_S
        )
        if run.returncode == 0:
            with memory.open("a", encoding="utf-8") as handle:
                handle.write(node + "\n")
        else:
            failed += 1
    print(f"{len(todo) - failed} passed, {failed} failed")
    return 1 if failed or not nodes else 0


if __name__ == "__main__":
    raise SystemExit(main())
