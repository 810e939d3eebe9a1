#!/usr/bin/python3
"""Proves the power-cut layer's model on a real mount: what is lost, what survives, and what programs see."""

import errno
import json
import os
import random
import shutil
import tempfile
import unittest

from mount import Mount


def write(path, data, sync=False, flags=os.O_CREAT | os.O_EXCL):
    descriptor = os.open(path, os.O_WRONLY | flags, 0o600)
    try:
        os.write(descriptor, data)
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(path):
    with open(path, "rb") as file:
        return file.read()


class PowerCutTest(unittest.TestCase):
    def setUp(self):
        self.store = tempfile.mkdtemp(prefix="powercut-store-")
        self.addCleanup(shutil.rmtree, self.store)

    def mount(self, *options):
        return Mount(self.store, *options)

    def survived(self):
        tree = os.path.join(self.store, "tree")
        found = {}
        for folder, folders, files in os.walk(tree):
            for name in folders:
                found[os.path.relpath(os.path.join(folder, name), tree) + "/"] = None
            for name in files:
                found[os.path.relpath(os.path.join(folder, name), tree)] = read(os.path.join(folder, name))
        return found

    # -- files -----------------------------------------------------------------------------------------------------

    def test_nothing_synced_leaves_nothing(self):
        with self.mount() as m:
            write(m / "a", b"x" * 100000)
            self.assertEqual(b"x" * 100000, read(m / "a"))
            m.cut()
        self.assertEqual({}, self.survived())

    def test_file_sync_does_not_make_the_name_durable(self):
        with self.mount() as m:
            write(m / "a", b"data", sync=True)
            m.cut()
        self.assertEqual({}, self.survived())

    def test_directory_sync_does_not_make_the_bytes_durable(self):
        with self.mount() as m:
            write(m / "a", b"data")
            sync(m.path)
            m.cut()
        self.assertEqual({"a": b""}, self.survived())

    def test_both_synced_survives(self):
        with self.mount() as m:
            write(m / "a", b"data", sync=True)
            sync(m.path)
            m.cut()
        self.assertEqual({"a": b"data"}, self.survived())

    def test_bytes_after_the_last_sync_are_lost(self):
        with self.mount() as m:
            write(m / "a", b"one", sync=True)
            sync(m.path)
            write(m / "a", b"two", flags=os.O_APPEND)
            self.assertEqual(b"onetwo", read(m / "a"))
            m.cut()
        self.assertEqual({"a": b"one"}, self.survived())

    def test_overwriting_and_truncating_revert_to_the_synced_bytes(self):
        old = random.Random(1).randbytes(50001)
        with self.mount() as m:
            for name in "abc":
                write(m / name, old, sync=True)
            sync(m.path)
            descriptor = os.open(m / "a", os.O_RDWR)
            os.pwrite(descriptor, b"new" * 3000, 4000)
            os.ftruncate(descriptor, 10)
            os.pwrite(descriptor, b"again", 40000)
            self.assertEqual(40005, os.fstat(descriptor).st_size)
            os.close(descriptor)
            os.truncate(m / "b", 0)
            write(m / "c", b"new", flags=os.O_TRUNC)
            m.cut()
        self.assertEqual({"a": old, "b": old, "c": old}, self.survived())

    def test_data_sync_and_synchronous_writes_count_as_syncs(self):
        with self.mount() as m:
            descriptor = os.open(m / "a", os.O_CREAT | os.O_WRONLY)
            os.write(descriptor, b"one")
            os.fdatasync(descriptor)
            os.close(descriptor)
            descriptor = os.open(m / "b", os.O_CREAT | os.O_WRONLY | os.O_DSYNC)
            os.write(descriptor, b"two")
            os.close(descriptor)
            sync(m.path)
            self.assertEqual({"acknowledged": 3, "cut": False}, m.status())
            m.cut()
        self.assertEqual({"a": b"one", "b": b"two"}, self.survived())

    # -- names -----------------------------------------------------------------------------------------------------

    def test_link_and_directory_sync_survive_and_the_temporary_name_comes_back(self):
        with self.mount() as m:
            os.mkdir(m / "d")
            sync(m.path)
            write(m / "d/tmp", b"data", sync=True)
            os.link(m / "d/tmp", m / "d/name")
            self.assertEqual(2, os.stat(m / "d/name").st_nlink)
            with self.assertRaises(FileExistsError):
                os.link(m / "d/tmp", m / "d/name")
            sync(m / "d")
            os.unlink(m / "d/tmp")
            self.assertEqual(["name"], os.listdir(m / "d"))
            m.cut()
        self.assertEqual({"d/": None, "d/name": b"data", "d/tmp": b"data"}, self.survived())

    def test_link_without_directory_sync_is_lost(self):
        with self.mount() as m:
            write(m / "tmp", b"data", sync=True)
            sync(m.path)
            os.link(m / "tmp", m / "name")
            sync(m / "name")
            m.cut()
        self.assertEqual({"tmp": b"data"}, self.survived())

    def test_rename_without_directory_sync_reverts(self):
        with self.mount() as m:
            write(m / "a", b"new", sync=True)
            write(m / "b", b"old", sync=True)
            sync(m.path)
            os.rename(m / "a", m / "b")
            self.assertEqual(b"new", read(m / "b"))
            m.cut()
        self.assertEqual({"a": b"new", "b": b"old"}, self.survived())

    def test_rename_with_directory_sync_replaces(self):
        with self.mount() as m:
            write(m / "a", b"new", sync=True)
            write(m / "b", b"old", sync=True)
            sync(m.path)
            os.rename(m / "a", m / "b")
            sync(m.path)
            m.cut()
        self.assertEqual({"b": b"new"}, self.survived())

    def test_rename_between_directories_needs_both_synced(self):
        with self.mount() as m:
            os.mkdir(m / "from")
            os.mkdir(m / "to")
            sync(m.path)
            write(m / "from/a", b"data", sync=True)
            sync(m / "from")
            os.rename(m / "from/a", m / "to/a")
            sync(m / "to")
            m.cut()
        self.assertEqual({"from/": None, "to/": None, "from/a": b"data", "to/a": b"data"}, self.survived())

    def test_unlink_without_directory_sync_reverts(self):
        with self.mount() as m:
            write(m / "a", b"data", sync=True)
            sync(m.path)
            os.unlink(m / "a")
            m.cut()
        self.assertEqual({"a": b"data"}, self.survived())

    def test_a_synced_directory_without_a_durable_name_is_lost_with_all_in_it(self):
        with self.mount() as m:
            os.mkdir(m / "d")
            write(m / "d/a", b"data", sync=True)
            sync(m / "d")
            m.cut()
        self.assertEqual({}, self.survived())

    def test_removed_directory_comes_back_with_its_durable_entries(self):
        with self.mount() as m:
            os.mkdir(m / "d")
            sync(m.path)
            write(m / "d/a", b"data", sync=True)
            sync(m / "d")
            shutil.rmtree(m / "d")
            self.assertEqual([], os.listdir(m.path))
            m.cut()
        self.assertEqual({"d/": None, "d/a": b"data"}, self.survived())

    # -- the cut ---------------------------------------------------------------------------------------------------

    def test_after_the_cut_everything_fails(self):
        with self.mount() as m:
            write(m / "a", b"data", sync=True)
            sync(m.path)
            descriptor = os.open(m / "a", os.O_WRONLY)
            m.cut()
            attempts = [lambda: os.write(descriptor, b"x"), lambda: os.fsync(descriptor),
                        lambda: write(m / "b", b""), lambda: os.unlink(m / "a"), lambda: os.listdir(m.path),
                        lambda: os.mkdir(m / "d"), lambda: os.link(m / "a", m / "c"), lambda: os.stat(m / "a"),
                        lambda: os.rename(m / "a", m / "c"), lambda: os.truncate(m / "a", 0)]
            for attempt in attempts:
                with self.assertRaises(OSError) as failure:
                    attempt()
                self.assertEqual(errno.EIO, failure.exception.errno)
            os.close(descriptor)
            self.assertTrue(m.status()["cut"])
        self.assertEqual({"a": b"data"}, self.survived())

    def test_cut_after_n_reports_the_nth_success_and_nothing_later(self):
        for n in range(1, 7):
            with self.subTest(n):
                done = 0
                with Mount(self.store, "--cut-after", str(n)) as m:
                    try:
                        for name in ("1", "2", "3"):
                            write(m / f"{n}-{name}", b"data", sync=True)
                            done += 1
                            sync(m.path)
                            done += 1
                    except OSError as failure:
                        self.assertEqual(errno.EIO, failure.errno)
                self.assertEqual(n, done)
                self.assertEqual({"acknowledged": n, "cut": True}, m.report)
                names = [name for name in self.survived() if name.startswith(f"{n}-")]
                self.assertEqual(n // 2, len(names))

    def test_counting_every_change(self):
        with self.mount("--count", "all", "--cut-after", "3") as m:
            with self.assertRaises(OSError):
                write(m / "a", b"data", sync=True)  # create, write, fsync: the close after it still succeeds
                os.listdir(m.path)
        self.assertEqual({"acknowledged": 3, "cut": True}, m.report)

    def test_orderly_unmount_keeps_everything_and_the_next_mount_starts_from_it(self):
        with self.mount() as m:
            os.mkdir(m / "d")
            write(m / "d/a", b"one")
            os.link(m / "d/a", m / "b")
        self.assertEqual({"acknowledged": 0, "cut": False}, m.report)
        with self.mount() as m:
            self.assertEqual(os.stat(m / "d/a").st_ino, os.stat(m / "b").st_ino)
            write(m / "b", b"two", flags=os.O_TRUNC)
            os.unlink(m / "b")
            m.cut()
        self.assertEqual({"d/": None, "d/a": b"one", "b": b"one"}, self.survived())

    def test_ignored_syncs_are_acknowledged_but_not_done(self):
        with self.mount("--ignore-sync", "file:/d/*", "--ignore-sync", "dir:/e") as m:
            for name in "de":
                os.mkdir(m / name)
                sync(m.path)
                write(m / (name + "/a"), b"data", sync=True)
                sync(m / name)
            self.assertEqual(6, m.status()["acknowledged"])
            m.cut()
        self.assertEqual({"d/": None, "d/a": b"", "e/": None}, self.survived())

    def test_partial_survival_keeps_the_synced_and_a_reproducible_part_of_the_rest(self):
        outcomes = set()
        for seed in [*range(12), 3]:
            shutil.rmtree(self.store)
            with Mount(self.store, "--partial", "--seed", str(seed)) as m:
                write(m / "kept", b"k" * 100000, sync=True)
                sync(m.path)
                descriptor = os.open(m / "kept", os.O_WRONLY)
                os.pwrite(descriptor, b"n" * 40000, 30000)
                os.close(descriptor)
                for i in range(4):
                    write(m / str(i), b"u" * 20000)
                m.cut()
            state = self.survived()
            kept = state["kept"]
            self.assertEqual(100000, len(kept))
            self.assertEqual(b"k" * 28672, kept[:28672])
            self.assertEqual(b"k" * 30000, kept[70000:])
            self.assertLessEqual(set(kept), set(b"kn"))
            for i in range(4):
                self.assertLessEqual(set(state.get(str(i), b"")), set(b"u\0"))
            outcomes.add(json.dumps({name: data.decode() for name, data in sorted(state.items())}))
        self.assertTrue(6 <= len(outcomes) <= 12, len(outcomes))

    # -- what programs see -----------------------------------------------------------------------------------------

    def test_exclusive_create_and_unlinked_open_files(self):
        with self.mount() as m:
            write(m / "a", b"data")
            with self.assertRaises(FileExistsError):
                write(m / "a", b"other")
            with open(m / "a", "rb") as file:
                os.unlink(m / "a")
                self.assertEqual([], os.listdir(m.path))
                self.assertEqual(b"data", file.read())
            os.mkdir(m / "d")
            write(m / "d/x", b"")
            with self.assertRaises(OSError) as failure:
                os.rmdir(m / "d")
            self.assertEqual(errno.ENOTEMPTY, failure.exception.errno)
            self.assertGreater(os.statvfs(m.path).f_bavail, 0)

    def test_random_operations_look_like_a_real_file_system(self):
        rng = random.Random(7)
        real = tempfile.mkdtemp(prefix="powercut-real-")
        self.addCleanup(shutil.rmtree, real)
        names = ["a", "b", "c", "d", "d/a", "d/b", "e", "e/a"]
        with self.mount() as m:
            for step in range(1500):
                operation = rng.randrange(8)
                one, two = rng.choice(names), rng.choice(names)
                offset, data, size = rng.randrange(20000), rng.randbytes(rng.randrange(1, 9000)), rng.randrange(25000)

                def act(root):
                    try:
                        if operation == 0:
                            write(os.path.join(root, one), data)
                        elif operation == 1:
                            descriptor = os.open(os.path.join(root, one), os.O_RDWR)
                            os.pwrite(descriptor, data, offset)
                            os.close(descriptor)
                        elif operation == 2:
                            os.truncate(os.path.join(root, one), size)
                        elif operation == 3:
                            os.rename(os.path.join(root, one), os.path.join(root, two))
                        elif operation == 4:
                            os.link(os.path.join(root, one), os.path.join(root, two))
                        elif operation == 5:
                            os.unlink(os.path.join(root, one))
                        elif operation == 6:
                            os.mkdir(os.path.join(root, one))
                        else:
                            os.rmdir(os.path.join(root, one))
                        return 0
                    except OSError as failure:
                        return failure.errno

                self.assertEqual(act(real), act(m.path), (step, operation, one, two))
                for name in names:
                    here, there = os.path.join(real, name), m / name
                    self.assertEqual(os.path.isfile(here), os.path.isfile(there), (step, name))
                    if os.path.isfile(here):
                        self.assertEqual(os.stat(here).st_nlink, os.stat(there).st_nlink)
                        if name == one:
                            self.assertEqual(read(here), read(there))


if __name__ == "__main__":
    unittest.main()
