"""Signed requests of desks: what a stock signer makes passes, and nothing less."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

from firsthand.protocol.signing import SigningKey, verify
from sync_server.relay import signed
from sync_server.relay.refusals import Unsigned
from sync_server.relay.signed import Nonces, SignedRequest

DESK, STRANGER = SigningKey.from_seed(b"D" * 32), SigningKey.from_seed(b"S" * 32)
DESKS = {DESK.public: "risk_cell"}
BODY = b"\x81\x58\x20" + bytes(32)


@dataclass
class Now:
    """A monotonic clock that a test moves."""

    at_s: float = 1000.0

    def __call__(self) -> float:
        return self.at_s


@dataclass
class Message:
    """What the library signs: the oracle's view of a request."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def nonces(now: Now) -> Nonces:
    return Nonces(b"n" * 32, now)


def sign(
    nonce: str | None,
    *,
    method: str = "POST",
    target: str = "/v1/objects/fetch",
    body: bytes = BODY,
    key: SigningKey = DESK,
    covered: Sequence[str] = ("@method", "@path", "@query"),
    digest: bool = True,
) -> SignedRequest:
    """A request as `http-message-signatures` signs it."""
    message = Message(method, "http://relay.test" + target)
    private = Ed25519PrivateKey.from_private_bytes(key.seed)
    resolver = MappingKeyResolver(public_keys={}, private_keys={key.public.hex(): private})
    signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=resolver)
    signer.sign(
        message,
        key_id=key.public.hex(),
        nonce=nonce,
        covered_component_ids=covered,
        **({"body": body} if digest else {}),
    )
    path, _, query = target.partition("?")
    headers = {name.lower(): value for name, value in message.headers.items()}
    return SignedRequest(method=method, path=path, query=query, headers=headers, body=body)


def check(request: SignedRequest, nonces: Nonces) -> str:
    return signed.check(request, DESKS, nonces)


def test_a_stock_signature_passes_and_names_the_role(nonces: Nonces) -> None:
    assert check(sign(nonces.issue()), nonces) == "risk_cell"


def test_a_question_without_a_body_passes(nonces: Nonces) -> None:
    request = sign(nonces.issue(), method="GET", target="/v1/log?from=7&limit=2", body=b"", digest=False)
    assert check(request, nonces) == "risk_cell"


def test_the_request_target_may_stand_for_path_and_query(nonces: Nonces) -> None:
    covered = ("@method", "@request-target")
    target = "/v1/log?from=7"
    request = sign(nonces.issue(), method="GET", target=target, body=b"", covered=covered, digest=False)
    assert check(request, nonces) == "risk_cell"


def test_the_example_of_the_rfc_has_our_signature_base() -> None:
    """RFC 9421 B.2.6, signed with the key of B.1.4."""
    public = base64.urlsafe_b64decode("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs=")
    signature = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    covered = ("date", "@method", "@path", "@authority", "content-type", "content-length")
    params = f"({' '.join(f'{chr(34)}{name}{chr(34)}' for name in covered)})"
    params += ';created=1618884473;keyid="test-key-ed25519"'
    request = SignedRequest(
        method="POST",
        path="/foo",
        query="param=Value&Pet=dog",
        headers={
            "host": "example.com",
            "date": "Tue, 20 Apr 2021 02:07:55 GMT",
            "content-type": "application/json",
            "content-length": "18",
        },
        body=b"",
    )
    verify(public, signed.signature_base(request, covered, params), base64.b64decode(signature))


def test_a_nonce_is_good_once(nonces: Nonces) -> None:
    request = sign(nonces.issue())
    check(request, nonces)
    with pytest.raises(Unsigned):
        check(request, nonces)


def test_a_nonce_is_good_for_two_minutes_of_our_own_clock(nonces: Nonces, now: Now) -> None:
    fresh, old = sign(nonces.issue()), sign(nonces.issue())
    now.at_s += 120
    check(fresh, nonces)
    now.at_s += 1
    with pytest.raises(Unsigned):
        check(old, nonces)


def test_a_used_nonce_is_not_forgotten_before_it_has_expired(nonces: Nonces, now: Now) -> None:
    early = sign(nonces.issue())
    check(early, nonces)
    for _ in range(119):
        now.at_s += 1
        check(sign(nonces.issue()), nonces)
        with pytest.raises(Unsigned):
            check(early, nonces)


