"""What may name or reach a person is found in Latin and Arabic; ordinary prose of the field passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.domain.casetext import BLOCKING, findings, private_pattern


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("write to trader.karou@example.org", "email"),
        ("trader (at) example.org", "email"),
        ("call 0812345678", "phone"),
        ("tel.0812345678", "phone"),
        ("It ended there. Call 0812345678.", "phone"),
        ("اتصل ٠٩١٢٣٤٥٦٧٨.", "phone"),
        ("+243 81 234 56 78 after dark", "phone"),
        ("00 243 812-345-678", "phone"),
        ("اتصل ٠٩١٢٣٤٥٦٧٨", "phone"),
        ("شماره ۰۹۱۲۳۴۵۶۷۸", "phone"),
        ("card AB1234567", "identity-number"),
        ("carte 12/34567/89", "identity-number"),
        ("Mr Adam came back", "honorific"),
        ("mme kabila", "honorific"),
        ("vu par Mme Nzinga", "honorific"),
        ("le Général Mbeki", "honorific"),
        ("Col. Ilunga ordered it", "honorific"),
        ("Pasteur Élie", "honorific"),
        ("رأى السيد محمود", "honorific"),
        ("العقيد حسن أمر بذلك", "honorific"),
        ("مع د. سمير", "honorific"),
    ],
)
def test_a_private_pattern_is_found(text: str, code: str) -> None:
    assert private_pattern(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "23 homes burned before dawn, 200 fled; new barrier on the ford road",
        "seen on 2026-11-03 and 2026-11-05, again 03.11.2026",
        "2026-11-03/2026-11-05",
        "about 1 500 000 people",
        "km 12.5 on road N4, 3 to 5 trucks",
        "between 06:40 and 07:15",
        "Government of DR Congo (Zaire)",
        "Forces of General Morgan",
        "the General Hospital and the General Assembly",
        "a colonel and two captains",
        "event KA-2013-1-151-13 on the river",
        "plates 4521 AB",
        "see register-20131015",
        "القائد المحلي في المعسكر",
        "الشيخ قال إن الطريق مغلق",
        "قُتل ٣ مدنيين يوم السوق",
        "green head-bands, two red motorcycles",
        "",
    ],
)
def test_ordinary_prose_passes(text: str) -> None:
    assert private_pattern(text) is None


# -- where it stands -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to trader.karou@example.org now", [("email", "trader.karou@example.org")]),
        ("from 2026-11-03 on call +243 81 234 56 78", [("phone", "+243 81 234 56 78")]),
        ("اتصل ٠٩١٢ ٣٤٥ ٦٧٨ ليلاً", [("phone", "٠٩١٢ ٣٤٥ ٦٧٨")]),
        ("شماره ۰۹۱۲۳۴۵۶۷۸", [("phone", "۰۹۱۲۳۴۵۶۷۸")]),
        ("card AB1234567, seen", [("document", "AB1234567")]),
        ("then Mr Adam came", [("honorific", "Mr Adam")]),
        ("رأى السيد محمود", [("honorific", "السيد محمود")]),
        ("then Adam Mbeki came", [("name", "Adam Mbeki")]),
        ("a man called Adam", [("name", "Adam")]),
        ("un homme nommé Élie", [("name", "Élie")]),
        ("mtu anaitwa Baraka", [("name", "Baraka")]),
        ("رجل اسمه سمير هنا", [("name", "سمير")]),
        ("Mr Adam Mbeki, 0812345678", [("honorific", "Mr Adam"), ("phone", "0812345678")]),
        ("the market burned", []),
    ],
)
def test_each_finding_says_where_in_the_text_as_it_was_typed(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(found.kind, text[found.start : found.end]) for found in findings(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Kessa Ford is cut since Monday",
        "the road to Karou Hills and Lemba North",
        "the United Nations and the Red Cross left",
        "Families Fled",
        "en Novembre Rouge",
    ],
)
def test_places_institutions_and_first_words_are_no_likely_names(text: str) -> None:
    places = frozenset({"Karou Hills", "Lemba North", "Kessa ford", "Rouge"})
    assert findings(text, places) == ()


@given(st.text() | st.text(alphabet="0123456789 +-./()@aMrAdam٠١٢۳۴السيد\n"))
def test_findings_lie_in_the_text_in_order_and_apart(text: str) -> None:
    found = findings(text)
    edges = [edge for one in found for edge in (one.start, one.end)]
    assert edges == sorted(edges)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.blocking == (one.kind in BLOCKING) for one in found)
    assert any(one.blocking for one in found) == (private_pattern(text) is not None)
