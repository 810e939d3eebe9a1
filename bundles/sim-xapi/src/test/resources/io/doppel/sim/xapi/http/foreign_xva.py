"""Reads an XVA and writes it again the way another program might.

Usage: foreign_xva.py IN OUT. Checks the checksums, then writes every chunk (no holes) with SHA-1 checksums, in GNU tar
format, and ova.xml as Python's xmlrpc library spells it. Prints the names of the machines, one a line.
"""
import hashlib
import io
import re
import subprocess
import sys
import tarfile
import xmlrpc.client

MIB = 1024 * 1024


def value(xml):
    text = re.sub(r"^<\?xml[^>]*\?>\s*", "", xml.decode())
    return xmlrpc.client.loads("<params><param>%s</param></params>" % text)[0][0]


def put(tar, name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mtime = 1700000000
    tar.addfile(info, io.BytesIO(data))


def main(source, target):
    with tarfile.open(source) as xva:
        members = xva.getmembers()
        assert members[0].name == "ova.xml", members[0].name
        files = {m.name: xva.extractfile(m).read() for m in members}
    ova = value(files.pop("ova.xml"))
    sizes = {o["id"]: int(o["snapshot"]["virtual_size"]) for o in ova["objects"] if o["class"] == "VDI"}
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as out:
        document = xmlrpc.client.dumps((ova,), allow_none=True)
        inner = re.search(r"<param>\s*(<value>.*</value>)\s*</param>", document, re.S).group(1)
        put(out, "ova.xml", inner.encode())
        for disk in sorted(sizes):
            chunks = sorted(n for n in files if n.startswith(disk + "/") and "." not in n)
            if not chunks:
                continue
            content = {int(n.split("/")[1]): files[n] for n in chunks}
            for name in chunks:
                said = files[name + ".xxhash"].decode()
                program = subprocess.run(["xxh64sum"], input=files[name], stdout=subprocess.PIPE, check=True)
                assert said == program.stdout.split()[0].decode().upper(), name
            for number in range((sizes[disk] + MIB - 1) // MIB):
                data = content.get(number, bytes(MIB))
                name = "%s/%08d" % (disk, number)
                put(out, name, data)
                put(out, name + ".checksum", hashlib.sha1(data).hexdigest().encode())
    for machine in ova["objects"]:
        if machine["class"] == "VM":
            print(machine["snapshot"]["name_label"])


main(sys.argv[1], sys.argv[2])
