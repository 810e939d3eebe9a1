package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.disk.ByteRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Damaged and hostile images: each gives a coded error or some bytes; no other exception, no hang, no exhaustion. The
 * formats have no checksums over most tables, so a flipped table entry may lead to other bytes; where qemu-img reads the
 * damaged image, too, it must come to the same ones.
 */
class HostileImagesTest {
    private static final int SIZE = 3 << 20;
    private static final int FLIPS = 200;
    private static final int COMPARED_WITH_QEMU = 30;

    @TempDir
    Path folder;

    private Path image(String format, String ending, String options) throws Exception {
        Path source = Qemu.raw(folder.resolve("source.raw"), SIZE, 3);
        Path image = folder.resolve("good." + ending);
        String compressed = options.contains("compression") ? "-c" : "-q";
        Qemu.run(
                "qemu-img",
                "convert",
                "-f",
                "raw",
                "-O",
                format,
                compressed,
                "-o",
                options,
                source.toString(),
                image.toString());
        return image;
    }

    @ParameterizedTest
    @CsvSource({
        "qcow2, qcow2, cluster_size=4k",
        "qcow2, qcow2, 'extended_l2=on,cluster_size=16k'",
        "qcow2, qcow2, compression_type=zlib",
        "qcow2, qcow2, compression_type=zstd",
        "vpc, vhd, force_size=on",
        "vpc, vhd, 'subformat=fixed,force_size=on'",
        "vhdx, vhdx, block_size=1M"
    })
    void flippedBytes(String format, String ending, String options) throws Exception {
        byte[] good = Files.readAllBytes(image(format, ending, options));
        Path bad = folder.resolve("bad." + ending);
        Random random = new Random(11);
        for (int i = 0; i < FLIPS; i++) {
            byte[] bytes = good.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                bytes[place(good, random)] = (byte) (random.nextBoolean() ? random.nextInt() : -1);
            }
            Files.write(bad, bytes);
            Optional<byte[]> ours = read(bad);
            if (i < COMPARED_WITH_QEMU && ours.isPresent()) {
                compareWithQemu(format, bad, ours.get());
            }
        }
    }

    /** Mostly in tables: where there is something in the first and last pages and in sparse places. */
    private static int place(byte[] good, Random random) {
        int nonZero = random.nextInt(good.length);
        return switch (random.nextInt(4)) {
                    case 0 -> random.nextInt(512);
                    case 1 -> good.length - 1 - random.nextInt(Math.min(good.length, 1024));
                    case 2 -> {
                        while (good[nonZero] == 0) {
                            nonZero = random.nextInt(good.length);
                        }
                        yield nonZero;
                    }
                    default -> random.nextInt(64) << 12 | random.nextInt(256) & good.length - 1;
                }
                % good.length;
    }

    private void compareWithQemu(String format, Path bad, byte[] ours) throws Exception {
        Path reference = folder.resolve("reference");
        String source = format.equals("vpc")
                ? "driver=vpc,force_size_calc=current_size,file.filename=" + bad
                : "driver=" + format + ",file.filename=" + bad;
        Qemu.Result result =
                Qemu.attempt("qemu-img", "convert", "--image-opts", "-O", "raw", source, reference.toString());
        if (result.status() == 0 && Files.size(reference) == ours.length) {
            assertArrayEquals(Files.readAllBytes(reference), ours);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "qcow2, qcow2, cluster_size=64k",
        "qcow2, qcow2, compression_type=zlib",
        "qcow2, qcow2, compression_type=zstd",
        "vpc, vhd, force_size=on",
        "vpc, vhd, 'subformat=fixed,force_size=on'",
        "vhdx, vhdx, block_size=1M"
    })
    void truncation(String format, String ending, String options) throws Exception {
        byte[] good = Files.readAllBytes(image(format, ending, options));
        byte[] expected = Files.readAllBytes(folder.resolve("source.raw"));
        Path bad = folder.resolve("bad." + ending);
        Random random = new Random(12);
        int refused = 0;
        for (int i = 0; i < 60; i++) {
            int length = i < 10 ? i * 100 : random.nextInt(good.length);
            Files.write(bad, Arrays.copyOf(good, length));
            Optional<byte[]> read = read(bad);
            refused += read.isEmpty() ? 1 : 0;
            if (read.isPresent()) {
                assertArrayEquals(expected, read.get(), "wrong bytes of an image cut to " + length);
            }
        }
        // The others were cut where nothing of the disk is, and gave the right bytes.
        assertTrue(refused >= 45, "refused " + refused);
    }

    /** The bytes, or nothing if there was a coded error. */
    private static Optional<byte[]> read(Path image) {
        return assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            try (DiskImage opened = DiskImages.inspect(image)) {
                // as a backup does: what is not allocated is zeros, unread
                byte[] bytes = new byte[(int) Math.min(opened.size(), SIZE * 2)];
                for (ByteRange range : opened.allocated(new ByteRange(0, Math.min(opened.size(), 64L << 30)))) {
                    if (range.offset() < bytes.length) {
                        int length = (int) (Math.min(range.end(), bytes.length) - range.offset());
                        opened.read(range.offset(), bytes, (int) range.offset(), length);
                    }
                }
                if (opened.size() > bytes.length) {
                    opened.read(opened.size() - 512, new byte[512], 0, 512);
                }
                return Optional.of(bytes);
            } catch (DoppelException e) {
                assertTrue(e.code() instanceof DiskError, e::getMessage);
                return Optional.<byte[]>empty();
            }
        });
    }
}
