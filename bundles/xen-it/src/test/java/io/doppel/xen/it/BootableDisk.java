package io.doppel.xen.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A disk that is one ext4 file system whose boot block holds a program: started by a BIOS, it reads sectors of a file that lie all over
 * the disk, checks their sums, and says on the serial port whether they are right.
 */
final class BootableDisk {
    /** What a disk says whose sectors are as they were made. */
    static final String RIGHT = "all sectors are right";

    static final String WRONG = "a sector is wrong";

    private static final int SECTOR = 512;
    private static final int BLOCK = 4096;
    private static final int PROBES = 63;

    private BootableDisk() {}

    /**
     * Makes one.
     *
     * @param image the new image
     * @param size in bytes, a multiple of 512
     * @param probed bytes of the file that the program checks
     * @param folder an empty folder for what is needed meanwhile
     */
    static void make(Path image, long size, int probed, Path folder) throws IOException, InterruptedException {
        Path root = Files.createDirectories(folder.resolve("root"));
        byte[] content = new byte[probed];
        new Random(size).nextBytes(content);
        Files.write(root.resolve("checked"), content);
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(size);
        }
        // The number of blocks is told: the disk may end with a part of one.
        Command.run(
                "mke2fs",
                "-q",
                "-F",
                "-t",
                "ext4",
                "-b",
                "" + BLOCK,
                "-E",
                "nodiscard,lazy_itable_init=0,lazy_journal_init=0",
                "-d",
                root.toString(),
                image.toString(),
                "" + size / BLOCK);
        List<Long> blocks = new ArrayList<>();
        String listed = Command.run("debugfs", "-R", "blocks /checked", image.toString());
        for (String word : listed.substring(listed.indexOf('\n') + 1).trim().split("\\s+")) {
            blocks.add(Long.parseLong(word));
        }
        try (FileChannel disk = FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer boot = ByteBuffer.allocate(2 * SECTOR).order(ByteOrder.LITTLE_ENDIAN);
            boot.put(program(folder)).putInt(PROBES);
            Random random = new Random(PROBES);
            for (int i = 0; i < PROBES; i++) {
                long block = blocks.get((int) ((long) i * (blocks.size() - 1) / (PROBES - 1)));
                long sector = block * (BLOCK / SECTOR) + random.nextInt(BLOCK / SECTOR);
                boot.putInt((int) sector).putInt(sum(disk, sector));
            }
            disk.write(boot.rewind(), 0);
        }
    }

    private static int sum(FileChannel disk, long sector) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
        disk.read(buffer, sector * SECTOR);
        buffer.flip();
        int sum = 0;
        while (buffer.hasRemaining()) {
            sum += buffer.getInt();
        }
        return sum;
    }

    private static byte[] program(Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve("boot.s");
        try (InputStream in = BootableDisk.class.getResourceAsStream("boot.s")) {
            Files.copy(in, source);
        }
        Path object = folder.resolve("boot.o");
        Path binary = folder.resolve("boot.bin");
        Command.run("as", "--32", "-o", object.toString(), source.toString());
        Command.run(
                "ld",
                "-m",
                "elf_i386",
                "-Ttext",
                "0x7c00",
                "--oformat",
                "binary",
                "-o",
                binary.toString(),
                object.toString());
        return Files.readAllBytes(binary);
    }

    /** Starts a computer with a raw image as its disk, and gives the first line it says on its serial port. */
    static String boot(Path image) throws IOException, InterruptedException {
        Process computer = new ProcessBuilder(
                        "timeout",
                        "60",
                        "qemu-system-x86_64",
                        "-accel",
                        "tcg",
                        "-m",
                        "32",
                        "-nodefaults",
                        "-display",
                        "none",
                        "-serial",
                        "stdio",
                        "-snapshot",
                        "-drive",
                        "file=" + image + ",format=raw,if=ide")
                .redirectErrorStream(true)
                .start();
        try {
            String line = computer.inputReader().readLine();
            return line == null ? "nothing" : line;
        } finally {
            computer.destroy();
            if (!computer.waitFor(10, TimeUnit.SECONDS)) {
                computer.destroyForcibly();
            }
        }
    }
}
