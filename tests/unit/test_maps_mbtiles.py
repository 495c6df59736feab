"""MBTiles: the right tile at the right place, and files that are no map, or were one once."""

from __future__ import annotations

import gzip
import io
import random
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fieldapp.maps.mbtiles import MAX_TILE_BYTES, NotAMap, TileFile
from fieldapp.maps.pictures import MAX_SIDE, decode
from fieldapp.maps.source import find, load, open_map
from tests.support.mbtiles import colour_of, picture, write_mbtiles

PNG = picture((10, 20, 30))


def colour(data: bytes | None) -> tuple[int, int, int]:
    assert data is not None
    found = decode(data)
    assert found is not None
    return found.rows[0], found.rows[1], found.rows[2]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_rows_of_the_file_run_from_the_south_and_ours_from_the_north(tmp_path: Path, kind: str) -> None:
    tiles = TileFile(write_mbtiles(tmp_path / "a.mbtiles", kind=kind))
    for x in range(4):
        for y in range(4):
            assert colour(tiles.tile(2, x, y)) == pytest.approx(colour_of(2, x, y), abs=3)


def test_a_file_tells_its_levels_bounds_and_whose_it_is(tmp_path: Path) -> None:
    said = {"format": "png", "bounds": "-20,0,-10,10", "attribution": "<a href='x'>The\nmakers</a>", "name": "R"}
    facts = TileFile(write_mbtiles(tmp_path / "a.mbtiles", metadata=said)).facts
    assert (facts.least, facts.most, facts.attribution, facts.name) == (0, 2, "The makers", "R")
    assert facts.bounds == pytest.approx((160 / 360, 0.472, 170 / 360, 0.5), abs=1e-3)


@pytest.mark.parametrize("said", [{}, {"bounds": "a,b"}, {"bounds": "nan,1,2,3"}, {"bounds": "10,0,-10,5"}])
def test_what_a_file_does_not_say_is_seen_from_its_tiles(tmp_path: Path, said: dict[str, str]) -> None:
    """No center, no bounds, no format: other readers crash on it."""
    tiles = {(3, 4, 3): PNG, (3, 5, 3): PNG}
    facts = TileFile(write_mbtiles(tmp_path / "a.mbtiles", metadata=said, tiles=tiles)).facts
    assert facts.bounds == (0.5, 0.375, 0.75, 0.5)
    assert (facts.least, facts.most) == (3, 3)


