"""Refusals that only the administrator meets. Their sentences stand in assets/text/errors.*.json."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from firsthand import errors


class AreasForm(errors.TheirFault):
    """The areas file is not a GeoJSON FeatureCollection that we accept."""

    code = "areas-form"


class AreasName(errors.TheirFault):
    """A feature has no usable property `adm1`; field `feature` is its number, from 1."""

    code = "areas-name"


class AreasGeometry(errors.TheirFault):
    """A feature's drawing has no area or leaves the globe; field `feature` is its number, from 1."""

    code = "areas-geometry"


class AreasSize(errors.TheirFault):
    """The areas file is too large to travel in an invitation."""

    code = "areas-size"


class MissionName(errors.TheirFault):
    """The name of the mission is empty, too long or not printable."""

    code = "mission-name"


class LabelTaken(errors.Exists):
    """Another tablet has this label."""

    code = "label-taken"


class LabelForm(errors.TheirFault):
    """The label is empty, too long or not printable."""

    code = "label-form"


class RelayAddress(errors.TheirFault):
    """The address of the relay cannot be used."""

    code = "relay-address"


class NotAMission(errors.NotFound):
    """The folder is not a mission."""

    code = "not-a-mission"


class NoSuchDevice(errors.NotFound):
    """No tablet of the mission has this id or label."""

    code = "no-such-device"


class DatesOrder(errors.Usage):
    """The first day asked for is after the last."""

    code = "dates-order"


class PassphraseFile(errors.Environment):
    """The passphrase file is missing, unreadable or empty."""

    code = "passphrase-file"
    exit_code = errors.EXIT_PASSPHRASE


class CannotRead(errors.Environment):
    """A file that the command names cannot be read."""

    code = "cannot-read"
    exit_code = errors.EXIT_INVALID


class CannotWrite(errors.Environment):
    """A place that the command names cannot be written."""

    code = "cannot-write"
    exit_code = errors.EXIT_DISK


@contextmanager
def writing() -> Iterator[None]:
    """Turns what the operating system says while writing into what a person can act on."""
    try:
        yield
    except FileExistsError:
        raise errors.Exists("target exists") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise errors.DiskFull("write") from None
        raise CannotWrite("write") from None
