"""A screen of its own for each process that runs tests, so that no window takes the focus from another process's."""

import os
import subprocess


def open_screen() -> "subprocess.Popen[bytes]":
    """Start Xvfb on a free number and let this process draw there; terminate it at the end."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as number:
        os.environ["DISPLAY"] = f":{number.readline().strip()}"
    os.environ.pop("XAUTHORITY", None)  # that of the screen around us
    return server
