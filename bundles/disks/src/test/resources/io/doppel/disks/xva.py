"""An XVA maker and an XVA reader that share nothing with Doppel, after what XAPI does.

xva.py make OUT RULES DISK...   DISK is REF=FILE; RULES is a comma list of: sha1 | xxhash, gzip | zstd, alive (chunks without
                                bytes, as XAPI sends them when nothing was sent for 5 s), full (nothing left out), padded
                                (the archive is filled up to a record, as tar does), folders
xva.py read IN FOLDER           writes FOLDER/ova.xml and each disk as FOLDER/REF; fails if any checksum does not match
"""
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ET

CHUNK = 1 << 20


def xxh64(data):
    out = subprocess.run(["xxhsum", "-H1", "-"], input=data, capture_output=True, check=True).stdout.decode()
    return out.split()[0].upper()


def struct(members):
    value = ET.Element("value")
    s = ET.SubElement(value, "struct")
    for name, member in members.items():
        m = ET.SubElement(s, "member")
        ET.SubElement(m, "name").text = name
        if not isinstance(member, ET.Element):
            text, member = member, ET.Element("value")
            member.text = str(text)
        m.append(member)
    return value


def array(values):
    value = ET.Element("value")
    data = ET.SubElement(ET.SubElement(value, "array"), "data")
    data.extend(values)
    return value


def obj(cls, ref, snapshot):
    return struct({"class": cls, "id": ref, "snapshot": struct(snapshot)})


def description(disks):
    objects = [obj("VM", "Ref:0", {"name_label": "made by Python <&> \u00e4", "is_a_template": "0"})]
    objects.append(obj("SR", "Ref:90", {"content_type": "user"}))
    objects.append(obj("SR", "Ref:91", {"content_type": "iso"}))
    objects.append(obj("VDI", "Ref:92", {"virtual_size": 4096, "SR": "Ref:91", "type": "user"}))
    objects.append(obj("VBD", "Ref:93", {"VDI": "Ref:92", "type": "Disk", "userdevice": "7"}))
    objects.append(obj("VBD", "Ref:94", {"VDI": "OpaqueRef:NULL", "type": "CD", "userdevice": "3"}))
    for i, (ref, size) in enumerate(disks):
        objects.append(obj("VDI", ref, {"virtual_size": size, "SR": "Ref:90", "type": "user"}))
        objects.append(obj("VBD", ref + "b", {"VDI": ref, "type": "Disk", "userdevice": i}))
    version = struct({"product_brand": "XenServer", "export_vsn": 2})
    return ET.tostring(struct({"version": version, "objects": array(objects)}))


def add(tar, name, data):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def add_chunk(tar, name, data, rules):
    add(tar, name, data)
    if "sha1" in rules:
        add(tar, name + ".checksum", hashlib.sha1(data).hexdigest().encode())
    else:
        add(tar, name + ".xxhash", xxh64(data).encode())


def make(out, rules, disks):
    plain = out + ".plain"
    with tarfile.open(plain, "w", format=tarfile.USTAR_FORMAT) as tar:
        add(tar, "ova.xml", description([(ref, os.path.getsize(file)) for ref, file in disks]))
        for ref, file in sorted(disks):
            if "folders" in rules:
                folder = tarfile.TarInfo(ref)
                folder.type = tarfile.DIRTYPE
                tar.addfile(folder)
            data = open(file, "rb").read()
            number = 0
            for at in range(0, len(data), CHUNK):
                part = data[at:at + CHUNK]
                edge = at == 0 or at + CHUNK >= len(data)
                if "alive" in rules and not edge and (at // CHUNK) % 3 == 1:
                    add_chunk(tar, "%s/%08d" % (ref, number), b"", rules)
                    number += 1
                if edge or "full" in rules or part.count(0) < len(part):
                    add_chunk(tar, "%s/%08d" % (ref, number), part, rules)
                number += 1
    data = open(plain, "rb").read()
    if "padded" not in rules:
        # Python fills up to a record of 10 KiB; XAPI ends with two blocks of zeros.
        data = data.rstrip(b"\0")
        data += bytes(-len(data) % 512 + 1024)
    for tool in ("gzip", "zstd"):
        if tool in rules:
            data = subprocess.run([tool, "-c"], input=data, capture_output=True, check=True).stdout
    open(out, "wb").write(data)
    os.remove(plain)


def read(xva, folder):
    first = None
    last = {}
    pending = None
    with tarfile.open(xva) as tar:
        members = list(tar)
        assert members[0].name == "ova.xml", members[0].name
        for member in members:
            data = tar.extractfile(member).read()
            if member.name == "ova.xml":
                open(folder + "/ova.xml", "wb").write(data)
                continue
            if pending:
                name, chunk = pending
                assert member.name == name + ".xxhash", member.name
                assert data.decode() == xxh64(chunk), name
                pending = None
                continue
            ref, number = member.name.split("/")
            assert ref >= max(last, default=""), "order of disks"
            # As XAPI does: the first chunk of all tells the size of what is left out, in every disk.
            first = len(data) if first is None else first
            with open(folder + "/" + ref, "ab") as disk:
                skipped = int(number) - last.get(ref, -1) - 1
                assert skipped >= 0, member.name
                disk.write(bytes(skipped * first))
                disk.write(data)
            last[ref] = int(number)
            pending = (member.name, data)
    assert not pending


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3].split(","), [d.split("=", 1) for d in sys.argv[4:]])
    else:
        read(sys.argv[2], sys.argv[3])
