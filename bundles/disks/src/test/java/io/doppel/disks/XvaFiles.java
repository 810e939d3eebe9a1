package io.doppel.disks;

import io.doppel.spi.disk.DiskReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Descriptions of machines, and XVA files as others make and read them. */
final class XvaFiles {
    private XvaFiles() {}

    /** A machine with disks of these sizes. */
    static XmlRpcValue.Struct description(Map<String, Long> disks) {
        List<XmlRpcValue> objects = new ArrayList<>();
        objects.add(object("VM", "Ref:0", Map.of("name_label", "a machine <&> \u00e4\r\n")));
        objects.add(object("SR", "Ref:90", Map.of("content_type", "user")));
        disks.forEach((ref, size) -> {
            objects.add(
                    object("VDI", ref, Map.of("virtual_size", Long.toString(size), "SR", "Ref:90", "type", "user")));
            objects.add(object("VBD", ref + "b", Map.of("VDI", ref, "type", "Disk")));
        });
        return root(objects);
    }

    static XmlRpcValue.Struct root(List<XmlRpcValue> objects) {
        Map<String, XmlRpcValue> root = new LinkedHashMap<>();
        root.put("version", XmlRpcValue.ofTexts(Map.of("export_vsn", "2")));
        root.put("objects", new XmlRpcValue.Array(objects));
        return new XmlRpcValue.Struct(root);
    }

    static XmlRpcValue object(String type, String ref, Map<String, String> record) {
        Map<String, XmlRpcValue> object = new LinkedHashMap<>();
        object.put("class", XmlRpcValue.of(type));
        object.put("id", XmlRpcValue.of(ref));
        object.put("snapshot", XmlRpcValue.ofTexts(record));
        return new XmlRpcValue.Struct(object);
    }

    static XvaWriter writer(Map<String, byte[]> disks) throws Exception {
        Map<String, Long> sizes = new LinkedHashMap<>();
        Map<String, DiskReader> readers = new LinkedHashMap<>();
        disks.forEach((ref, content) -> {
            sizes.put(ref, (long) content.length);
            readers.put(ref, new MemoryDisk(content, 4096));
        });
        return XvaWriter.plan(description(sizes), readers);
    }

    static byte[] bytes(XvaWriter writer, XvaCompression compression) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writer.writeTo(out, compression, StreamWatch.NONE);
        return out.toByteArray();
    }

    /** What our reader makes of it. */
    static Map<String, byte[]> read(byte[] xva) throws Exception {
        Collected collected = new Collected();
        XvaReader.read(new ByteArrayInputStream(xva), collected, StreamWatch.NONE);
        return collected.contents();
    }

    /** Runs the maker and reader in Python (python3 and xxhash of Debian). */
    static void python(String... arguments) throws Exception {
        Path script = Path.of(XvaFiles.class.getResource("xva.py").toURI());
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", script.toString()));
        command.addAll(Arrays.asList(arguments));
        Qemu.run(command.toArray(String[]::new));
    }

    static byte[] pythonMakes(Path folder, String rules, Map<String, byte[]> disks) throws Exception {
        Path xva = folder.resolve("made.xva");
        List<String> arguments = new ArrayList<>(List.of("make", xva.toString(), rules));
        for (Map.Entry<String, byte[]> disk : disks.entrySet()) {
            Path file = folder.resolve(disk.getKey().replace(':', '_'));
            Files.write(file, disk.getValue());
            arguments.add(disk.getKey() + "=" + file);
        }
        python(arguments.toArray(String[]::new));
        return Files.readAllBytes(xva);
    }

    /** Collects all disks. */
    static final class Collected implements XvaSink {
        private final Map<String, CollectingSink> disks = new TreeMap<>();

        @Override
        public void machine(XvaManifest manifest) {
            for (XvaManifest.Disk disk : manifest.disks()) {
                if (disk.size() == 0) {
                    disks.put(disk.ref(), new CollectingSink(new byte[0]));
                    disks.get(disk.ref()).end();
                }
            }
        }

        @Override
        public DiskSink disk(XvaManifest.Disk disk) {
            CollectingSink sink = new CollectingSink(new byte[Math.toIntExact(disk.size())]);
            if (disks.put(disk.ref(), sink) != null) {
                throw new AssertionError("twice: " + disk.ref());
            }
            return sink;
        }

        Map<String, byte[]> contents() {
            Map<String, byte[]> contents = new TreeMap<>();
            disks.forEach((ref, sink) -> contents.put(ref, sink.content()));
            return contents;
        }
    }
}
