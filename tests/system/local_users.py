"""Users of this machine for the time of a test."""

import os
import pwd
import subprocess


def missing_right():
    """Why no users can be made here; empty: they can."""
    if os.geteuid() != 0:
        return "only root makes users, and runs jobs of others"
    for program in ("useradd", "userdel", "runuser"):
        if not any(os.access(os.path.join(folder, program), os.X_OK)
                   for folder in ("/usr/sbin", "/usr/bin", "/sbin", "/bin")):
            return f"{program} is not there"
    return ""


class LocalUsers:
    """Made by name, and removed by the same names. A name that is there already is somebody's."""

    def __init__(self):
        self.names = []

    def make(self, name):
        try:
            pwd.getpwnam(name)
        except KeyError:
            pass
        else:
            raise RuntimeError(f"there is a user {name} already; it is left alone")
        subprocess.run(["useradd", "--system", "--user-group", "--no-create-home", "--home-dir",
                        "/nonexistent", "--shell", "/bin/sh", name], check=True,
                       capture_output=True, timeout=60)
        self.names.append(name)
        return name

    def remove(self):
        while self.names:
            # What one of them has left running does not keep it.
            subprocess.run(["userdel", "--force", self.names.pop()], check=False,
                           capture_output=True, timeout=60)
