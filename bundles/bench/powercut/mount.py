"""Mounts the power-cut layer from a Python program."""

import json
import os
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


class Mount:
    """A mounted layer over a store folder. Leaving the block unmounts it and leaves its last status in `report`."""

    def __init__(self, store, *options):
        self.store, self.options = store, options

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="powercut-mnt-")
        self.process = subprocess.Popen(["/usr/bin/python3", os.path.join(HERE, "powercut.py"), self.path, self.store,
                                         *self.options], stdout=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 20
        while not os.path.exists(self.path + "/.power-cut"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("the layer did not mount")
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        subprocess.run(["fusermount", "-u", self.path], check=True, timeout=30)
        self.report = json.loads(self.process.communicate(timeout=60)[0])
        os.rmdir(self.path)

    def __truediv__(self, name):
        return os.path.join(self.path, name)

    def cut(self, more=0):
        """Cuts the power, now or after so many more acknowledgements."""
        with open(self / ".power-cut", "w") as control:
            control.write("cut %d" % more)

    def status(self):
        with open(self / ".power-cut") as control:
            return json.load(control)
