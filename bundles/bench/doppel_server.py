"""Drives a Doppel server as a person would, through bin/doppel, and measures it."""

import glob
import json
import os
import subprocess
import sys
import tarfile
import time

from free_port import free_port
from measure import Measured, run

HERE = os.path.dirname(os.path.abspath(__file__))
HOST, VAULT = "images", "store"
TICK = os.sysconf("SC_CLK_TCK")


class Doppel:
    """A freshly unpacked server with one vault in a local folder and default settings."""

    name = "doppel"

    def __init__(self, folder, assembly=None):
        self.folder = folder
        self.store = os.path.join(folder, "vault")
        self.assembly = assembly
        self.extra = {}
        self.pid = None
        self.environment = {}

    def start(self):
        distribution = os.path.join(self.folder, "server")
        with tarfile.open(self.assembly or newest_assembly()) as archive:
            archive.extractall(distribution)
        self.program = glob.glob(os.path.join(distribution, "*", "bin", "doppel"))[0]
        state = os.path.join(self.folder, "state")
        self.environment = {"DOPPEL_HOME": state, "DOPPEL_SSH_PORT": str(free_port())}
        self.begin = time.monotonic()
        run([self.program, "start"], self.environment)
        self.extra["start"] = time.monotonic() - self.begin
        with open(os.path.join(state, "server.pid")) as file:
            self.pid = int(file.read())
        self.extra["idle"] = self._status("VmRSS")

    def stop(self):
        if self.pid is not None:
            run([self.program, "stop"], self.environment)

    def backup(self, step, image):
        if not os.path.exists(self.store):
            self.command("doppel:host-add", "folder", "--name", HOST, "--set",
                         "path=" + os.path.dirname(os.path.dirname(image)))
            self.command("doppel:vault-add", "local", "--name", VAULT, "--set", "path=" + self.store, "--no-passphrase")
        machine = os.path.basename(os.path.dirname(image))
        # the others check nothing either, and the check after it would go on beside the next step
        unchecked = ("--set", "validate=false")
        measured = self._measure("doppel:backup", "--full", *unchecked, "--vault", VAULT, HOST + "/" + machine)
        if "coldFull" not in self.extra:
            self.extra["coldFull"] = time.monotonic() - self.begin
        return measured

    def restore(self, step, image, target):
        os.makedirs(target)
        self.command("doppel:host-add", "folder", "--name", "restored", "--set", "path=" + target)
        versions = json.loads(self.command("doppel:version-list", "--json", "--vault", VAULT))
        machine = os.path.basename(os.path.dirname(image))
        newest = max((v for v in versions if v["machineName"] == machine), key=lambda v: v["takenAt"])
        measured = self._measure("doppel:restore", "--yes", "--host", "restored", "--name", "copy", newest["id"])
        self.command("doppel:host-remove", "--yes", "restored")
        return measured, glob.glob(os.path.join(target, "copy", "*.img"))[0]

    def verify(self):
        return self._measure("doppel:validate", "--vault", VAULT)

    def command(self, *words):
        done = subprocess.run([self.program, *words], env={**os.environ, **self.environment}, capture_output=True,
                              text=True, timeout=3600)
        if done.returncode != 0:
            sys.exit("failed (%d): %s\n%s%s" % (done.returncode, " ".join(words), done.stdout, done.stderr))
        return done.stdout

    def launch(self, *words):
        """Starts a command and does not wait for it; end does."""
        return subprocess.Popen([self.program, *words], env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    @staticmethod
    def end(process):
        output = process.communicate()[0]
        if process.returncode != 0:
            sys.exit("failed (%d): %s\n%s" % (process.returncode, " ".join(process.args), output))

    def _measure(self, *words):
        with open("/proc/%d/clear_refs" % self.pid, "w") as file:
            file.write("5")  # forget the highest memory use so far
        before = self._cpu()
        client = run([self.program, *words], self.environment)
        return Measured(client.wall, client.cpu + self._cpu() - before, client.peak + self._status("VmHWM"))

    def _cpu(self):
        with open("/proc/%d/stat" % self.pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return sum(int(fields[i]) for i in (11, 12, 13, 14)) / TICK

    def _status(self, key):
        with open("/proc/%d/status" % self.pid) as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith(key + ":"))


def newest_assembly():
    found = glob.glob(os.path.join(HERE, "..", "..", "karaf-assembly", "target", "*.tar.gz"))
    if not found:
        sys.exit("no assembly: build it first (mvn package), or name it with --assembly")
    return max(found, key=os.path.getmtime)


def floor(images, result, sizes):
    """Seconds that reading into hash, cut, compressor and cipher alone take on all cores, for each backup step.

    Hash and cut see all data; compressor and cipher only what the step stored. The rates are those of one warm core on
    chunks from the first image, by the code that the vault uses.
    """
    jar = glob.glob(os.path.join(HERE, "target", "doppel-bench-*.jar"))
    if not jar:
        sys.exit("no benchmarks: build bundles/bench first (mvn package)")
    done = subprocess.run(["java", "-cp", jar[0], "io.doppel.bench.Floor", os.path.join(images, "vm1-v1.img")],
                          capture_output=True, text=True, check=True)
    rates = json.loads(done.stdout)
    found, stored = {"rates": rates}, 0
    for key, size in sizes.items():
        new = (result[key]["stored"] - stored) / 2 ** 20
        stored = result[key]["stored"]
        read = size / 2 ** 20 * (1 / rates["cut"] + 1 / rates["identify"])
        found[key] = (read + new * rates["ratio"] / rates["compress"] + new / rates["encrypt"]) / os.cpu_count()
    return found
