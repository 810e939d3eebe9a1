#!/usr/bin/python3
"""Checks what docs/vault-format.md promises beyond what one must look at in order to restore.

That is: packs with their footers and CRC tables, both copies of each node, and that disks are cut where §4 says.
"""

import functools
import struct
import sys
from collections import defaultdict

sys.dont_write_bytecode = True  # the reader lies beside this file, in a source folder

from read_vault import CHUNK, NODE, PAGE, SEGMENT_PAGES, CHUNK_PAGES, Damage, Place, check, crc32c, hkdf, reading, run

SCRUB_BLOCK = 65536
ZERO_RUN = 8

crc_of_page = functools.lru_cache(maxsize=65536)(crc32c)  # versions have most pages in common


def verify_pack(vault, pack):
    """§6. All that the index says of the pack, and nothing else, must be in it."""
    name = vault.object_name(pack)
    blob = vault.folder.get(name)
    check(len(blob) == pack.size, name, "has another size than the index says")
    _, trailer, footer = vault.frame(name, blob, b"DPLPACK1", pack.kind, "doppel/v1/pack")
    footer_at, footer_length, records, table_at, table_crc = trailer
    table = blob[table_at:-40]
    check(crc32c(table) == table_crc, name, "its CRC table is damaged")
    sums = [crc32c(blob[at : min(at + SCRUB_BLOCK, table_at)]) for at in range(0, table_at, SCRUB_BLOCK)]
    check(table == struct.pack(f">{len(sums)}I", *sums), name, "differs from its CRC table")
    check(records == pack.records, name, "has another number of records than the index says")
    at = 64
    for _ in range(records):
        with reading(name):
            record_id, codec, raw, stored = footer.take(32), footer.byte(), footer.varint(), footer.varint()
        place = Place(pack.name, at, stored, raw, codec)
        check(place in vault.places[record_id], name, f"has a record at {at} of which the index tells something else")
        vault.open_record(record_id, place, blob[at : at + stored])
        at += stored
    check(at == footer_at and at + footer_length == table_at and not footer.more(), name, "has gaps")


def verify_copies(vault):
    """§6. Nodes are there twice."""
    for record_id, places in vault.places.items():
        packs = {place.pack for place in places if vault.packs[place.pack].kind == NODE}
        check(len(packs) != 1, f"node {record_id.hex()}", "has only one copy")


def verify_keyrings(vault):
    """§3. Every generation is there twice, has all keys of the one before, and was never another."""
    generations = vault.keyring_generations()
    check([int(g, 16) for g in generations] == list(range(1, len(generations) + 1)), "keyring/", "one is missing")
    id_key, roots = vault.id_key, {}
    for generation in generations:
        for name in vault.keyring_names(generation):
            found_id_key, found = vault.read_keyring(name, generation)
            check(found_id_key == id_key and roots.items() <= found.items(), name, "lacks keys of one before")
        roots = found


def verify_cuts(vault, disk):
    """§4. Cuts and holes must be a function of the content."""
    keys = hkdf(vault.id_key, b"", "doppel/v1/chunker")
    k1, k2 = int.from_bytes(keys[:4], "big"), int.from_bytes(keys[4:12], "big") | 1

    def page_hash(page):
        return ((crc_of_page(page) ^ k1) * k2 & 0xFFFFFFFFFFFFFFFF) >> 32

    segments = defaultdict(list)
    for extent in vault.extents(disk):
        segments[extent.offset // PAGE // SEGMENT_PAGES].append(extent)
    for segment, extents in segments.items():
        end = min((segment + 1) * SEGMENT_PAGES, -(-disk["size"] // PAGE))
        hashes = {}  # of the pages that are not zero
        for extent in extents:
            chunk = vault.record(CHUNK, extent.id)
            for at in range(0, len(chunk), PAGE):
                page = chunk[at : at + PAGE]
                if any(page):
                    hashes[(extent.offset + at) // PAGE] = page_hash(page)
        zero_hash = page_hash(bytes(PAGE))
        for extent in extents:
            first, count = extent.offset // PAGE, 1
            while not ends(hashes, zero_hash, first + count, count, end):
                count += 1
            name = f"chunk at {extent.offset}"
            check(first in hashes, name, "starts with a page of zeros")
            check(count == -(-extent.length // PAGE), name, f"should have {count} pages")


def ends(hashes, zero_hash, after, count, end):
    """Whether a chunk that has `count` pages by now ends before the page `after`."""
    if count == CHUNK_PAGES or after == end:
        return True
    if count >= 8 and hashes.get(after - 1, zero_hash) < 2**32 // (64 if count < 36 else 8):
        return True
    return after + ZERO_RUN <= end and not any(page in hashes for page in range(after, after + ZERO_RUN))


def verify(vault):
    """check everything that the newest head leads to; names all problems, not only the first"""
    problems = list(vault.warnings)

    def attempt(action, *args):
        try:
            return action(*args)
        except Damage as e:
            problems.append(str(e))

    attempt(verify_keyrings, vault)
    for pack in vault.packs.values():
        attempt(verify_pack, vault, pack)
    attempt(verify_copies, vault)
    for listed in vault.head["versions"]:
        version = attempt(vault.version, listed["id"])
        for disk in version["disks"] if version else ():
            attempt(verify_cuts, vault, disk)
    if problems:
        raise Damage("\n".join(problems))


if __name__ == "__main__":
    run({"verify": (verify, ())})
