"""One tree of errors with stable codes.

An error carries a code and typed fields, never content, names or paths. The sentences that people read
(what happened, is my report safe, what to do now) live in `assets/text/*/errors.po` under the code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

EXIT_OK, EXIT_USAGE, EXIT_INVALID, EXIT_PASSPHRASE, EXIT_DAMAGED = 0, 2, 3, 4, 5
EXIT_NETWORK, EXIT_DISK, EXIT_REFUSED = 6, 7, 8


class FirsthandError(Exception):
    """Root of the tree. `code` names the sentences, `exit_code` what a command returns."""

    code: ClassVar[str] = "unexpected"
    exit_code: ClassVar[int] = 1

    def __init__(self, detail: str = "", **fields: object) -> None:
        """`detail` is for the log of a developer: a fixed phrase, never anything that was read."""
        super().__init__(detail or self.code)
        self.detail = detail
        self.fields = fields


# -- our fault ---------------------------------------------------------------------------------------------
class OurFault(FirsthandError):
    """A promise of this program was broken by this program."""


class SelfCheckFailed(OurFault):
    """A sealed report did not open again with the keys that had just sealed it: the draft stays."""

    code = "self-check"
    exit_code = EXIT_DAMAGED


class BrokenTexts(OurFault):
    """A catalogue of texts that was installed with the program is missing or does not parse."""

    code = "broken-texts"
    exit_code = EXIT_DAMAGED


# -- their fault: what came in is not what it must be --------------------------------------------------------
class TheirFault(FirsthandError):
    """Input from outside that is refused."""

    exit_code = EXIT_INVALID


class Usage(TheirFault):
    """A command line that cannot be followed."""

    code = "usage"
    exit_code = EXIT_USAGE


class Malformed(TheirFault):
    """Bytes that are not in the one form that is allowed."""

    code = "malformed"


class BadSeal(TheirFault):
    """Ciphertext, context or key do not belong together."""

    code = "bad-seal"
    exit_code = EXIT_DAMAGED


class BadSignature(TheirFault):
    """A signature does not verify."""

    code = "bad-signature"


class BadProof(TheirFault):
    """A Merkle proof, checkpoint or receipt does not prove what it claims."""

    code = "bad-proof"


class WrongReceipt(BadProof):
    """The relay answered with a receipt that does not prove that it holds the report."""

    code = "wrong-receipt"
    exit_code = EXIT_NETWORK


class Rollback(BadProof):
    """Something that may only grow has become shorter or different."""

    code = "rollback"


class Fork(TheirFault):
    """Two different items claim the same place in one chain."""

    code = "fork"


class NotForUs(TheirFault):
    """No key that we hold opens this."""

    code = "not-for-us"


class NotGranted(NotForUs):
    """Our slot opened and grants nothing."""

    code = "not-granted"


class Unopenable(TheirFault):
    """Something addressed to us does not open: an alarm, never 'not for me'."""

    code = "unopenable"
    exit_code = EXIT_DAMAGED


class WrongMission(TheirFault):
    """A file, key or log of another mission."""

    code = "wrong-mission"


class InvitationUsed(TheirFault):
    """The invitation has already made a tablet."""

    code = "invitation-used"
    exit_code = EXIT_REFUSED


class InvitationExpired(TheirFault):
    """The invitation is older than its 14 days."""

    code = "invitation-expired"
    exit_code = EXIT_REFUSED


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong or doubtful in a report.

    Attributes:
        code: names the sentences in assets/text/*/problems.po.
        where: path of the field, for example `acts[0].counts[1].best`; names of fields only, never values.
        blocking: whether the report cannot be sealed as it is (else: the officer is asked).
        rule: number of the rule in DOMAIN 2.10, 0 for a rule of form.
    """

    code: str
    where: str
    blocking: bool = True
    rule: int = 0


class InvalidReport(TheirFault):
    """A report that does not validate; nothing of it was sealed."""

    code = "invalid-report"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("report does not validate")
        self.problems = problems


class Exists(TheirFault):
    """There is something already where something new should be made."""

    code = "exists"


