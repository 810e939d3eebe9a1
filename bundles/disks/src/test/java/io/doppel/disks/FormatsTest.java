package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every format in every shape that qemu-img can make, against qemu-img's own reading, bit by bit. */
class FormatsTest {
    @TempDir
    Path folder;

    record Shape(String format, String ending, String options, boolean compressed) {
        @Override
        public String toString() {
            return format + " " + options + (compressed ? " compressed" : "");
        }
    }

    static final Shape[] SHAPES = {
        new Shape("qcow2", "qcow2", "compat=1.1", false),
        new Shape("qcow2", "qcow2", "compat=0.10", false),
        new Shape("qcow2", "qcow2", "cluster_size=512", false),
        new Shape("qcow2", "qcow2", "cluster_size=2M", false),
        new Shape("qcow2", "qcow2", "extended_l2=on,cluster_size=128k", false),
        new Shape("qcow2", "qcow2", "preallocation=metadata", false),
        new Shape("qcow2", "qcow2", "preallocation=falloc", false),
        new Shape("qcow2", "qcow2", "lazy_refcounts=on", false),
        new Shape("qcow2", "qcow2", "compression_type=zlib", true),
        new Shape("qcow2", "qcow2", "compression_type=zstd", true),
        new Shape("qcow2", "qcow2", "compression_type=zstd,cluster_size=2M", true),
        new Shape("qcow2", "img", "compat=0.10,cluster_size=4k", true),
        new Shape("vpc", "vhd", "subformat=dynamic", false),
        new Shape("vpc", "vhd", "subformat=fixed", false),
        new Shape("vpc", "vhd", "subformat=dynamic,force_size=on", false),
        new Shape("vpc", "vhd", "subformat=fixed,force_size=on", false),
        new Shape("vpc", "img", "subformat=dynamic,force_size=on", false),
        new Shape("vhdx", "vhdx", "subformat=dynamic", false),
        new Shape("vhdx", "vhdx", "subformat=fixed", false),
        new Shape("vhdx", "vhdx", "subformat=dynamic,block_size=1M,log_size=2M", false),
    };

    static Stream<Arguments> cases() {
        return Stream.of(SHAPES)
                .flatMap(s -> Stream.of(0L, 512L, 65536L - 512, 1_000_448L, 9_437_696L)
                        // qemu-img cannot open the empty fixed VHD that it makes.
                        .filter(size -> size > 0
                                || !s.options().startsWith("subformat=fixed")
                                || s.format().equals("vhdx"))
                        .map(size -> Arguments.of(s, size)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void readsWhatQemuReads(Shape shape, long size) throws Exception {
        Path source = Qemu.raw(folder.resolve("source.raw"), size, size);
        Path image = folder.resolve("disk." + shape.ending());
        Qemu.run(
                "qemu-img",
                "convert",
                "-f",
                "raw",
                "-O",
                shape.format(),
                shape.compressed() ? "-c" : "-q",
                "-o",
                shape.options(),
                source.toString(),
                image.toString());
        assertSame(image, shape);
        if (size > 0) {
            Qemu.scribble(image, shape.format(), size, 7);
            assertSame(image, shape);
        }
    }

    private void assertSame(Path image, Shape shape) throws Exception {
        Path reference = folder.resolve("reference");
        Qemu.run("qemu-img", "convert", "-f", shape.format(), "-O", "raw", image.toString(), reference.toString());
        byte[] expected = Files.readAllBytes(reference);
        try (DiskImage opened = DiskImages.open(image)) {
            assertEquals(shape.format().equals("vpc") ? "vhd" : shape.format(), opened.format());
            DiskBytes.assertHolds(expected, opened);
            opened.verifyUnchanged();
        }
    }
}
