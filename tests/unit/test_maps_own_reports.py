"""My reports on the map: the ordinary ones that are still readable, each where its facts say, with its error."""

from __future__ import annotations

from pathlib import Path

from fieldapp.flows.on_map import own_reports
from fieldapp.flows.seal import record
from fieldapp.maps.projection import distance_m
from tests.support import tablets


def test_ordinary_reports_are_marked_within_their_error_and_sensitive_ones_never(tmp_path: Path) -> None:
    with tablets.tablet(tmp_path) as tablet:
        report = tablets.example("incident")
        report["incident"]["place"] |= {"lat": 5.2, "lon": -15.0, "precision": 1}
        ordinary = record(tablet, tablets.as_json(report))
        record(tablet, tablets.as_json(tablets.example("sexual-violence")))
        (mark,) = own_reports(tablet, lambda row: (row.title, row.area))
        assert (mark.id, mark.age) == (ordinary, "new")
        assert mark.title
        assert 0 < distance_m((mark.lat, mark.lon), (5.2, -15.0)) <= mark.radius_m
