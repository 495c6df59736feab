"""Write the vector files: `python -m tests.vectors.generate`. The oracle makes them, not the product.

Everything comes from fixed seeds, and the parts are stored and not compressed, so that every machine writes
the same bytes. A sound envelope is planned, one fault is planted, and the file is named for it.
"""

from __future__ import annotations

from tests.vectors.envelopes import envelopes
from tests.vectors.load import FOLDER, Vector
from tests.vectors.pieces import pieces


def everything() -> list[Vector]:
    """All vectors, in the order of their making."""
    return [*envelopes(), *pieces()]


def main() -> None:
    """Write the files and remove those that no fault is named for any more."""
    wanted = {FOLDER / vector.kind / f"{vector.name}.txt": vector.text() for vector in everything()}
    for path in set(FOLDER.glob("*/*.txt")) - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "ascii")
    print(f"{len(wanted)} vectors")


if __name__ == "__main__":
    main()
