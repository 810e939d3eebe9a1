"""A memory limit of the kernel for one process: a cgroup of version 1 or 2. Needs root."""

import os

V1 = "/sys/fs/cgroup/memory"
V2 = "/sys/fs/cgroup"


class Group:
    """A memory cgroup; counts heap, native memory, code and the page cache alike."""

    def __init__(self, limit):
        self.first = os.path.exists(os.path.join(V1, "memory.limit_in_bytes"))
        self.path = os.path.join(V1 if self.first else V2, "doppel-%d" % os.getpid())
        os.mkdir(self.path)
        self._write("memory.limit_in_bytes" if self.first else "memory.max", limit)

    def command(self, command):
        """The command, to be started inside the group."""
        return ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', self.path, *command]

    def kills(self):
        """How many processes the kernel killed because of the limit."""
        return int(self._fields("memory.oom_control" if self.first else "memory.events")["oom_kill"])

    def peak(self):
        """The most bytes that were used."""
        with open(os.path.join(self.path, "memory.max_usage_in_bytes" if self.first else "memory.peak")) as file:
            return int(file.read())

    def remove(self):
        os.rmdir(self.path)

    def _write(self, name, value):
        with open(os.path.join(self.path, name), "w") as file:
            file.write(str(value))

    def _fields(self, name):
        with open(os.path.join(self.path, name)) as file:
            return dict(line.split() for line in file)
