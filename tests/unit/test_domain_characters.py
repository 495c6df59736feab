"""Every character that hides or turns a text is refused, and those that people need to write are not."""

from __future__ import annotations

import pytest

from firsthand.domain.characters import fault_in, western_digits

EMBEDDING = [chr(point) for point in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
CONTROL = [chr(point) for point in (*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)]
HIDDEN = [chr(point) for point in (0x200B, 0x2060, 0x2064, 0xFEFF, 0xFFF9, 0xFFFE, 0xFDD0, 0xE0041, 0xE0100)]
MARKS = [chr(point) for point in (0x00AD, 0x061C, 0x200C, 0x200D, 0x200E, 0x200F)]


@pytest.mark.parametrize("prose", [False, True])
def test_marks_that_turn_or_hide_are_refused_everywhere(prose: bool) -> None:
    assert {fault_in(f"a{char}b", prose=prose) for char in EMBEDDING} == {"bidi-control"}
    assert {fault_in(f"a{char}b", prose=prose) for char in CONTROL} == {"control-character"}
    assert {fault_in(f"a{char}b", prose=prose) for char in HIDDEN} == {"hidden-character"}
    assert {fault_in(f"a{chr(point)}", prose=prose) for point in (0xD800, 0xDBFF, 0xDC00, 0xDFFF)} == {"surrogate"}


def test_a_line_feed_is_for_prose_alone() -> None:
    assert fault_in("a\nb") == "control-character"
    assert fault_in("a\nb", prose=True) is None


def test_joiners_and_plain_direction_marks_are_for_texts_and_not_for_names() -> None:
    assert {fault_in(f"a{char}b") for char in MARKS} == {None}
    assert {fault_in(f"a{char}b", name=True) for char in MARKS} == {"hidden-character"}


@pytest.mark.parametrize("name", [" Karou", "Karou ", "Lemba  North", "Lemba\u00a0North", "Lemba\u3000North"])
def test_a_name_has_single_plain_spaces_inside_only(name: str) -> None:
    assert fault_in(name) is None
    assert fault_in(name, name=True) == "spaces"


@pytest.mark.parametrize("text", ["Sabé", "ɛlɔngi", "حلوان", "Lemba North", "Toro-Kesi", "O’Dea", "𞤀𞤣𞤤𞤢𞤥", "ጎንደር"])
def test_names_of_many_scripts_pass(text: str) -> None:
    assert fault_in(text, name=True) is None


def test_digits_become_western_and_nothing_else_changes() -> None:
    assert western_digits("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ ٣٫٢") == "0123456789 0123456789 3.2"
    assert western_digits("१२ ² ⅷ abc") == "१२ ² ⅷ abc"
