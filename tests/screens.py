"""A screen of its own for each process that runs tests, so that no window takes the focus from another process's."""

import os
import subprocess

# The screen outlives this process's last window: Qt lets go of it only when the interpreter ends, which closes stdin.
_SERVER = 'Xvfb -displayfd "$1" -screen 0 1600x1000x24 -nolisten tcp & cat; kill $!'


def open_screen() -> "subprocess.Popen[bytes]":
    """Start Xvfb on a free number and let this process draw there; it ends with the process. Keep what is returned."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["sh", "-c", _SERVER, "sh", str(writing)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(writing,),
    )
    os.close(writing)
    with os.fdopen(reading) as number:
        os.environ["DISPLAY"] = f":{number.readline().strip()}"
    os.environ.pop("XAUTHORITY", None)  # that of the screen around us
    return server
