"""What stories between real programs share."""

import subprocess
import time

PATIENCE = 90  # seconds for whatever has to come


class Failure(Exception):
    pass


def check(is_so, what):
    if not is_so:
        raise Failure(what)


def wait_for(what, get, seconds=PATIENCE):
    """The first value that is true; looks again and again."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = get()
        if value:
            return value
        time.sleep(0.1)
    raise Failure(f"{what} did not come within {seconds} s")


def run(command, **more):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120,
                          check=False, **more)


def seconds_of(contract):
    return int(contract["deliveredSeconds"]) // contract["devices"]
