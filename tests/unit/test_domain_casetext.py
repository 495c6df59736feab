"""What may name or reach a person is found in Latin and Arabic; ordinary prose of the field passes."""

from __future__ import annotations

import pytest

from firsthand.domain.casetext import private_pattern


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("write to trader.karou@example.org", "email"),
        ("trader (at) example.org", "email"),
        ("call 0812345678", "phone"),
        ("tel.0812345678", "phone"),
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
