#!/usr/bin/python3
"""Mounts a disk that loses everything unsynced when its power is cut. See README.md for the model and the use.

Needs Debian's python3-fusepy (hence /usr/bin/python3) and fuse3.
"""

import argparse
import errno
import json
import os
import stat
import sys
import time

from fusepy import FUSE, FuseOSError, Operations

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from model import Directory, Disk  # noqa: E402

CONTROL = "/.power-cut"


class PowerCut(Operations):
    """Carries file system calls to the model, and serves the control file."""

    use_ns = True
    flag_nullpath_ok = 1

    def __init__(self, disk):
        self.disk = disk
        self.handles = {}
        self.next_handle = 1

    # -- control ---------------------------------------------------------------------------------------------------

    def status(self):
        return {"acknowledged": self.disk.acknowledged, "cut": self.disk.dead}

    def _control(self, data):
        words = data.split()
        if words[:1] != [b"cut"] or len(words) > 2 or not all(word.isdigit() for word in words[1:]):
            raise FuseOSError(errno.EINVAL)
        more = int(words[1]) if len(words) == 2 else 0
        if more:
            self.disk.cut_after = self.disk.acknowledged + more
        else:
            self.disk.cut()
        return len(data)

    # -- attributes ------------------------------------------------------------------------------------------------

    def getattr(self, path, fi=None):
        if path == CONTROL:
            now = time.time_ns()
            return {"st_mode": stat.S_IFREG | 0o600, "st_nlink": 1, "st_size": 0, "st_ino": 1 << 40,
                    "st_uid": os.getuid(), "st_gid": os.getgid(), "st_mtime": now, "st_ctime": now, "st_atime": now}
        if path is None:
            self.disk.check_power()
            node = self.handles[fi.fh]
        else:
            node = self.disk.find(path)
        if isinstance(node, Directory):
            return {"st_mode": node.mode, "st_nlink": 2, "st_size": 4096, "st_ino": node.number, "st_uid": node.uid,
                    "st_gid": node.gid, "st_mtime": node.modified, "st_ctime": node.modified,
                    "st_atime": node.modified}
        info = os.stat(node.path)
        return {"st_mode": info.st_mode, "st_nlink": node.links, "st_size": node.size, "st_ino": node.number,
                "st_uid": info.st_uid, "st_gid": info.st_gid, "st_blocks": info.st_blocks,
                "st_mtime": info.st_mtime_ns, "st_ctime": info.st_ctime_ns, "st_atime": info.st_atime_ns}

    def chmod(self, path, mode):
        node = self.disk.find(path)
        if isinstance(node, Directory):
            node.mode = stat.S_IFDIR | stat.S_IMODE(mode)
        else:
            os.chmod(node.path, stat.S_IMODE(mode))

    def chown(self, path, uid, gid):
        node = self.disk.find(path)
        if isinstance(node, Directory):
            node.uid, node.gid = (node.uid if uid == -1 else uid), (node.gid if gid == -1 else gid)
        else:
            os.chown(node.path, uid, gid)

    def utimens(self, path, times=None):
        node = self.disk.find(path)
        if isinstance(node, Directory):
            node.modified = times[1] if times else time.time_ns()
        else:
            os.utime(node.path, ns=times) if times else os.utime(node.path)

    def statfs(self, path):
        self.disk.check_power()
        info = os.statvfs(self.disk.scratch)
        return {key: getattr(info, key) for key in ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_frsize",
                                                    "f_favail", "f_ffree", "f_files", "f_namemax")}

    # -- files -----------------------------------------------------------------------------------------------------

    def _handle(self, fi, node):
        fi.fh = self.next_handle
        self.handles[fi.fh] = node
        self.next_handle += 1
        return 0

    def create(self, path, mode, fi):
        if path == CONTROL:
            raise FuseOSError(errno.EEXIST)
        return self._handle(fi, self.disk.create(path, mode))

    def open(self, path, fi):
        if path == CONTROL:
            fi.direct_io = 1
            return self._handle(fi, None)
        file = self.disk.open(path)
        if fi.flags & os.O_TRUNC:
            self.disk.truncate(file, 0, path)
        return self._handle(fi, file)

    def read(self, path, size, offset, fi):
        file = self.handles[fi.fh]
        if file is None:
            return (json.dumps(self.status()) + "\n").encode()[offset:offset + size]
        return self.disk.read(file, size, offset)

    def write(self, path, data, offset, fi):
        file = self.handles[fi.fh]
        if file is None:
            return self._control(data)
        if fi.flags & os.O_APPEND:
            offset = file.size
        # After a write to a file opened with O_DSYNC or O_SYNC the kernel sends an fsync of its own.
        return self.disk.write(file, data, offset, path)

    def truncate(self, path, length, fi=None):
        if path != CONTROL:
            self.disk.truncate(self.handles[fi.fh] if fi is not None else self.disk.file(path), length, path)

    def flush(self, path, fi):
        return 0

    def fsync(self, path, datasync, fi):
        file = self.handles[fi.fh]
        if file is not None:
            self.disk.sync_file(file, path or "")

    def release(self, path, fi):
        file = self.handles.pop(fi.fh)
        if file is not None:
            self.disk.release(file)

    # -- names -----------------------------------------------------------------------------------------------------

    def readdir(self, path, fh):
        return [".", ".."] + list(self.disk.folder(path).entries)

    def fsyncdir(self, path, datasync, fh):
        self.disk.sync_directory(path)

    def mkdir(self, path, mode):
        self.disk.mkdir(path, mode)

    def rmdir(self, path):
        self.disk.rmdir(path)

    def unlink(self, path):
        self.disk.unlink(path)

    def link(self, target, source):
        self.disk.link(source, target)

    def rename(self, old, new):
        self.disk.rename(old, new)

    def access(self, path, amode):
        if path != CONTROL:
            self.disk.find(path)

    # Not part of the model: answered as "not supported", as many file systems do.
    symlink = readlink = mknod = getxattr = setxattr = listxattr = removexattr = None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mountpoint")
    parser.add_argument("store", help="folder of the disk; its durable content is STORE/tree whenever it is not mounted")
    parser.add_argument("--cut-after", type=int, metavar="N", help="cut right after the N-th acknowledgement")
    parser.add_argument("--count", choices=("sync", "all"), default="sync",
                        help="what counts as an acknowledgement: syncs only (default), or every change")
    parser.add_argument("--partial", action="store_true", help="a random part of what was unsynced survives")
    parser.add_argument("--seed", type=int, default=0, help="for --partial (default 0)")
    parser.add_argument("--ignore-sync", action="append", default=[], metavar="file:GLOB|dir:GLOB",
                        help="acknowledge these syncs without doing them, to show that each is needed")
    parser.add_argument("--trace", metavar="FILE", help="write every acknowledgement and change to FILE")
    options = parser.parse_args()

    trace = open(options.trace, "w") if options.trace else None
    disk = Disk(options.store, cut_after=options.cut_after, count=options.count, seed=options.seed,
                partial=options.partial, ignore=options.ignore_sync, trace=trace)
    layer = PowerCut(disk)
    # One thread; nothing cached by the kernel between calls; an unlinked open file is really unlinked.
    FUSE(layer, os.path.abspath(options.mountpoint), raw_fi=True, foreground=True, nothreads=True, fsname="powercut",
         big_writes=True, hard_remove=True, use_ino=True, attr_timeout=0, entry_timeout=0, negative_timeout=0)
    status = layer.status()
    disk.close()
    print(json.dumps(status), flush=True)


if __name__ == "__main__":
    main()
