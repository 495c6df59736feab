"""An Android tablet: plyer where it works, Java through pyjnius where it does not.

Not run on a device yet (README says so). Pictures and sound come as bytes: the system's camera app would leave its
picture in a folder that others read. `android.hardware.Camera` is old and enough for a still; the newer interface
wants Java classes of one's own.
"""

from __future__ import annotations

import importlib
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from fieldapp.device import through_plyer
from fieldapp.device.port import Battery, Position, Sound
from fieldapp.device.sound import RATE_HZ, SoundStream

CAMERA, MICROPHONE = "android.permission.CAMERA", "android.permission.RECORD_AUDIO"
FINE_LOCATION = "android.permission.ACCESS_FINE_LOCATION"
_PICK_CODE, _RESULT_OK = 0x4648, -1
_MONO_IN, _PCM_16, _MIC = 16, 2, 1
_OPEN_GL_NAME = 10  # any texture name: the preview is never drawn


class AndroidDevice:
    """`Device` for Android, from API 26.

    Raises:
        ImportError: this is not Android.
    """

    def __init__(self) -> None:
        self._java = importlib.import_module("jnius")
        self._receiver = through_plyer.Receiver()
        self._sound: SoundStream | None = None

    # -- what it tells -----------------------------------------------------------------------------------------
    def free_bytes(self, folder: Path) -> int | None:
        """See `Device`."""
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            return None

    def battery(self) -> Battery | None:
        """See `Device`."""
        return through_plyer.battery()

    def position(self) -> Position | None:
        """See `Device`."""
        return self._receiver.position() if self._allowed(FINE_LOCATION) else None

    def rest(self) -> None:
        """See `Device`."""
        self._receiver.rest()
        if self._sound is not None:
            self._sound.stop()
            self._sound = None

    def vibrate(self, seconds: float) -> None:
        """See `Device`."""
        through_plyer.ask("vibrator", lambda facade: facade.vibrate(seconds))

    # -- capture -----------------------------------------------------------------------------------------------
    def has_camera(self) -> bool:
        """See `Device`."""
        return int(self._class("android.hardware.Camera").getNumberOfCameras()) > 0

    def take_photo(self, done: Callable[[bytes | None], None]) -> bool:
        """See `Device`."""
        if not self._allowed(CAMERA):
            return False
        camera = self._class("android.hardware.Camera").open()
        camera.setPreviewTexture(self._class("android.graphics.SurfaceTexture")(_OPEN_GL_NAME))
        camera.startPreview()

        def taken(jpeg: bytes | None) -> None:
            camera.release()
            done(jpeg)

        self._picture = _picture_callback(self._java, taken)
        camera.takePicture(None, None, self._picture)
        return True

    def has_microphone(self) -> bool:
        """See `Device`."""
        manager = self._activity().getPackageManager()
        return bool(manager.hasSystemFeature("android.hardware.microphone"))

    def record_sound(self) -> Sound | None:
        """See `Device`."""
        if self._sound is not None or not self._allowed(MICROPHONE):
            return None
        recorder_class = self._class("android.media.AudioRecord")
        room = int(recorder_class.getMinBufferSize(RATE_HZ, _MONO_IN, _PCM_16)) * 4
        recorder = recorder_class(_MIC, RATE_HZ, _MONO_IN, _PCM_16, room)
        ended = threading.Event()
        self._sound = stream = SoundStream(ended.set)
        recorder.startRecording()
        threading.Thread(
            target=_pump, args=(recorder, room, stream, ended), name="firsthand-sound", daemon=True
        ).start()
        return stream

    # -- the system --------------------------------------------------------------------------------------------
    def pick_file(self, done: Callable[[BinaryIO | None], None]) -> bool:
        """See `Device`."""
        intent_class = self._class("android.content.Intent")
        intent = intent_class(intent_class.ACTION_OPEN_DOCUMENT)
        intent.addCategory(intent_class.CATEGORY_OPENABLE)
        intent.setType("*/*")
        results = importlib.import_module("android.activity")

        def answered(code: int, result: int, chosen: Any) -> None:
            if code == _PICK_CODE:
                results.unbind(on_activity_result=answered)
                done(self._opened(chosen) if result == _RESULT_OK and chosen is not None else None)

        results.bind(on_activity_result=answered)
        self._activity().startActivityForResult(intent, _PICK_CODE)
        return True

    def _opened(self, chosen: Any) -> BinaryIO:
        """The chosen document, read through the descriptor that the system lends us: no path, no copy."""
        lent = self._activity().getContentResolver().openFileDescriptor(chosen.getData(), "r")
        return open(lent.detachFd(), "rb")  # noqa: PTH123 - a descriptor, closed by whoever reads it

    def block_screenshots(self, blocked: bool) -> bool:
        """See `Device`."""
        flag = self._class("android.view.WindowManager$LayoutParams").FLAG_SECURE
        on_ui_thread = importlib.import_module("android.runnable").run_on_ui_thread

        def change() -> None:
            window = self._activity().getWindow()
            (window.addFlags if blocked else window.clearFlags)(flag)

        on_ui_thread(change)()
        return True

    def _activity(self) -> Any:
        return self._class("org.kivy.android.PythonActivity").mActivity

    def _class(self, name: str) -> Any:
        return self._java.autoclass(name)

    def _allowed(self, permission: str) -> bool:
        """Whether the officer has permitted it; asks the first time, and the answer counts at the next touch."""
        permissions = importlib.import_module("android.permissions")
        if permissions.check_permission(permission):
            return True
        permissions.request_permissions([permission])
        return False


def _picture_callback(java: Any, done: Callable[[bytes | None], None]) -> Any:
    """A Java object that hands the picture's bytes on; made here because its base exists on Android only."""

    class Taken(java.PythonJavaClass):  # type: ignore[misc]
        __javainterfaces__ = ("android/hardware/Camera$PictureCallback",)
        __javacontext__ = "app"

        @java.java_method("([BLandroid/hardware/Camera;)V")  # type: ignore[untyped-decorator]
        def onPictureTaken(self, data: Any, _camera: Any) -> None:  # noqa: N802 - Java's name
            done(bytes(bytearray(byte & 0xFF for byte in data)) if data is not None else None)

    return Taken()


def _pump(recorder: Any, room: int, stream: SoundStream, ended: threading.Event) -> None:
    """Carries buffers from the microphone to the stream until it is stopped."""
    while not ended.is_set():
        samples = bytearray(room)
        got = int(recorder.read(samples, 0, room))
        if got <= 0:
            break
        stream.put(bytes(samples[:got]))
    recorder.stop()
    recorder.release()
    stream.end()
