#!/usr/bin/python3
"""Lists and restores what is in a Doppel vault of format 1 in a local folder.

Written from docs/vault-format.md alone, whose sections are named below; it shares nothing with the Java code. It is a
witness for that page and no tool for every day: it holds the whole index in memory. It never writes to the vault.
"""

import argparse
import base64
import contextlib
import hashlib
import hmac
import json
import os
import re
import struct
import sys
import unicodedata
from collections import defaultdict, namedtuple

try:
    import argon2
    import lz4.block
    import zstandard
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError as e:
    packages = "python3-cryptography python3-zstandard python3-lz4 python3-argon2"
    sys.exit(f"{e}; try: apt-get install --no-install-recommends {packages}")

PAGE, WINDOW_PAGES, SEGMENT_PAGES, CHUNK_PAGES = 4096, 1024, 16384, 64
FAN_OUT, BLOCK_ENTRIES = 256, 1365
CHUNK, NODE = 1, 2
KEYRING, LEASE, RELEASE, HEAD, VERSION, CLOSING = range(1, 7)
NO_HEAD = {"versions": [], "index": []}

Pack = namedtuple("Pack", "name kind size records")
Place = namedtuple("Place", "pack offset stored raw codec")
Extent = namedtuple("Extent", "offset length id")


class Problem(Exception):
    """What a person is told: a wrong key, an unknown version, a vault that this reader must refuse."""


class Damage(Problem):
    """Something in the vault is missing or not as it was written."""


def check(condition, name, what):
    if not condition:
        raise Damage(f"{name}: {what}")


@contextlib.contextmanager
def reading(name):
    """Turns what can go wrong while an object is taken apart into one error that names the object."""
    try:
        yield
    except InvalidTag:
        raise Damage(f"{name}: does not decrypt; it is damaged, or not what was stored under this name") from None
    except (
        *(KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error),
        *(lz4.block.LZ4BlockError, zstandard.ZstdError, argon2.exceptions.Argon2Error),
    ) as e:
        raise Damage(f"{name}: malformed: {e!r}") from None


# §1, §5: numbers, checksums, keys, codecs


def crc32c_step(n):
    for _ in range(8):
        n = (n >> 1) ^ (0x82F63B78 if n & 1 else 0)
    return n


