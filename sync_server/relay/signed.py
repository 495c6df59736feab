"""Requests that only desks may make: HTTP message signatures (RFC 9421), Ed25519, fresh by a nonce of ours.

One form only, which stock signers produce: one signature whose `Signature-Input` is

    <label>=("@method" "@path" "@query" "content-digest");keyid="<public key, hex>";nonce="<ours>"[;more]

`"@request-target"` may stand for `"@path" "@query"`; `"@query"` may be missing when there is no query;
`content-digest` (SHA-256, RFC 9530) may be missing when there is no body. `created`, `expires`, `alg` and
`tag` may be there; times are not looked at, because clocks in the field lie: freshness is the nonce's.

Written here and not taken from a library, because the library loads ciphers and RSA into a process that must
not be able to open anything; the tests sign with the library.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from firsthand.errors import BadSignature
from firsthand.protocol.signing import verify
from sync_server.relay.refusals import Unsigned

NONCE_LIFE_S = 120
_MAX_FIELD_CHARS = 2048
_PARAMETER = r';[a-z]+=(?:"[ !#-\[\]-~]*"|[0-9]{1,15})'
_COVERED = r'(?P<covered>"[a-z@-]+"(?: "[a-z@-]+")*)'
_INPUT = re.compile(rf"(?P<label>[a-z*][a-z0-9_.*-]*)=(?P<params>\({_COVERED}\)(?:{_PARAMETER})+)")
_ONE_PARAMETER = re.compile(r';(?P<name>[a-z]+)=(?:"(?P<text>[ !#-\[\]-~]*)"|[0-9]{1,15})')
_SIGNATURE = re.compile(r"(?P<label>[a-z*][a-z0-9_.*-]*)=:(?P<base64>[A-Za-z0-9+/]+={0,2}):")
_KNOWN_PARAMETERS = frozenset({"keyid", "nonce", "alg", "created", "expires", "tag"})


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What of a request a signature can cover.

    Attributes:
        method: upper case.
        path: as it stood in the request line, without the query.
        query: without the question mark; empty when there is none.
        headers: lower-case names; a header that came twice is joined by a comma and a space.
        body: all of it.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class Nonces:
    """Nonces that cost nothing to issue: they carry their own proof, and only used ones are remembered."""

    def __init__(self, secret: bytes, now_s: Callable[[], float]) -> None:
        """`secret`: 32 random bytes of this process; `now_s`: a clock that only goes forward."""
        self._secret = secret
        self._now_s = now_s
        self._issued = 0
        self._used: dict[str, int] = {}  # nonce -> second of issue, in the order of use

    def issue(self) -> str:
        """A fresh nonce, good once within 120 s."""
        self._issued += 1
        body = int(self._now_s()).to_bytes(8, "big") + self._issued.to_bytes(8, "big")
        return (body + self._proof(body)).hex()

    def use(self, nonce: str) -> None:
        """Spend a nonce.

        Raises:
            Unsigned: not ours, too old, or spent.
        """
        if len(nonce) != 64 or not re.fullmatch(r"[0-9a-f]{64}", nonce):
            raise Unsigned("nonce")
        raw = bytes.fromhex(nonce)
        issued_s, now_s = int.from_bytes(raw[:8], "big"), int(self._now_s())
        if not hmac.compare_digest(raw[16:], self._proof(raw[:16])) or now_s - issued_s > NONCE_LIFE_S:
            raise Unsigned("nonce")
        if nonce in self._used:
            raise Unsigned("nonce")
        self._used = {item: at for item, at in self._used.items() if now_s - at <= NONCE_LIFE_S}
        self._used[nonce] = issued_s

    def _proof(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, body, "sha256")[:16]


def check(request: SignedRequest, desks: Mapping[bytes, str], nonces: Nonces) -> str:
    """Let a desk's request pass.

    Args:
        request: the request.
        desks: role by Ed25519 public key.
        nonces: where the nonce must come from; it is spent once the signature has verified.

    Returns:
        The role of the desk.

    Raises:
        Unsigned: no signature, one that does not verify, covers too little, or is not fresh.
    """
    match = _INPUT.fullmatch(_field(request, "signature-input"))
    signature = _SIGNATURE.fullmatch(_field(request, "signature"))
    if match is None or signature is None or match["label"] != signature["label"]:
        raise Unsigned("form")
    covered = re.findall(r'"([a-z@-]+)"', match["covered"])
    parameters = _parameters(match["params"].partition(")")[2])
    _check_coverage(request, covered)
    _check_digest(request)
    public = _public_key(parameters, desks)
    base = signature_base(request, covered, match["params"])
    try:
        verify(public, base, base64.b64decode(signature["base64"], validate=True))
    except (BadSignature, binascii.Error):
        raise Unsigned("signature") from None
    nonces.use(parameters["nonce"])
    return desks[public]


def signature_base(request: SignedRequest, covered: Sequence[str], params: str) -> bytes:
    """What is signed (RFC 9421 2.5); `params` is the member of `Signature-Input` as it stood there.

    Raises:
        Unsigned: a covered component is not in the request.
    """
    lines = [f'"{name}": {_component(request, name)}' for name in covered]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode()


def _field(request: SignedRequest, name: str) -> str:
    value = request.headers.get(name, "")
    if not value or len(value) > _MAX_FIELD_CHARS or not value.isascii():
        raise Unsigned("field missing")
    return value


def _parameters(text: str) -> dict[str, str]:
    found = [(match["name"], match["text"] or "") for match in _ONE_PARAMETER.finditer(text)]
    parameters = dict(found)
    if len(parameters) != len(found) or not _KNOWN_PARAMETERS.issuperset(parameters):
        raise Unsigned("parameters")
    if parameters.get("alg", "ed25519") != "ed25519" or not parameters.get("nonce"):
        raise Unsigned("parameters")
    return parameters


def _public_key(parameters: Mapping[str, str], desks: Mapping[bytes, str]) -> bytes:
    keyid = parameters.get("keyid", "")
    for public in desks:
        if public.hex() == keyid:
            return public
    raise Unsigned("key")


def _check_coverage(request: SignedRequest, covered: Sequence[str]) -> None:
    names = set(covered)
    target = "@request-target" in names or ("@path" in names and ("@query" in names or not request.query))
    body = "content-digest" in names or not request.body
    if len(names) != len(covered) or "@method" not in names or not target or not body:
        raise Unsigned("coverage")


def _check_digest(request: SignedRequest) -> None:
    claimed = request.headers.get("content-digest")
    expected = base64.b64encode(sha256(request.body).digest()).decode()
    if claimed is not None and claimed != f"sha-256=:{expected}:":
        raise Unsigned("content digest")


def _component(request: SignedRequest, name: str) -> str:
    """Value of a covered component (RFC 9421 2.1 and 2.2)."""
    match name:
        case "@method":
            return request.method
        case "@path":
            return request.path
        case "@authority":
            return request.headers.get("host", "").lower()
        case "@query":
            return f"?{request.query}"
        case "@request-target":
            return f"{request.path}?{request.query}" if request.query else request.path
    if name.startswith("@") or name not in request.headers:
        raise Unsigned("component")
    return request.headers[name].strip(" \t")
