"""A disk that forgets: which bytes and names survive a power cut.

The rules (README.md states them for people):
  * file bytes and the file's size are durable only after a sync of that file;
  * a directory entry (create, link, rename, unlink, mkdir, rmdir) is durable only after a sync of that directory;
  * syncing a file does not make any name of it durable; syncing a directory makes no file's bytes durable.

All content lives in one scratch file per inode. What a sync has made durable is kept as an undo list against it, so
appending costs nothing and the state after a cut is produced by undoing, without copying. The class is not thread safe:
the file system calls it from one thread.
"""

import errno
import fnmatch
import os
import random
import shutil
import stat
import time

BLOCK = 4096


class File:
    """A regular file. `undo` maps each durable block changed since the last sync to its durable bytes."""

    def __init__(self, number, path, size):
        self.number = number
        self.path = path
        self.size = size
        self.durable_size = size
        self.undo = {}
        self.dirty = set()
        self.links = 0
        self.durable_links = 0
        self.handles = 0
        self.descriptor = None

    def open(self):
        if self.handles == 0:
            self.descriptor = os.open(self.path, os.O_RDWR)
        self.handles += 1

    def close(self):
        self.handles -= 1
        if self.handles == 0:
            os.close(self.descriptor)
            self.descriptor = None

    def write(self, data, offset, track):
        end = offset + len(data)
        self._keep(offset, end)
        if track:
            self.dirty.update(range(offset // BLOCK, (end + BLOCK - 1) // BLOCK))
        done = 0
        while done < len(data):
            done += os.pwrite(self.descriptor, data[done:] if done else data, offset + done)
        self.size = max(self.size, end)

    def truncate(self, size):
        self._keep(size, self.durable_size)
        os.ftruncate(self.descriptor, size)
        self.size = size

    def sync(self):
        self.undo.clear()
        self.dirty.clear()
        self.durable_size = self.size

    def _keep(self, start, end):
        """Remembers the durable content of the blocks that touch [start, end), before they change."""
        end = min(end, self.durable_size)
        if start >= end:
            return
        for block in range(start // BLOCK, (end + BLOCK - 1) // BLOCK):
            if block not in self.undo:
                length = min(BLOCK, self.durable_size - block * BLOCK)
                self.undo[block] = os.pread(self.descriptor, length, block * BLOCK)

    def forget(self, rng):
        """Turns the scratch file into what the disk holds after the cut; rng picks survivors, or None for none."""
        if not self.undo and not self.dirty and self.size == self.durable_size:
            return
        self.open()
        try:
            if rng is None:
                size, lost = self.durable_size, list(self.undo)
            else:
                low, high = sorted((self.durable_size, self.size))
                size = rng.choice((self.durable_size, self.size, rng.randint(low, high)))
                share = rng.choice((0.0, 0.1, 0.5, 0.9, 1.0))
                lost = [b for b in sorted(self.undo.keys() | self.dirty) if rng.random() >= share]
            os.ftruncate(self.descriptor, size)
            for block in lost:
                room = min(BLOCK, size - block * BLOCK)
                if room > 0:
                    old = self.undo.get(block, b"")[:room]
                    os.pwrite(self.descriptor, old.ljust(room, b"\0"), block * BLOCK)
        finally:
            self.close()


class Directory:
    """`entries` is what programs see, `durable` what survives a cut."""

    def __init__(self, number, mode):
        self.number = number
        self.mode = mode
        self.uid, self.gid = os.getuid(), os.getgid()
        self.modified = time.time_ns()
        self.entries = {}
        self.durable = {}


class Disk:
    """The simulated disk. `store/tree` holds its durable content whenever no Disk is open on it."""

    def __init__(self, store, cut_after=None, count="sync", seed=None, partial=False, ignore=(), trace=None):
        self.tree = os.path.join(store, "tree")
        self.scratch = os.path.join(store, "scratch")
        self.cut_after = cut_after
        self.count_all = count == "all"
        self.partial = partial
        self.rng = random.Random(seed)
        self.ignore = [rule.split(":", 1) for rule in ignore]
        self.trace = trace
        self.acknowledged = 0
        self.dead = False
        self.pending = []  # unsynced directory changes in order; each item is one atomic change: [(dir, name, inode)]
        self._numbers = 0
        shutil.rmtree(self.scratch, ignore_errors=True)
        os.makedirs(self.scratch)
        os.makedirs(self.tree, exist_ok=True)
        self.root = self._load(self.tree, {})
        shutil.rmtree(self.tree)

    # -- opening and closing ---------------------------------------------------------------------------------------

    def _number(self):
        self._numbers += 1
        return self._numbers

    def _load(self, folder, seen):
        info = os.lstat(folder)
        directory = Directory(self._number(), info.st_mode)
        directory.uid, directory.gid, directory.modified = info.st_uid, info.st_gid, info.st_mtime_ns
        for entry in os.scandir(folder):
            info = entry.stat(follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False):
                node = self._load(entry.path, seen)
            elif info.st_ino in seen:
                node = seen[info.st_ino]
            else:
                node = self._new_file(info.st_size)
                os.link(entry.path, node.path, follow_symlinks=False)
                seen[info.st_ino] = node
            directory.entries[entry.name] = node
            directory.durable[entry.name] = node
            if isinstance(node, File):
                node.links += 1
                node.durable_links += 1
        return directory

    def _new_file(self, size=0):
        number = self._number()
        return File(number, os.path.join(self.scratch, str(number)), size)

    def cut(self):
        """The power fails: from now on every operation fails, and store/tree holds what survived."""
        if self.dead:
            return
        self.dead = True
        rng = self.rng if self.partial else None
        if rng is not None:
            for change in self.pending:
                if rng.random() < 0.5:
                    for directory, name, node in change:
                        _assign(directory.durable, name, node)
        self._write_tree(lambda directory: directory.durable, lambda file: file.forget(rng))

    def close(self):
        """A clean end: everything is written back, as an orderly unmount does."""
        if not self.dead:
            self.dead = True
            self._write_tree(lambda directory: directory.entries, lambda file: None)

    def _write_tree(self, entries_of, settle):
        fresh = self.tree + ".new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._write_directory(self.root, fresh, entries_of, settle, set())
        os.rename(fresh, self.tree)
        shutil.rmtree(self.scratch)

    def _write_directory(self, directory, target, entries_of, settle, settled):
        os.mkdir(target)
        for name, node in entries_of(directory).items():
            path = os.path.join(target, name)
            if isinstance(node, Directory):
                self._write_directory(node, path, entries_of, settle, settled)
            else:
                if node.number not in settled:
                    settled.add(node.number)
                    settle(node)
                os.link(node.path, path)
        os.chmod(target, stat.S_IMODE(directory.mode))
        os.chown(target, directory.uid, directory.gid)
        os.utime(target, ns=(directory.modified, directory.modified))

    # -- bookkeeping -----------------------------------------------------------------------------------------------

    def _acknowledge(self, kind, path):
        """Called as the last step of each change, before its success is reported."""
        if kind in ("fsync", "fsyncdir") or self.count_all:
            self.acknowledged += 1
            if self.trace is not None:
                self.trace.write("%d %s %s\n" % (self.acknowledged, kind, path))
                self.trace.flush()
            if self.acknowledged == self.cut_after:
                self.cut()
        elif self.trace is not None:
            self.trace.write("- %s %s\n" % (kind, path))

    def check_power(self):
        if self.dead:
            raise OSError(errno.EIO, "the power is off")

    def _ignored(self, kind, path):
        return any(kind == k and fnmatch.fnmatch(path, glob) for k, glob in self.ignore)

    def find(self, path):
        self.check_power()
        node = self.root
        for name in path.split("/"):
            if name:
                if not isinstance(node, Directory):
                    raise OSError(errno.ENOTDIR, path)
                if name not in node.entries:
                    raise OSError(errno.ENOENT, path)
                node = node.entries[name]
        return node

    def file(self, path):
        node = self.find(path)
        if isinstance(node, Directory):
            raise OSError(errno.EISDIR, path)
        return node

    def folder(self, path):
        node = self.find(path)
        if not isinstance(node, Directory):
            raise OSError(errno.ENOTDIR, path)
        return node

    def _place(self, path):
        parent, name = path.rstrip("/").rsplit("/", 1)
        if len(os.fsencode(name)) > 255:
            raise OSError(errno.ENAMETOOLONG, path)
        return self.folder(parent), name

    def _change(self, *changes):
        """Applies one atomic change of directory entries, not durable yet."""
        for directory, name, node in changes:
            old = directory.entries.get(name)
            if isinstance(old, File):
                old.links -= 1
            if isinstance(node, File):
                node.links += 1
            _assign(directory.entries, name, node)
            directory.modified = time.time_ns()
            if isinstance(old, File):
                self._drop_if_unused(old)
        self.pending.append(list(changes))

    def _drop_if_unused(self, file):
        # With survivors picked at random a pending change may bring any file back, so then they are all kept.
        if not self.partial and file.links == 0 and file.durable_links == 0 and file.handles == 0:
            if os.path.exists(file.path):
                os.unlink(file.path)

    # -- operations ------------------------------------------------------------------------------------------------

    def create(self, path, mode):
        directory, name = self._place(path)
        if name in directory.entries:
            raise OSError(errno.EEXIST, path)
        file = self._new_file()
        os.close(os.open(file.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, stat.S_IMODE(mode)))
        os.chmod(file.path, stat.S_IMODE(mode))
        self._change((directory, name, file))
        file.open()
        self._acknowledge("create", path)
        return file

    def open(self, path):
        file = self.file(path)
        file.open()
        return file

    def release(self, file):
        file.close()
        if not self.dead:
            self._drop_if_unused(file)

    def read(self, file, size, offset):
        self.check_power()
        return os.pread(file.descriptor, size, offset)

    def write(self, file, data, offset, path):
        self.check_power()
        file.write(data, offset, self.partial)
        self._acknowledge("write", path)
        return len(data)

    def truncate(self, file, size, path):
        self.check_power()
        file.open()
        try:
            file.truncate(size)
        finally:
            file.close()
        self._acknowledge("truncate", path)

    def sync_file(self, file, path):
        self.check_power()
        if not self._ignored("file", path):
            file.sync()
        self._acknowledge("fsync", path)

    def sync_directory(self, path):
        directory = self.folder(path)
        if not self._ignored("dir", path):
            self._make_durable(directory)
        self._acknowledge("fsyncdir", path)

    def _make_durable(self, directory):
        before, directory.durable = directory.durable, dict(directory.entries)
        for node in directory.durable.values():
            if isinstance(node, File):
                node.durable_links += 1
        for node in before.values():
            if isinstance(node, File):
                node.durable_links -= 1
                self._drop_if_unused(node)
        rest = ([part for part in change if part[0] is not directory] for change in self.pending)
        self.pending = [change for change in rest if change]

    def link(self, source, target):
        file = self.find(source)
        if isinstance(file, Directory):
            raise OSError(errno.EPERM, source)
        directory, name = self._place(target)
        if name in directory.entries:
            raise OSError(errno.EEXIST, target)
        self._change((directory, name, file))
        self._acknowledge("link", target)

    def unlink(self, path):
        self.file(path)
        directory, name = self._place(path)
        self._change((directory, name, None))
        self._acknowledge("unlink", path)

    def mkdir(self, path, mode):
        directory, name = self._place(path)
        if name in directory.entries:
            raise OSError(errno.EEXIST, path)
        self._change((directory, name, Directory(self._number(), stat.S_IFDIR | stat.S_IMODE(mode))))
        self._acknowledge("mkdir", path)

    def rmdir(self, path):
        if self.folder(path).entries:
            raise OSError(errno.ENOTEMPTY, path)
        directory, name = self._place(path)
        self._change((directory, name, None))
        self._acknowledge("rmdir", path)

    def rename(self, source, target):
        node = self.find(source)
        directory, name = self._place(source)
        to_directory, to_name = self._place(target)
        replaced = to_directory.entries.get(to_name)
        if replaced is node:
            return
        if isinstance(replaced, Directory):
            if not isinstance(node, Directory):
                raise OSError(errno.EISDIR, target)
            if replaced.entries:
                raise OSError(errno.ENOTEMPTY, target)
        elif replaced is not None and isinstance(node, Directory):
            raise OSError(errno.ENOTDIR, target)
        # Both halves are one change: journalling file systems never show one without the other unless synced apart.
        self._change((to_directory, to_name, node), (directory, name, None))
        self._acknowledge("rename", target)


def _assign(entries, name, node):
    if node is None:
        entries.pop(name, None)
    else:
        entries[name] = node
