"""The shipped lists: complete, in four languages, marked by source, and equal to the program's codes."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections import Counter
from pathlib import Path

import pytest

from firsthand import assets
from firsthand.domain import codes
from firsthand.domain.casetext import PROBLEMS
from firsthand.domain.catalogue import LANGUAGES, REQUIRED, Term, parse_catalogue, parse_terms
from firsthand.domain.consent import SCOPES, VALUES
from firsthand.errors import Malformed

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = ROOT / "assets" / "catalogues"
FILES = sorted(path.name for path in CATALOGUES.glob("*.csv"))
ACTS_A_FAMILY = {"A1": 11, "A2": 10, "A3": 11, "A4": 14, "A5": 7, "A6": 16, "A7": 6, "A8": 5, "A9": 6}
ARABIC = re.compile("[\u0620-\u064a]")
MAPPING_FORMS = {
    "cah": r"H7[a-k][1-6]?",
    "wc_iac": r"W8[ab][0-9]{1,2}(-[1-7])?\??",
    "wc_niac": r"W8[ce][0-9]{1,2}(-[1-6])?\??",
    "gen": r"G6[a-e]",
    "mode": r"L25[a-f]",
    "mrm": r"M(1k|1m|2|3|4|5s|5h|5u|6|7)\??",
    "gbv": r"[a-z ]+\??",
    "mt4": r"[0-9]{2,12}(-[0-9]{2})?(\.\.)?\??",
    "iccs": r"[0-9]{4,6}",
    "acled": r"[A-Z][A-Za-z/ -]+",
}
# What the reference says, for a handful that between them use every column.
KNOWN = {
    "A101": {"cah": ("H7a",), "wc_iac": ("W8a1",), "wc_niac": ("W8c1-1",), "gen": ("G6a",), "mrm": ("M1k",)},
    "A104": {"cah": (), "wc_iac": ("W8b04?",), "wc_niac": (), "acled": ("Armed clash",)},
    "A305": {"cah": ("H7e", "H7h"), "wc_iac": ("W8a7-2",), "gen": ("G6c",)},
    "A402": {"cah": ("H7g1",), "wc_iac": ("W8b22-1",), "wc_niac": ("W8e06-1",), "gbv": ("rape",)},
    "A406": {"gbv": ("rape", "sexual assault"), "mrm": ("M3",), "iccs": ("0302",)},
    "A603": {"wc_iac": ("W8b17", "W8b18", "W8b19"), "cah": ()},
    "A607": {"mrm": ("M5h",), "acled": ("Attack", "Looting/property destruction")},
    "A613": {"mrm": ("M2",), "wc_iac": ("W8b26",), "wc_niac": ("W8e07",)},
    "A702": {"wc_niac": ("W8e12", "W8e19"), "gen": ("G6c",)},
    "A903": {"mode": ("L25e",), "cah": ()},
    "A906": {"cah": (), "mode": (), "mrm": ()},
}


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((CATALOGUES / name).read_text(encoding="utf-8")), strict=True))


def test_eighty_six_acts_fourteen_events_ten_families() -> None:
    catalogue = assets.catalogue()
    assert Counter(act.family for act in catalogue.acts.values()) == ACTS_A_FAMILY
    assert list(catalogue.events) == [f"E{number:02d}" for number in range(1, 15)]
    assert list(catalogue.families) == [*ACTS_A_FAMILY, "E"]
    assert {catalogue.family_of(code) for code in (*catalogue.acts, *catalogue.events)} == set(catalogue.families)


@pytest.mark.parametrize("name", FILES)
def test_codes_are_unique_and_every_row_is_marked(name: str) -> None:
    found = rows(name)
    assert len({row["code"] for row in found}) == len(found)
    for row in found:
        assert row["source_mark"] in {"S", "K", "D"}, row["code"]
        assert "checked_by" in row


@pytest.mark.parametrize("name", FILES)
def test_words_stand_in_their_languages_and_their_own_script(name: str) -> None:
    for row in rows(name):
        for column, value in row.items():
            if column.rpartition("_")[2] in REQUIRED:
                assert value.strip() == value != "", (row["code"], column)
            if column.rpartition("_")[2] == "ar":
                assert ARABIC.search(value), (row["code"], column)
            elif column.rpartition("_")[2] in {"en", "fr", "sw"}:
                assert not ARABIC.search(value), (row["code"], column)


def test_every_entry_has_words_of_its_own_in_every_language() -> None:
    catalogue = assets.catalogue()
    lists = [parse_terms(assets.read_text(f"catalogues/{name}")) for name in FILES if name != "acts.csv"]
    entries = [*catalogue.acts.values(), *(term for terms in lists for term in terms.values())]
    assert len(entries) > 500
    for entry in entries:
        for words in (entry.label, entry.short, *([entry.hint] if isinstance(entry, Term) and entry.hint else [])):
            assert words.written == set(LANGUAGES), entry.code


@pytest.mark.parametrize("name", ["acts.csv", "event_types.csv", "families.csv", "consent_scopes.csv"])
def test_short_words_fit_a_key(name: str) -> None:
    for row in rows(name):
        assert all(len(row.get(f"short_{language}", "")) <= 40 for language in LANGUAGES), row["code"]


def test_lists_are_those_of_the_program() -> None:
    for name, expected in codes.LISTS.items():
        assert tuple(parse_terms(assets.read_text(f"catalogues/{name}.csv"))) == expected, name
    assert tuple(parse_terms(assets.read_text("catalogues/consent_scopes.csv"))) == SCOPES
    assert set(parse_terms(assets.read_text("catalogues/consent_values.csv"))) == set(VALUES)
    assert set(FILES) == {f"{name}.csv" for name in codes.LISTS} | {
        "acts.csv", "event_types.csv", "families.csv", "consent_scopes.csv", "consent_values.csv",
    }  # fmt: skip


def test_grades_carry_their_guidance() -> None:
    for name in ("reliabilities", "credibilities", "certainties"):
        for term in parse_terms(assets.read_text(f"catalogues/{name}.csv")).values():
            assert set(term.hint) == set(LANGUAGES), (name, term.code)


@pytest.mark.parametrize("column", MAPPING_FORMS)
def test_mappings_have_the_form_of_their_list(column: str) -> None:
    form = re.compile(MAPPING_FORMS[column])
    found = [code for act in assets.catalogue().acts.values() for code in act.mappings[column]]
    assert found
    assert [code for code in found if not form.fullmatch(code)] == []


@pytest.mark.parametrize("code", KNOWN)
def test_mappings_are_those_of_the_reference(code: str) -> None:
    act = assets.catalogue().acts[code]
    assert {column: act.mappings[column] for column in KNOWN[code]} == KNOWN[code]


def test_unchecked_law_never_looks_checked() -> None:
    for act in assets.catalogue().acts.values():
        assert bool(act.mapping_mark) == any(act.mappings.values()), act.code
        assert act.mapping_mark in {"", "S+K"}


def test_sexual_violence_is_mapped_to_the_children_mechanism_and_never_to_mission_staff() -> None:
    acts = assets.catalogue().acts
    assert all(acts[f"A4{number:02d}"].mappings["mrm"] for number in range(1, 13))
    assert acts["A413"].mappings["acled"] == ()
    assert "separate channel" in acts["A413"].note


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda text: text + text.splitlines()[1] + "\n", "a code twice"),
        (lambda text: text.replace(",D,", ",X,", 1), "an unknown mark"),
        (lambda text: text.replace("A101,A1,", "A101,A2,", 1), "another family"),
        (lambda text: text.replace("A101,A1,", "X101,A1,", 1), "another form of code"),
        (lambda text: text.replace(",torture,", ",,", 1), "an empty label"),
        (lambda text: text.replace("mt4", "mt5", 1), "a column missing"),
        (lambda text: text.splitlines()[0] + "\n", "no rows"),
        (lambda text: text.rstrip() + ",surplus\n", "a surplus cell"),
    ],
)
def test_a_broken_list_is_refused(change: object, where: str) -> None:
    acts, families, events = (
        assets.read_text(f"catalogues/{name}.csv") for name in ("acts", "families", "event_types")
    )
    broken = change(acts)  # type: ignore[operator]
    assert broken != acts, where
    with pytest.raises(Malformed):
        parse_catalogue(broken, families, events)


# -- sentences for problems ---------------------------------------------------------------------------------
def emitted_codes() -> set[str]:
    """Every problem code that the domain can emit, read from its source."""
    found: set[str] = set()
    for path in (ROOT / "firsthand" / "domain").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                position = {"Problem": 0, "add": 0, "_refused": 0, "read_pattern": 3, "read_codes": 4}.get(name)
                if position is not None and len(node.args) > position:
                    found |= {
                        part.value
                        for part in ast.walk(node.args[position])
                        if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    }
            if isinstance(node, ast.FunctionDef) and node.name == "fault_in":
                returned = [part.value for part in ast.walk(node) if isinstance(part, ast.Return)]
                found |= {value.value for value in returned if isinstance(value, ast.Constant) and value.value}
    return found | {"empty", "too-long"} | set(PROBLEMS.values())  # given on through a variable


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_its_two_sentences(language: str) -> None:
    texts = assets.texts("problems", language)
    assert set(texts) == {f"{code}.{part}" for code in emitted_codes() for part in ("what", "do")}
    for code in emitted_codes():
        pair = assets.advice(code, language)
        assert all(text.strip() == text != "" for text in pair), code
        assert all(text.endswith((".", "؟")) for text in pair), code
        assert not any("!" in text for text in pair), code


# -- the page that documents it -----------------------------------------------------------------------------
def test_the_page_shows_the_example_as_it_is_shipped() -> None:
    page = (ROOT / "docs" / "REPORT_FORMAT.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert shown == assets.read_text("examples/incident.json")


def test_the_page_names_every_field_and_code() -> None:
    page = (ROOT / "docs" / "REPORT_FORMAT.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([^`\s]+)`", page))
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "firsthand" / "domain").glob("read*.py")]
    takes = r"\.(?:take|text|text_or_none|choice|choice_or_none|choices|integer|integer_or_none|flag|flag_or_none"
    takes += r"|degrees_e7|items|each|sub|sub_or_none)\(\s*\"(\w+)\"|read_\w+\(\w+, \"(\w+)\""
    fields = {name for source in sources for pair in re.findall(takes, source) for name in pair if name}
    assert len(fields) > 110
    assert fields - named == set()
    numbers = {"credibilities", "date_precisions", "place_precisions"}
    listed = {code for name, values in codes.LISTS.items() if name not in numbers for code in values}
    assert listed - named == set()
    assert set(SCOPES) - named == set()
