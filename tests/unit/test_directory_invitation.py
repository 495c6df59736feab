"""Invitation and certificate: the two small values by which a tablet joins."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firsthand.errors import BadSignature, Malformed, TheirFault
from firsthand.protocol import cbor
from firsthand.protocol.certificate import check_certificate, make_certificate
from firsthand.protocol.invitation import (
    Invitation,
    invite_id,
    invite_key,
    mailbox_key,
    parse_invitation,
    parse_label,
    parse_relay_url,
    token_seed,
)
from firsthand.protocol.signing import SigningKey
from firsthand.protocol.suite import KemSecret

SEED = bytes(range(32))


def invitation(seed: bytes = SEED, *, label: str = "Team 1", pin: bytes = b"") -> Invitation:
    return Invitation(
        seed=seed,
        mission_id=bytes(16),
        root_sha256=bytes(32),
        relay_url="https://relay.example:8440",
        pin=pin,
        invite_id=invite_id(invite_key(seed).public),
        label=label,
        files={"root.json": b"{}", "mission.cbor": b"\xa0"},
    )


@given(
    seed=st.binary(min_size=32, max_size=32),
    pin=st.sampled_from([b"", bytes(32)]),
    label=st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), max_size=60),
)
def test_a_file_reads_back_as_it_was_written(seed: bytes, pin: bytes, label: str) -> None:
    whole = invitation(seed, pin=pin, label=label)
    assert parse_invitation(whole.encode()) == whole


@given(seed=st.binary(min_size=32, max_size=32), pin=st.sampled_from([b"", bytes(32)]))
def test_the_qr_text_carries_all_but_label_and_directory(seed: bytes, pin: bytes) -> None:
    whole = invitation(seed, pin=pin)
    text = whole.to_qr()
    assert parse_invitation(text.encode()) == replace(whole, label="", files={})
    assert parse_invitation(text.encode() + b"\r\n") == replace(whole, label="", files={})


def test_the_qr_text_is_in_the_alphanumeric_mode_and_still_scans_from_a_screen() -> None:
    import segno

    code = segno.make_qr(invitation(pin=bytes(32)).to_qr(), error="m")
    assert code.mode == "alphanumeric"
    assert int(code.version) <= 13  # 69 modules a side


def test_every_cut_and_every_changed_byte_of_a_file_is_refused_or_harmless() -> None:
    """The file is a bearer secret, not signed: a change must never pair a seed with another id."""
    data = invitation().encode()
    for place in range(len(data)):
        with pytest.raises(Malformed):
            parse_invitation(data[:place])
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            found = parse_invitation(changed)
        except TheirFault:
            continue
        assert (found.seed, found.invite_id) == (SEED, invitation().invite_id)


@given(st.binary(max_size=300))
def test_noise_is_malformed(noise: bytes) -> None:
    for data in (noise, b"FIRSTHAND1:" + noise):
        with pytest.raises(Malformed):
            parse_invitation(data)


def test_a_seed_with_the_id_of_another_is_refused() -> None:
    with pytest.raises(Malformed, match="id"):
        parse_invitation(replace(invitation(), seed=bytes(32)).encode())


def test_the_three_secrets_of_a_seed_have_nothing_in_common() -> None:
    secrets = {invite_key(SEED).seed, token_seed(SEED), mailbox_key(SEED), SEED}
    assert len(secrets) == 4


@pytest.mark.parametrize(
    "url",
    [
        "ftp://relay.example",
        "relay.example:8440",
        "http://",
        "http://user@relay.example",
        "http://user:word@relay.example",
        "http://relay.example/?a=1",
        "http://relay.example/#top",
        "http://relay.example:0",
        "http://relay.example:99999",
        "http://relay.example:port",
        "http://relay .example",
        "http://rélay.example",
        "http://relay.example\n",
        "http://[::1",
        "http://" + "a" * 200,
        "",
        17,
    ],
)
def test_an_address_that_could_mislead_is_refused(url: object) -> None:
    with pytest.raises(Malformed):
        parse_relay_url(url)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://127.0.0.1:8440", "http://127.0.0.1:8440"),
        ("https://relay.example/firsthand/", "https://relay.example/firsthand"),
        ("http://[::1]:8440", "http://[::1]:8440"),
    ],
)
def test_a_plain_address_is_kept_without_its_last_slash(url: str, kept: str) -> None:
    assert parse_relay_url(url) == kept


@pytest.mark.parametrize("label", [" Team", "Team ", "a\nb", "a\u202eb", "a\u2066b", "x" * 61, 3, "\x7f"])
def test_a_label_that_would_not_read_as_it_is_written_is_refused(label: object) -> None:
    with pytest.raises(Malformed):
        parse_label(label)


# -- certificate -------------------------------------------------------------------------------------------
INVITE, AUTHOR = SigningKey.from_seed(bytes(32)), SigningKey.from_seed(b"\1" * 32)
KEM = KemSecret.from_seed(b"\2" * 32).public()


def test_a_certificate_proves_its_three_keys() -> None:
    found = check_certificate(cbor.decode(cbor.encode(make_certificate(INVITE, AUTHOR, KEM))))
    assert (found.invite_public, found.sign_public, found.kem_public) == (INVITE.public, AUTHOR.public, KEM)


def test_six_words_follow_from_the_keys_and_from_nothing_else() -> None:
    first = check_certificate(make_certificate(INVITE, AUTHOR, KEM)).words
    again = check_certificate(make_certificate(INVITE, AUTHOR, KEM)).words
    other = check_certificate(make_certificate(INVITE, SigningKey.from_seed(b"\3" * 32), KEM)).words
    assert first == again != other
    assert [len(word) for word in first.split("-")] == [5] * 6


@pytest.mark.parametrize("field", ["invite", "sign", "kem", "by_invite", "by_author"])
def test_every_changed_bit_of_a_certificate_is_refused(field: str) -> None:
    value = make_certificate(INVITE, AUTHOR, KEM)
    assert isinstance(value, dict)
    data = value[field]
    for place in range(0, len(data), max(1, len(data) // 64)):
        changed = data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]
        with pytest.raises(BadSignature):
            check_certificate({**value, field: changed})


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"more": 1},
        {"kem": b"short"},
        {"kem": None},
        {"invite": b""},
        {"by_author": bytes(63)},
    ],
)
def test_another_form_of_a_certificate_is_malformed(change: dict[str, object]) -> None:
    value = make_certificate(INVITE, AUTHOR, KEM)
    assert isinstance(value, dict)
    with pytest.raises(Malformed):
        check_certificate({**value, **change})  # type: ignore[dict-item]


def test_the_two_signatures_cannot_change_places() -> None:
    value = make_certificate(INVITE, AUTHOR, KEM)
    assert isinstance(value, dict)
    with pytest.raises(BadSignature):
        check_certificate({**value, "by_invite": value["by_author"], "by_author": value["by_invite"]})


def test_an_invite_key_is_not_an_author_key() -> None:
    with pytest.raises(BadSignature):
        check_certificate(make_certificate(INVITE, INVITE, KEM))