class Refused(TheirFault):
    """A gate of the protocol or of a policy says no; `code` of the instance says which."""

    code = "refused"
    exit_code = EXIT_REFUSED


class ReferralRefused(TheirFault):
    """A referral directory that is not taken: nothing of it counts, and the last good one stays.

    `fields` hold file (its own fixed name), line (from 1) and reason (a code of the texts `referral.refused`).
    """

    code = "referral-refused"

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__("referral directory", file=file, line=line, reason=reason)
        self.file, self.line, self.reason = file, line, reason


class ProtocolRefused(TheirFault):
    """An interview protocol that is not taken: nothing of it counts, and the last good one stays.

    `fields` hold file (the name it was loaded under), line (from 1) and reason (a code of the texts
    `interview.refused`).
    """

    code = "protocol-refused"

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__("interview protocol", file=file, line=line, reason=reason)
        self.file, self.line, self.reason = file, line, reason


class AnswerRefused(TheirFault):
    """An answer, interrupt or way that does not exist where the interview stands; the interview is unchanged.

    `reason` is a fixed word: `elsewhere`, `unknown`, `value`, `ended`, `paused`, `not-paused`, `way`, `no-way-back`.
    """

    code = "answer-refused"
    exit_code = EXIT_REFUSED

    def __init__(self, reason: str) -> None:
        super().__init__("answer", reason=reason)
        self.reason = reason


class GateClosed(TheirFault):
    """The interview does not go on, or a gate is not lifted, for the reasons in `refusals`; it is unchanged.

    Attributes:
        refusals: of `firsthand.domain.interview`, each with its text and the ways that remain.
    """

    code = "gate-closed"
    exit_code = EXIT_REFUSED

    def __init__(self, refusals: tuple[object, ...]) -> None:
        super().__init__("gate")
        self.refusals = refusals


class LedgerBroken(TheirFault):
    """A record of consent that was changed, shortened or continued wrongly: nothing of it is believed."""

    code = "ledger-broken"
    exit_code = EXIT_DAMAGED


# -- the environment -----------------------------------------------------------------------------------------
class Environment(FirsthandError):
    """Disk, network, another process."""


class WrongPassphrase(Environment):
    """The passphrase does not open this."""

    code = "wrong-passphrase"
    exit_code = EXIT_PASSPHRASE


class WeakPassphrase(Environment):
    """A passphrase of fewer than six words."""

    code = "weak-passphrase"
    exit_code = EXIT_PASSPHRASE


class Damaged(Environment):
    """A file of ours is cut, flipped or missing."""

    code = "damaged"
    exit_code = EXIT_DAMAGED


class VaultNewer(Environment):
    """The vault was written by a newer version of this program; nothing of it was touched."""

    code = "vault-newer"
    exit_code = EXIT_DAMAGED


class Panicked(Environment):
    """A draft that a panic has closed: half of its key waits with the custodian."""

    code = "draft-panicked"
    exit_code = EXIT_REFUSED


class NotFound(Environment):
    """There is nothing of this kind here."""

    code = "not-found"
    exit_code = EXIT_INVALID


class Locked(Environment):
    """The vault is closed."""

    code = "locked"
    exit_code = EXIT_PASSPHRASE


class Busy(Environment):
    """Another process is doing the same."""

    code = "busy"
    exit_code = EXIT_REFUSED


class PortTaken(Environment):
    """Another program listens at the address."""

    code = "port-taken"
    exit_code = EXIT_NETWORK


class NoNetwork(Environment):
    """The other side cannot be reached, or does not answer in time."""

    code = "no-network"
    exit_code = EXIT_NETWORK


class RelayRefused(Environment):
    """The relay answered and did not take it."""

    code = "relay-refused"
    exit_code = EXIT_NETWORK


class DiskFull(Environment):
    """No room left."""

    code = "disk-full"
    exit_code = EXIT_DISK


class NoDisplay(Environment):
    """There is no screen to open a window on."""

    code = "no-display"
    exit_code = EXIT_USAGE