def test_without_a_table_of_metadata_it_is_still_a_map(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles")
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE metadata")
    db.close()
    assert TileFile(path).tile(0, 0, 0)


def no_maps(folder: Path) -> dict[str, Path]:
    pbf = gzip.compress(b"\x1a\x10vector")
    made = {
        "empty": (folder / "empty", b""),
        "text": (folder / "text", b"not a map at all"),
        "picture": (folder / "picture", PNG),
        "head-only": (folder / "head", b"SQLite format 3\x00"),
    }
    for path, data in made.values():
        path.write_bytes(data)
    found = {name: path for name, (path, _data) in made.items()}
    found["missing"] = folder / "nothing-here"
    found["folder"] = folder
    found["vector"] = write_mbtiles(folder / "pbf", metadata={"format": "pbf"}, tiles={(0, 0, 0): pbf})
    found["vector-unsaid"] = write_mbtiles(folder / "pbf2", metadata={}, tiles={(0, 0, 0): pbf})
    found["no-tiles"] = write_mbtiles(folder / "none", tiles={})
    found["deep"] = write_mbtiles(folder / "deep", tiles={(0, 0, 0): PNG})
    with sqlite3.connect(found["deep"]) as db:
        db.execute("UPDATE tiles SET zoom_level = 99")
    db.close()
    found["endless"] = folder / "endless"
    with sqlite3.connect(found["endless"]) as db:
        db.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        db.execute(
            "CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            " SELECT i AS zoom_level, i AS tile_column, i AS tile_row, x'00' AS tile_data FROM n"
        )
    db.close()
    with sqlite3.connect(folder / "other") as db:
        db.execute("CREATE TABLE tiles (something TEXT)")
    db.close()
    return found | {"other-table": folder / "other"}


def test_every_file_that_is_no_map_is_one_clear_error(tmp_path: Path) -> None:
    """A view that never ends is stopped by its budget of work, not by patience."""
    for name, path in no_maps(tmp_path).items():
        with pytest.raises(NotAMap) as caught:
            TileFile(path)
        assert caught.value.code == "not-a-map", name
        assert "/" not in str(caught.value)


def test_a_map_is_never_written_to(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles")
    before = path.read_bytes()
    path.chmod(0o400)
    tiles = TileFile(path)
    assert tiles.tile(1, 0, 0)
    tiles.close()
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.mbtiles"]


def test_tiles_that_are_not_there_not_pictures_or_too_large_are_no_error(tmp_path: Path) -> None:
    huge = io.BytesIO()
    Image.new("RGB", (MAX_SIDE + 1, 8)).save(huge, "PNG")
    tiles = {(1, 0, 0): PNG, (1, 1, 0): b"broken", (1, 0, 1): bytes(MAX_TILE_BYTES + 1), (1, 1, 1): huge.getvalue()}
    file = TileFile(write_mbtiles(tmp_path / "a.mbtiles", tiles=tiles))
    assert colour(file.tile(1, 0, 0)) == (10, 20, 30)
    assert decode(file.tile(1, 1, 0) or b"") is None
    assert file.tile(1, 0, 1) is None
    assert decode(file.tile(1, 1, 1) or b"") is None
    for at in ((0, 0, 0), (1, 2, 0), (1, -1, 0), (1, 0, -1), (-1, 0, 0), (60, 0, 0), (22, 2**22 - 1, 0)):
        assert file.tile(*at) is None


@given(st.sampled_from(["PNG", "JPEG", "WEBP"]), st.randoms(use_true_random=False), st.integers(1, 12))
def test_a_picture_with_flipped_bytes_is_a_picture_or_nothing(kind: str, chance: random.Random, flips: int) -> None:
    data = bytearray(picture((200, 100, 50), side=32, kind=kind))
    for _ in range(flips):
        data[chance.randrange(len(data))] = chance.randrange(256)
    found = decode(bytes(data[: chance.randint(1, len(data))]) if chance.random() < 0.3 else bytes(data))
    if found is not None:
        assert len(found.rows) == found.width * found.height * 4


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_mbtiles(tmp_path_factory.mktemp("m") / "a.mbtiles").read_bytes()


@given(chance=st.randoms(use_true_random=False), cut=st.booleans(), flips=st.integers(0, 40))
def test_a_mutated_file_is_a_map_with_holes_or_no_map(
    whole: bytes, tmp_path_factory: pytest.TempPathFactory, chance: random.Random, cut: bool, flips: int
) -> None:
    data = bytearray(whole)
    for _ in range(flips):
        at = chance.randrange(len(data)) if chance.random() < 0.5 else chance.randrange(4096)
        data[at] = chance.randrange(256)
    path = tmp_path_factory.mktemp("m") / "b.mbtiles"
    path.write_bytes(data[: chance.randrange(len(data))] if cut else data)
    try:
        file = TileFile(path)
    except NotAMap:
        return
    for zoom in range(3):
        for x in range(1 << zoom):
            found = file.tile(zoom, x, 0)
            assert found is None or isinstance(found, bytes)
            if found is not None:
                decode(found)
    file.close()


def test_maps_are_found_beside_the_vault_and_a_broken_one_leaves_the_areas(tmp_path: Path) -> None:
    assert find(tmp_path).tiles == ()
    folder = tmp_path / "maps"
    folder.mkdir()
    (folder / "a.mbtiles").write_bytes(b"no")
    (folder / "b.CSV").write_text("name,lat,lon\nTown,5,-15\n", encoding="utf-8")
    (folder / "c.geojson").write_text(
        '{"features": [{"geometry": {"type": "LineString", "coordinates": [[0,0],[1,1]]}}]}'
    )
    (folder / "d.geojson").write_text("{")
    source = load(tmp_path, None)
    assert source.tiles is None
    assert source.problem is not None
    assert source.problem.code == "not-a-map"
    assert [place.name for place in source.places] == ["Town"]
    assert len(source.country.tracks) == 1
    write_mbtiles(folder / "z.mbtiles")
    source = load(tmp_path, None)
    assert source.tiles is not None
    assert source.problem is None
    source.close()
    with pytest.raises(NotAMap):
        open_map(folder / "a.mbtiles", None)