@pytest.mark.parametrize("nonce", [None, "", "0" * 64, "x" * 64, "00", "0" * 63 + "é"])
def test_a_nonce_that_is_not_ours_does_not_pass(nonce: str | None, nonces: Nonces) -> None:
    request = sign("placeholder")
    shown = f';nonce="{nonce}"' if nonce else ""
    text = request.headers["signature-input"].replace(';nonce="placeholder"', shown)
    with pytest.raises(Unsigned):
        check(replace(request, headers={**request.headers, "signature-input": text}), nonces)
    if nonce and nonce.isascii():
        with pytest.raises(Unsigned):
            check(sign(nonce), nonces)


def test_nonces_of_another_process_do_not_pass(nonces: Nonces, now: Now) -> None:
    with pytest.raises(Unsigned):
        check(sign(Nonces(b"m" * 32, now).issue()), nonces)


def test_a_stranger_does_not_pass_and_spends_no_nonce(nonces: Nonces) -> None:
    nonce = nonces.issue()
    with pytest.raises(Unsigned):
        check(sign(nonce, key=STRANGER), nonces)
    assert check(sign(nonce), nonces) == "risk_cell"


def test_a_strangers_signature_under_a_desks_name_does_not_pass(nonces: Nonces) -> None:
    request = sign(nonces.issue(), key=STRANGER)
    text = request.headers["signature-input"].replace(STRANGER.public.hex(), DESK.public.hex())
    with pytest.raises(Unsigned):
        check(replace(request, headers={**request.headers, "signature-input": text}), nonces)


Change = Callable[[SignedRequest], SignedRequest]


def without(request: SignedRequest, name: str) -> SignedRequest:
    return replace(request, headers={key: value for key, value in request.headers.items() if key != name})


def header(name: str, change: Callable[[str], str]) -> Change:
    return lambda request: replace(request, headers={**request.headers, name: change(request.headers[name])})


def swap(old: str, new: str) -> Change:
    """Another text in `Signature-Input`, with the signature left as it was."""
    return header("signature-input", lambda text: text.replace(old, new))


def append(more: str) -> Change:
    return header("signature-input", lambda text: text + more)


def new_body(request: SignedRequest) -> SignedRequest:
    digest = f"sha-256=:{base64.b64encode(sha256(b'other').digest()).decode()}:"
    return replace(request, body=b"other", headers={**request.headers, "content-digest": digest})


CHANGES: dict[str, Change] = {
    "method": lambda request: replace(request, method="PUT"),
    "path": lambda request: replace(request, path="/v1/tokens"),
    "query": lambda request: replace(request, query="x=1"),
    "body": lambda request: replace(request, body=request.body + b"\x00"),
    "no body": lambda request: replace(request, body=b""),
    "body and digest": new_body,
    "digest gone": lambda request: without(request, "content-digest"),
    "digest twice": header("content-digest", lambda text: f"{text}, {text}"),
    "signature gone": lambda request: without(request, "signature"),
    "two signatures": header("signature", lambda text: f"{text}, {text}"),
    "another label": header("signature", lambda text: "x" + text),
    "input gone": lambda request: without(request, "signature-input"),
    "another algorithm": swap("ed25519", "hmac-sha256"),
    "a component twice": swap('("@method"', '("@method" "@method"'),
    "an unknown component": swap('("@method"', '("@method" "@status"'),
    "a header that is not there": swap('("@method"', '("@method" "x-more"'),
    "a parameter on a component": swap('"@method"', '"@method";req'),
    "a parameter twice": append(';tag="a";tag="b"'),
    "an unknown parameter": append(';more="a"'),
    "too long": append(f';tag="{"a" * 3000}"'),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_request_does_not_pass(change: Change, nonces: Nonces) -> None:
    with pytest.raises(Unsigned):
        check(change(sign(nonces.issue())), nonces)


@pytest.mark.parametrize(
    ("covered", "digest"),
    [
        (("@path", "@query"), True),
        (("@method", "@query"), True),
        (("@method", "@path"), True),
        (("@method", "@path", "@query"), False),
        (("@method", "@authority"), True),
    ],
)
def test_a_signature_that_covers_too_little_does_not_pass(
    covered: tuple[str, ...], digest: bool, nonces: Nonces
) -> None:
    request = sign(nonces.issue(), target="/v1/objects/fetch?x=1", covered=covered, digest=digest)
    with pytest.raises(Unsigned):
        check(request, nonces)
