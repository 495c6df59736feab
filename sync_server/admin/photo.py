"""A picture for the demonstration, drawn here: burned roofs of the invented country, with a camera's metadata.

The metadata is there to be missed: the original keeps it for the court, the copy that the facts may show has none.
"""

from __future__ import annotations

from pathlib import Path

from PIL import ExifTags, Image, ImageDraw

_SIZE = (1280, 960)
_SKY, _EARTH, _WALL, _ASH = (206, 214, 216), (168, 148, 118), (150, 120, 92), (62, 58, 55)
_HUTS = ((120, 560), (430, 520), (760, 580), (1020, 540))
_MAKE, _POSITION = "Ruvala Optics", (3.0, 17.0, 3.1)


def draw_photo(path: Path) -> Path:
    """Writes a JPEG of about 30 kB, with maker, time and position in its EXIF; returns the path."""
    picture = Image.new("RGB", _SIZE, _SKY)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 640, *_SIZE), fill=_EARTH)
    for left, top in _HUTS:
        pen.rectangle((left, top + 80, left + 150, top + 200), fill=_WALL, outline=_ASH, width=6)
        pen.polygon([(left - 20, top + 84), (left + 40, top + 30), (left + 70, top + 76)], fill=_ASH)
        pen.rectangle((left + 60, top + 130, left + 92, top + 200), fill=_ASH)
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = _MAKE
    exif[ExifTags.Base.DateTime] = "2026:11:09 06:40:00"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: _POSITION, 3: "E", 4: (21.0, 26.0, 49.9)})
    picture.save(path, "JPEG", quality=88, exif=exif)
    return path
