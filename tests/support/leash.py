"""Runs one command and ends it when whoever holds our standard input is gone, even if that one was killed.

    python leash.py <user or ''> <folder or ''> command...

The first line printed is the command's process id. The folder is removed when the command has ended. Its signal to
stop is SIGINT, which PostgreSQL takes as "disconnect
everybody and stop", then SIGKILL to the whole group.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import threading

PATIENCE_SECONDS = 8


def main(user, folder, *command):
    demoted = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True, **demoted)
    sys.stdout.write(f"{child.pid}\n")
    sys.stdout.flush()
    threading.Thread(target=end_with_owner, args=(child,), daemon=True).start()
    code = child.wait()
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    return code


def end_with_owner(child):
    sys.stdin.buffer.read()
    for number, patience in ((signal.SIGINT, PATIENCE_SECONDS), (signal.SIGKILL, 1)):
        try:
            os.killpg(child.pid, number)
            child.wait(patience)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        # Ctrl-C reaches the whole terminal; the end of stdin is what counts. Caught, not ignored: the command would
        # inherit that.
        signal.signal(number, lambda *_: None)
    sys.exit(main(*sys.argv[1:]))
