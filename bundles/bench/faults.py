"""Shared by power-cut, kill-storm and schedules: the options, the driving of rounds and the evidence; and for the first two a disk
image that changes, a backup process, and the check of what it left.

Their process is io.doppel.bench.FaultTarget: the vault, the mover and the local storage in a Java of their own, with the vault
and the server's own state in one folder. It prints "done ID" once a version counts as stored. What must hold after any fault:
every version reported done is there and restores to the bits of its time; a version that is there without having been reported
restores to the bits of the run that was interrupted; verification finds no damage; and the next run succeeds.
"""

import argparse
import glob
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MIB = 1 << 20
PAGE = 4096
LIMIT = 300


class Violation(Exception):
    """Something that must hold does not."""


class Image:
    """A raw disk image, partly holes, partly compressible, whose pages change from run to run."""

    def __init__(self, path, size, rng):
        self.path, self.size, self.rng = path, size, rng
        with open(path, "wb") as file:
            file.truncate(size)
        for _ in range(size // MIB * 3 // 4):
            self._write(rng.randrange(size // MIB) * MIB, MIB)

    def change(self):
        """Changes about a fiftieth of it in scattered places; returns the SHA-256 of the whole image."""
        for _ in range(max(1, self.size // (50 * 16 * PAGE))):
            self._write(self.rng.randrange(self.size // PAGE - 16) * PAGE, 16 * PAGE)
        return self.hash()

    def hash(self):
        with open(self.path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _write(self, offset, length):
        half = self.rng.randbytes(length // 2)
        with open(self.path, "r+b") as file:
            file.seek(offset)
            file.write(half + half[:PAGE] * (len(half) // PAGE))


class Java:
    """Starts a Java program over a folder."""

    def __init__(self, classpath, program, *flags):
        self.java = ["java", "-Xmx256m", *flags, "-cp", classpath, "io.doppel.bench." + program]

    def start(self, verb, folder, *arguments, log, **more):
        return subprocess.Popen([*self.java, verb, folder, *arguments], stdout=subprocess.PIPE, stderr=log, text=True, **more)


class Target(Java):
    """Runs the backup process over a folder."""

    def __init__(self, classpath):
        super().__init__(classpath, "FaultTarget")

    def create(self, folder, log):
        """Makes an empty vault in a new folder."""
        os.makedirs(folder)
        process = self.start("create", folder, log=log)
        output_of(process)
        if process.returncode != 0:
            raise Violation("the vault could not be made")

    def backup(self, folder, image, log):
        """Runs a backup to its end; returns (version id or None, exit status)."""
        process = self.start("backup", folder, image.path, log=log)
        return finish(process)

    def check(self, folder, log):
        """Verifies everything and reads every version's disk; returns {version id: SHA-256}."""
        process = self.start("check", folder, log=log)
        output = output_of(process)
        if process.returncode != 0:
            raise Violation("the check of the vault failed")
        return dict(line.split()[1:3] for line in output.splitlines() if line.startswith("version "))


def output_of(process):
    try:
        return process.communicate(timeout=LIMIT)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Violation("process %d hung" % process.pid) from None


def finish(process):
    output = output_of(process)
    done = [line.split()[1] for line in output.splitlines() if line.startswith("done ")]
    return (done[0] if done else None), process.returncode


class Ledger:
    """What was promised: versions reported done, and the bits that a version without a report may have."""

    def __init__(self):
        self.promised = {}
        self.possible = set()
        self.compared = 0

    def reported(self, version, sha):
        self.promised[version] = sha

    def attempted(self, sha):
        self.possible.add(sha)

    def compare(self, found):
        for version, sha in self.promised.items():
            if version not in found:
                raise Violation("version %s was reported done and is gone" % version)
            if found[version] != sha:
                raise Violation("version %s was reported done and restores to other bits" % version)
        for version in found.keys() - self.promised.keys():
            if found[version] not in self.possible:
                raise Violation("version %s was never reported and restores to bits that no run saw" % version)
        self.compared += len(found)


def options(description, faults):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("rounds", type=int, metavar="N", help="how many " + faults)
    parser.add_argument("--seed", type=int, help="repeats a run's random choices (default: random, and printed)")
    parser.add_argument("--work", metavar="DIR", help="where to make the temporary folder (default: the system's)")
    parser.add_argument("--classpath", help="where the Java classes are (default: the built benchmarks' jar)")
    return parser


def image_options(description, faults):
    parser = options(description, faults)
    parser.add_argument("--size", type=int, default=128, metavar="MIB", help="size of the disk image (default 128)")
    return parser


def without_option(parser):
    parser.add_argument("--without", action="append", default=[], metavar="KIND:GLOB",
                        help="pretend these syncs (file:GLOB or dir:GLOB, see powercut/README.md)")


def pretended(chosen):
    """The layer's options for --without."""
    return [word for rule in chosen.without for word in ("--ignore-sync", rule)]


def classpath(chosen):
    return chosen.classpath or built_jar()


def built_jar():
    found = glob.glob(os.path.join(HERE, "target", "doppel-bench-*.jar"))
    if not found:
        sys.exit("not built: run mvn package for bundles/bench, or give --classpath")
    return found[0]


def image_and_target(chosen, folder, rng):
    image = Image(os.path.join(folder, "disk.img"), chosen.size * MIB, rng)
    return image, Target(classpath(chosen))


def drive(name, chosen, faults, rounds):
    """Calls rounds(folder, log, rng), prints the summary line with what it returns, and ends the process.

    The folder, with log and vaults, is kept when something does not hold.
    """
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(1 << 32)
    folder = tempfile.mkdtemp(prefix="doppel-%s-" % name, dir=chosen.work)
    print("%s: seed %d, evidence in %s until it ends well" % (name, seed, folder), flush=True)
    rng = random.Random(seed)
    try:
        with open(os.path.join(folder, "log"), "w", buffering=1) as log:
            counts = rounds(folder, log, rng)
    except (Violation, subprocess.SubprocessError, OSError) as failure:
        print("%s: VIOLATION with seed %d: %s: %s; evidence kept in %s"
              % (name, seed, type(failure).__name__, failure, folder), flush=True)
        sys.exit(1)
    shutil.rmtree(folder)
    print("%s: %d %s, %s: no violation (seed %d)" % (name, chosen.rounds, faults, counts, seed), flush=True)
