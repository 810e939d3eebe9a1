"""Time, processor time and memory of a command and all it starts."""

import collections
import os
import subprocess
import sys
import time

Step = collections.namedtuple("Step", "key title image")
Measured = collections.namedtuple("Measured", "wall cpu peak")


def run(command, environment=None, folder=None):
    """Runs a command to its end: seconds, CPU seconds of its process tree, peak resident bytes. A failure ends us."""
    begin = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, cwd=folder,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("failed (%d): %s\n%s" % (process.returncode, " ".join(command), output.decode(errors="replace")))
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
