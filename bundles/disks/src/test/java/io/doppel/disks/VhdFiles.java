package io.doppel.disks;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** VHD files as others read them. */
final class VhdFiles {
    static final Instant MADE = Instant.parse("2026-11-21T20:00:00Z");

    private VhdFiles() {}

    static void write(VhdStreamWriter writer, Path file) throws Exception {
        try (OutputStream out = Files.newOutputStream(file)) {
            writer.writeTo(out, StreamWatch.NONE);
        }
    }

    static byte[] bytes(VhdStreamWriter writer) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writer.writeTo(out, StreamWatch.NONE);
        return out.toByteArray();
    }

    /** As qemu-img reads it when told to take the size that the footer says. */
    static byte[] asQemuReads(Path vhd) throws Exception {
        Path raw = vhd.resolveSibling(vhd.getFileName() + ".raw");
        Qemu.run(
                "qemu-img",
                "convert",
                "--image-opts",
                "-O",
                "raw",
                "driver=vpc,force_size_calc=current_size,file.driver=file,file.filename=" + vhd,
                raw.toString());
        return Files.readAllBytes(raw);
    }

    /** As libvhdi (Debian: python3-libvhdi) reads a chain, base first. */
    static byte[] asLibvhdiReads(Path... chain) throws Exception {
        Path raw = chain[0].resolveSibling("libvhdi.raw");
        String script = "import pyvhdi,sys\n"
                + "parent=None\n"
                + "kept=[]\n"
                + "for name in sys.argv[2:]:\n"
                + "    f=pyvhdi.file(); f.open(name); kept.append(f)\n"
                + "    if parent: f.set_parent(parent)\n"
                + "    parent=f\n"
                + "size=parent.get_media_size()\n"
                + "open(sys.argv[1],'wb').write(parent.read_buffer_at_offset(size,0) if size else b'')\n";
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-c", script, raw.toString()));
        for (Path image : chain) {
            command.add(image.toString());
        }
        Qemu.run(command.toArray(String[]::new));
        return Files.readAllBytes(raw);
    }

    /** As our stream reader puts it over what was there before. */
    static byte[] asStreamed(byte[] vhd, byte[] before) throws Exception {
        CollectingSink sink = new CollectingSink(before);
        VhdStreamReader.read(new ByteArrayInputStream(vhd), info -> sink, StreamWatch.NONE);
        return sink.content();
    }
}