CRC32C = [crc32c_step(n) for n in range(256)]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ CRC32C[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def hkdf(ikm, salt, info):
    prk = hmac.digest(salt, ikm, "sha256")
    return hmac.digest(prk, info.encode("ascii") + b"\x01", "sha256")


def nonce(domain, counter):
    return struct.pack(">IQ", domain, counter)


def unbase64(text, length):
    value = base64.b64decode(text, validate=True)
    if len(value) != length:
        raise ValueError(f"{len(value)} bytes instead of {length}")
    return value


def decompress(codec, data, raw):
    if codec == 0:
        plain = data
    elif codec == 1:
        plain = lz4.block.decompress(data, uncompressed_size=raw)
    elif codec == 2:
        plain = zstandard.ZstdDecompressor().decompress(data, max_output_size=raw)
    else:
        raise ValueError(f"unknown codec {codec}")
    if len(plain) != raw:
        raise ValueError(f"{len(plain)} bytes instead of {raw}")
    return plain


class Cursor:
    """Takes a byte string apart from the front and never reads past its end."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def more(self):
        return self.at < len(self.data)

    def take(self, length):
        if self.at + length > len(self.data):
            raise ValueError("ends too early")
        self.at += length
        return self.data[self.at - length : self.at]

    def byte(self):
        return self.take(1)[0]

    def varint(self):
        value = 0
        for shift in range(0, 63, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise ValueError("a number of more than nine bytes")


# §3: secrets, each of which makes the key of the slots of its kind


class Passphrase:
    kind = "passphrase"

    def __init__(self, text):
        self.secret = unicodedata.normalize("NFC", text).encode("utf-8")

    def kek(self, slot):
        kdf = slot["kdf"]
        memory, iterations, lanes = kdf["memoryKiB"], kdf["iterations"], kdf["parallelism"]
        if kdf["name"] != "argon2id" or kdf["version"] != 19 or memory > 1 << 20 or iterations > 64 or lanes > 64:
            raise ValueError(f"refused: {kdf}")
        salt = unbase64(kdf["salt"], 16)
        kind = argon2.low_level.Type.ID
        return argon2.low_level.hash_secret_raw(self.secret, salt, iterations, memory, lanes, 32, kind)


class RandomKey:
    def __init__(self, key):
        self.key = key

    def kek(self, slot):
        if slot["kdf"]["name"] != "hkdf":
            raise ValueError(f"refused: {slot['kdf']}")
        return hkdf(self.key, slot["slot"].encode("ascii"), "doppel/v1/slot")


class RecoveryKey(RandomKey):
    kind = "recovery"

    def __init__(self, text):
        letters = re.sub(r"[-\s]", "", text).upper().translate(str.maketrans("ILO", "110"))
        digits = ["0123456789ABCDEFGHJKMNPQRSTVWXYZ".find(letter) for letter in letters]
        if len(digits) != 54 or -1 in digits:
            raise Problem("the recovery key is incomplete, or has a letter that is in none")
        bits = 0
        for digit in digits:
            bits = bits << 5 | digit
        super().__init__((bits >> 14).to_bytes(32, "big"))
        checksum = int.from_bytes(hashlib.sha256(self.key).digest()[:2], "big") >> 6
        if bits & 0x3FFF != checksum:
            raise Problem("the recovery key was mistyped: its checksum is wrong")


class MachineKey(RandomKey):
    kind = "machine"

    def __init__(self, blob):
        if len(blob) != 88 or crc32c(blob[:84]) != int.from_bytes(blob[84:], "big"):
            raise Problem("this is no machine key file, or it is damaged")
        super().__init__(blob[:32])


# §2: objects


class Folder:
    """The objects of a vault in a local folder."""

    def __init__(self, path):
        self.path = path

    def get(self, name, offset=0, length=-1):
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                file.seek(offset)
                return file.read(length)
        except FileNotFoundError:
            raise Damage(f"{name}: missing") from None

    def names(self, prefix, pattern):
        """Sorted names of objects, each with the match of what follows the folder; other names are ignored."""
        try:
            files = sorted(os.listdir(os.path.join(self.path, prefix)))
        except FileNotFoundError:
            return {}
        matches = ((f"{prefix}/{file}", re.fullmatch(pattern, file)) for file in files)
        return {name: match for name, match in matches if match}


class Vault:
    def __init__(self, path, secret):
        self.folder = Folder(path)
        self.warnings = []
        self.master = self.open_slot(secret)
        self.mac_key = hkdf(self.master, b"", "doppel/v1/mac")
        self.read_config(self.either("config", f"copies/{self.id[:8]}.config", self.check_signature))
        self.check_slots()
        self.roots = {0: self.master}
        self.take_keyring()
        self.head = self.newest_head()
        self.packs, self.places, self.pack_keys = {}, defaultdict(list), {}
        for segment in self.head["index"]:
            self.read_index(f"index/{segment[:2]}/{segment}")

    # §3: keys and small objects

    def signed_text(self, name):
        lines = self.folder.get(name).split(b"\n")
        check(len(lines) == 3 and lines[2] == b"", name, "is not a line and its signature")
        return lines[0], lines[1]

    def signature(self, name, line):
        return hmac.digest(self.mac_key, name.encode() + b"\0" + line, "sha256").hex().encode()

    def check_signature(self, name):
        line, signature = self.signed_text(name)
        check(self.signature(name, line) == signature, name, "its signature is wrong")
        return name

    def either(self, original, copy, read):
        """What `read` makes of the original, or of its copy if the original is not right."""
        values, problems = [], []
        for name in (original, copy):
            try:
                values.append(read(name))
            except Damage as e:
                problems.append(str(e))
        if not values:
            raise Damage("\n".join(problems))
        self.warnings += problems
        return values[0]

    def read_config(self, name):
        """The vault's id as a config or its copy tells it."""
        line, _, _ = self.folder.get(name).partition(b"\n")
        with reading(name):
            config = json.loads(line)
            check(config["magic"] == "doppel-vault" and config["format"] > 0, name, "is not the config of a vault")
            if config["format"] > 1 or config["features"]["incompatible"]:
                raise Problem(f"{name}: needs a newer reader: {config['format']}, {config['features']}")
            check(re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", config["id"]), name, "has no vault id")
            return config["id"]

    def open_slot(self, secret):
        """The master key, with the first id that may be the vault's and with which a slot opens."""
        ids, problems = {}, []
        for name in ("config", *self.folder.names("copies", "[0-9a-f]{8}[.]config")):
            try:
                ids.setdefault(self.read_config(name), name)
            except Problem as e:
                if name == "config" and not isinstance(e, Damage):
                    raise
                problems.append(str(e))
        for self.id in ids:
            self.slots = self.folder.names("keys", self.id[:8] + "[0-9a-f]{8}")
            try:
                return self.unlock(secret)
            except Problem as e:
                problems.append(f"with the id in {ids[self.id]}: {e}")
        raise Problem("\n".join(problems))

    def unlock(self, secret):
        problems = []
        for name, match in self.slots.items():
            try:
                line, _ = self.signed_text(name)
                with reading(name):
                    slot = json.loads(line)
                    if slot["kind"] == secret.kind:
                        check(slot["slot"] == match[0], name, "is another slot")
                        aad = "\0".join(("doppel/v1/slot", self.id, slot["slot"], slot["kind"])).encode()
                        wrapped = unbase64(slot["wrapped"], 48)
                        return AESGCM(secret.kek(slot)).decrypt(unbase64(slot["nonce"], 12), wrapped, aad)
            except Damage as e:
                problems.append(str(e))
        raise Problem("\n".join([f"the {secret.kind} key opens no slot: it is wrong, or they are damaged", *problems]))

    def check_slots(self):
        for name in self.slots:
            try:
                line, signature = self.signed_text(name)
                check(self.signature(name, line) == signature, name, "its signature is wrong")
            except Damage as e:
                self.warnings.append(str(e))

    def keyring_generations(self):
        """The generations of which there is the keyring or its copy, as the eight digits in their names."""
        mark = self.id[:8]
        rings = self.folder.names("keyring", mark + "([0-9a-f]{8})")
        rings |= self.folder.names("copies", mark + "([0-9a-f]{8})[.]keyring")
        return sorted({match[1] for match in rings.values()}) or ["00000001"]

    def keyring_names(self, generation):
        return f"keyring/{self.id[:8]}{generation}", f"copies/{self.id[:8]}{generation}.keyring"

    def read_keyring(self, name, generation):
        """K_id, and the encryption roots by key epoch."""
        ring, _ = self.sealed(name, KEYRING)
        with reading(name):
            check(ring["generation"] == int(generation, 16), name, "is another generation")
            return unbase64(ring["idKey"], 32), {e["epoch"]: unbase64(e["root"], 32) for e in ring["epochs"]}

    def take_keyring(self):
        """Goes on with the keyring that counts now."""
        generation = self.keyring_generations()[-1]
        names = self.keyring_names(generation)
        self.id_key, roots = self.either(*names, lambda name: self.read_keyring(name, generation))
        self.generation = generation
        self.roots = {0: self.master, **roots}

    def root(self, epoch, name):
        """The root of a key epoch, which may have begun since the keyring was read."""
        if epoch not in self.roots and self.keyring_generations()[-1] > self.generation:
            self.take_keyring()
        check(epoch in self.roots, name, f"names key epoch {epoch}, which no keyring has")
        return self.roots[epoch]

    def sealed(self, name, kind):
        """The JSON object in a sealed object, and the hex SHA-256 of the object."""
        blob = self.folder.get(name)
        with reading(name):
            header = blob[:56]
            magic, form, found, codec, zero, epoch, raw, salt, zeros = struct.unpack(">4s4BII32s8s", header)
            check((magic, form, zero, zeros) == (b"DPLO", 1, 0, bytes(8)), name, "is no sealed object of format 1")
            check(found == kind, name, "is an object of another kind")
            check((epoch == 0) == (kind == KEYRING), name, "is of an impossible key epoch")
            key = AESGCM(hkdf(self.root(epoch, name), salt, "doppel/v1/object"))
            plain = key.decrypt(bytes(12), blob[56:], header + name.encode())
            return json.loads(decompress(codec, plain, raw)), hashlib.sha256(blob).hexdigest()

    # §9, §10: heads and versions

    def newest_head(self):
        for look in range(4):  # others may publish and prune meanwhile
            try:
                return self.look_for_head()
            except Damage as e:
                last = e
        raise last

    def look_for_head(self):
        heads = [int(match[0], 16) for match in self.folder.names("heads", "[0-9a-f]{16}").values()]
        leases = self.folder.names("lease", r"([0-9a-f]{8})(\.closing|\.released)?")
        closings = [name for name, match in leases.items() if match[2] == ".closing"]
        if not closings:
            check(not heads, "lease/", "has no closing, though there are heads")
            return NO_HEAD
        name, epoch = closings[-1], int(leases[closings[-1]][1], 16)
        released = name.replace(".closing", ".released")
        if released in leases:
            return self.named_head(released, self.sealed(released, RELEASE)[0], epoch)
        closing, _ = self.sealed(name, CLOSING)
        for generation in sorted((g for g in heads if g > closing["through"]), reverse=True):
            head, _ = self.read_head(generation)
            check(head["leaseEpoch"] <= epoch, f"lease/{head['leaseEpoch']:08x}.closing", "missing")
            if head["leaseEpoch"] == epoch:
                return head
        return self.named_head(name, closing, epoch)

    def named_head(self, name, by, epoch):
        check(by["epoch"] == epoch, name, "is of another epoch")
        if by["generation"] == 0:
            return NO_HEAD
        head, sha256 = self.read_head(by["generation"])
        check(sha256 == by["sha256"], f"heads/{by['generation']:016x}", f"is not the head that {name} names")
        return head

    def read_head(self, generation):
        name = f"heads/{generation:016x}"
        head, sha256 = self.sealed(name, HEAD)
        check(head["generation"] == generation, name, "is another generation")
        return head, sha256

    def version(self, version_id):
        if version_id not in [listed["id"] for listed in self.head["versions"]]:
            raise Problem(f"there is no version {version_id}")
        name = f"versions/{version_id[-2:]}/{version_id}"
        version, _ = self.sealed(name, VERSION)
        check(version["id"] == version_id, name, "is another version")
        return version

    # §6, §7: packs and index segments

    def key_of(self, name, header, magic, kind, info):
        """Checks the header of a pack (kind 1 or 2) or index segment (kind 0); the result is the object's key."""
        with reading(name):
            start, found, zeros, epoch, salt, more_zeros = struct.unpack(">8sB3sI32s16s", header)
            check((start, found, zeros, more_zeros) == (magic, kind, bytes(3), bytes(16)), name, "its header is wrong")
            check(salt[:16].hex() == os.path.basename(name), name, "is not what was stored under this name")
            check(epoch > 0, name, "is of an impossible key epoch")
            return AESGCM(hkdf(self.root(epoch, name), salt, info))

    def frame(self, name, blob, magic, kind, info):
        """The key, the first five fields of the trailer and the footer's plaintext of a pack or index segment."""
        key = self.key_of(name, blob[:64], magic, kind, info)
        with reading(name):
            *fields, crc, end = struct.unpack(">QIIQII8s", blob[-40:])
            check(end == magic[:4] + b"END1" and crc == crc32c(blob[-40:-12]), name, "its trailer is wrong")
            start, length = fields[:2]
            return key, fields, Cursor(key.decrypt(nonce(2, 0), blob[start : start + length], blob[:64]))

    def read_index(self, name):
        blob = self.folder.get(name)
        key, trailer, footer = self.frame(name, blob, b"DPLIDX01", 0, "doppel/v1/index")
        footer_at, footer_length, blocks, entries, zero = trailer
        with reading(name):
            check(footer_at + footer_length == len(blob) - 40 and zero == 0, name, "its trailer is wrong")
            check(blocks == -(-entries // BLOCK_ENTRIES), name, "its trailer is wrong")
            count = footer.varint()
            packs = [Pack(footer.take(16).hex(), footer.byte(), footer.varint(), footer.varint()) for _ in range(count)]
            at, last, records = 64, b"", [0] * count
            for block in range(blocks):
                length = 48 * min(BLOCK_ENTRIES, entries - block * BLOCK_ENTRIES) + 16
                plain = Cursor(key.decrypt(nonce(1, block), blob[at : at + length], blob[:64]))
                check(plain.data[:32] == footer.take(32), name, "its footer and its blocks differ")
                at += length
                while plain.more():
                    entry = plain.take(48)
                    check(last < entry, name, "is not sorted")
                    last = entry
                    pack, offset, stored, raw = (
                        int.from_bytes(entry[a:b], "big") for a, b in ((32, 36), (36, 41), (41, 44), (44, 47))
                    )
                    records[pack] += 1
                    self.places[entry[:32]].append(Place(packs[pack].name, offset, stored, raw, entry[47]))
            check(at == footer_at and not footer.more(), name, "has bytes that belong to nothing")
            check(records == [pack.records for pack in packs], name, "lacks records of its packs")
            self.packs.update((pack.name, pack) for pack in packs)

    # §5: records

    def object_name(self, pack):
        return f"{'data' if pack.kind == CHUNK else 'tree'}/{pack.name[:2]}/{pack.name}"

    def pack_key(self, pack):
        if pack.name not in self.pack_keys:
            name = self.object_name(pack)
            header = self.folder.get(name, 0, 64)
            self.pack_keys[pack.name] = self.key_of(name, header, b"DPLPACK1", pack.kind, "doppel/v1/pack")
        return self.pack_keys[pack.name]

    def open_record(self, record_id, place, sealed):
        pack = self.packs[place.pack]
        name = f"{self.object_name(pack)} at {place.offset}"
        aad = b"DPLR" + struct.pack(">BBBI", 1, pack.kind, place.codec, place.raw) + record_id
        with reading(name):
            plain = self.pack_key(pack).decrypt(nonce(1, place.offset), sealed, aad)
            plain = decompress(place.codec, plain, place.raw)
        message = struct.pack(">BI", pack.kind, place.raw) + hashlib.sha256(plain).digest()
        check(hmac.digest(self.id_key, message, "sha256") == record_id, name, "is not what its id says")
        return plain

    def record(self, kind, record_id):
        """The content of a chunk or node, from the first copy that proves right."""
        problems = []
        for place in self.places.get(record_id, ()):
            pack = self.packs[place.pack]
            if pack.kind == kind:
                try:
                    sealed = self.folder.get(self.object_name(pack), place.offset, place.stored)
                    return self.open_record(record_id, place, sealed)
                except Damage as e:
                    problems.append(str(e))
        raise Damage("\n".join(problems) or f"{record_id.hex()}: in no pack of the index")

    # §8: the tree of a disk

    def leaves(self, root, level, first, count):
        """Each of `count` windows from `first` on, with its leaf, or None where the window is one hole."""
        if root is None:
            yield from ((window, None) for window in range(first, first + count))
        elif level == 0:
            yield first, self.record(NODE, root)
        else:
            name, span, end = f"node {root.hex()}", FAN_OUT ** (level - 1), first + count
            cursor = Cursor(self.record(NODE, root))
            while cursor.more():
                with reading(name):
                    run = cursor.varint()
                    child = None if run else cursor.take(32)
                width = span * (run or 1)
                check(first + width - span < end, name, "has too many children")
                width = min(width, end - first)
                yield from self.leaves(child, level - 1, first, width)
                first += width
            check(first == end, name, "has too few children")

    def extents(self, disk):
        """The chunks of a disk in order; what lies between them is zero."""
        size, root, level = disk["size"], disk["root"] and bytes.fromhex(disk["root"]), 0
        pages, windows = -(-size // PAGE), -(-size // (PAGE * WINDOW_PAGES))
        while FAN_OUT**level < windows:
            level += 1
        page = 0
        for window, leaf in self.leaves(root, level, 0, windows):
            name, end = f"leaf of window {window}", min((window + 1) * WINDOW_PAGES, pages)
            cursor = Cursor(leaf or b"\0")
            with reading(name):
                check(cursor.varint() == page - window * WINDOW_PAGES, name, "does not start where the one before ends")
            while cursor.more():
                with reading(name):
                    code, first = cursor.varint(), page
                    page += code >> 1
                    chunk = None if code & 1 else cursor.take(32)
                limit = min(first + CHUNK_PAGES, (first // SEGMENT_PAGES + 1) * SEGMENT_PAGES, pages) if chunk else end
                check(first < page <= limit and first < end, name, "has an entry of impossible length")
                if chunk:
                    yield Extent(first * PAGE, min(page * PAGE, size) - first * PAGE, chunk)
            if leaf is None:
                page = end
            check(page >= end, name, "ends too early")

    def content(self, disk):
        """Offset and bytes of each chunk of a disk."""
        for extent in self.extents(disk):
            plain = self.record(CHUNK, extent.id)
            check(len(plain) == extent.length, f"chunk {extent.id.hex()}", "has another length than its leaf says")
            yield extent.offset, plain


# Commands


def list_versions(vault):
    """print one line for each disk of each version: version, time, machine, disk, size"""
    for listed in vault.head["versions"]:
        version = vault.version(listed["id"])
        for disk in version["disks"]:
            print(version["id"], version["takenAt"], version["machine"]["name"], disk["key"], disk["size"], sep="\t")


def restore(vault, version, disk, out):
    """write a disk of a version to a new sparse file, which stays only if all of it is right"""
    disks = [d for d in vault.version(version)["disks"] if d["key"] == disk]
    if not disks:
        raise Problem(f"version {version} has no disk {disk}")
    with open(out, "xb") as file:
        try:
            file.truncate(disks[0]["size"])
            for offset, plain in vault.content(disks[0]):
                file.seek(offset)
                file.write(plain)
            file.flush()
        except BaseException:
            os.unlink(out)
            raise


def secret(args):
    """Secrets come from files or the environment: command lines can be seen by everyone on the machine."""

    def text(path, variable):
        if path:
            with open(path, encoding="utf-8") as file:
                return file.read().rstrip("\n")
        return os.environ.get(variable)

    if args.machine_key_file:
        with open(args.machine_key_file, "rb") as file:
            return MachineKey(file.read())
    recovery_key = text(args.recovery_key_file, "DOPPEL_RECOVERY_KEY")
    passphrase = text(args.passphrase_file, "DOPPEL_PASSPHRASE")
    if recovery_key is None and passphrase is None:
        raise Problem("give DOPPEL_PASSPHRASE or DOPPEL_RECOVERY_KEY in the environment, or a file with a key")
    return RecoveryKey(recovery_key) if recovery_key is not None else Passphrase(passphrase)


def run(commands):
    """Runs one of the commands, whose parameters after the vault are given by name, for the program's arguments."""
    parser = argparse.ArgumentParser()
    for option in ("--passphrase-file", "--recovery-key-file", "--machine-key-file"):
        parser.add_argument(option, metavar="FILE")
    choices = parser.add_subparsers(dest="command", required=True)
    for name, (action, parameters) in commands.items():
        choice = choices.add_parser(name, help=action.__doc__)
        for parameter in ("vault", *parameters):
            choice.add_argument(parameter, metavar=parameter.upper())
    args = parser.parse_args()
    action, parameters = commands[args.command]
    try:
        vault = Vault(args.vault, secret(args))
        for warning in vault.warnings:
            print("warning:", warning, file=sys.stderr)
        action(vault, *(getattr(args, parameter) for parameter in parameters))
    except (Problem, OSError, UnicodeError) as e:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {e}")


if __name__ == "__main__":
    run({"list": (list_versions, ()), "restore": (restore, ("version", "disk", "out"))})
