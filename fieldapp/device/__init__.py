"""The machine: camera, microphone, position, power, screen. One port, a back end for each platform."""

from __future__ import annotations

from fieldapp.device.desktop import DesktopDevice
from fieldapp.device.port import Device


def this_device() -> Device:
    """The back end that fits the machine: Android's where Java answers, else the desktop's."""
    try:
        from fieldapp.device.android import AndroidDevice

        return AndroidDevice()
    except ImportError:
        return DesktopDevice()
