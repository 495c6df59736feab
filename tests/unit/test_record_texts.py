"""Every sentence that the record builds from a code exists, in every language, and every code has its words."""

from __future__ import annotations

import pytest

from fieldapp.flows.form import sections
from fieldapp.flows.form.fields import every_field
from fieldapp.flows.form.names import BLOCKING
from fieldapp.flows.form.sections import ITEM_PAGES, KINDS, SECTIONS, SHORT
from fieldapp.widgets.words import Words
from firsthand import assets
from firsthand.domain.catalogue import parse_terms

LANGUAGES = assets.LANGUAGES
# pages whose question stands among the older sentences, or depends on what is chosen
OWN_QUESTION = {"what"}


def keys() -> set[str]:
    """All keys that are put together from codes."""
    pages = {page for listed in SECTIONS.values() for page in listed} | set(ITEM_PAGES.values()) | {"suspect"}
    pages |= {step for listed in SHORT.values() for step in listed}
    ui = set(assets.texts("ui", "en"))
    found = {f"record.q.{page}" for page in pages - OWN_QUESTION if f"{page}.question" not in ui}
    found |= {f"record.f.{field.key}" for _, field in every_field()}
    found |= {f"record.section.{section}" for section in SECTIONS}
    found |= {f"record.kind.{kind}" for kind in KINDS} | {f"kind.{kind}" for kind in KINDS}
    steps = {step for kind in KINDS for step in sections.required(kind)} | {"words"}
    found |= {f"record.step.{step}" for step in steps if f"step.{step}" not in ui}
    found |= {f"record.doubt.{kind}" for kind in (*BLOCKING, "name")}
    found |= {f"record.closed.{why}{end}" for why in ("c1", "c3", "protected") for end in ("", ".short")}
    found |= {f"record.media.{media}" for media in ("photo", "audio", "video", "document")}
    for which in ("sources", "victims", "perpetrators"):
        found |= {f"record.names.{which}", f"record.names.add.{which}"}
    for change in ("new_information", "correction"):
        found |= {f"record.change.{change}", f"record.change.{change}.second", f"record.follows_report.{change}"}
    found |= {f"record.way.{way}" for way in ("place", "list", "code", "map", "here", "or")}
    return found | {f"record.now.{answer}" for answer in ("yes", "no", "unknown")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_record_is_there(language: str) -> None:
    """In Swahili too: acts, flash and gates may not fall back, and the rest of the record does not either."""
    own = set(assets.texts("record", language)) | set(assets.texts("ui", language))
    assert keys() - own == set()
    assert set(assets.texts("record", "en")) == set(assets.texts("record", language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_that_a_field_offers_has_words_in_every_language(language: str) -> None:
    """From the catalogue of its list."""
    for _, field in every_field():
        if field.list:
            terms = parse_terms(assets.read_text(f"catalogues/{field.list}.csv"))
            assert all(terms[code].label.get(language) for code in field.codes), field.path


def test_words_of_the_record_do_not_shout_and_use_the_digits_of_the_language() -> None:
    """No exclamation mark; in Arabic no Western digit but in codes."""
    for language in LANGUAGES:
        words = Words(language)
        assert words.fault is None
        for key, text in assets.texts("record", language).items():
            for said in (text,) if isinstance(text, str) else text:
                assert "!" not in said, key
    for key, text in assets.texts("record", "ar").items():
        said = text if isinstance(text, str) else " ".join(text)
        plain = said.replace("INT-07", "").replace("F و6", "")
        assert not any(letter in "0123456789" for letter in plain), key
