package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import java.util.Arrays;
import java.util.Optional;

/** The formats that are read. */
enum Format {
    RAW("raw", "raw"),
    QCOW2("qcow2", "qcow2"),
    VHD("vhd", "vpc"),
    VHDX("vhdx", "vhdx");

    private static final long QCOW2_MAGIC = 0x514649FBL;
    private static final long VHDX_MAGIC = 0x7668647866696C65L;

    private final String word;
    private final String qemuWord;

    Format(String word, String qemuWord) {
        this.word = word;
        this.qemuWord = qemuWord;
    }

    String word() {
        return word;
    }

    /** The format of that name in qemu's words. */
    static Optional<Format> byQemuWord(String word) {
        return Arrays.stream(values()).filter(f -> f.qemuWord.equals(word)).findFirst();
    }

    /** What an ending in lower case promises; nothing for {@code .img}, which people use for all. */
    static Optional<Format> byEnding(String ending) {
        return switch (ending) {
            case ".qcow2" -> Optional.of(QCOW2);
            case ".vhd", ".avhd" -> Optional.of(VHD);
            case ".vhdx", ".avhdx" -> Optional.of(VHDX);
            default -> Optional.empty();
        };
    }

    /** What the first bytes say. */
    static Optional<Format> byContent(ByteSource source) throws DoppelException {
        if (source.size() < 8) {
            return Optional.empty();
        }
        long first = new TableReader(source).bigLong(0);
        if (first >>> 32 == QCOW2_MAGIC) {
            return Optional.of(QCOW2);
        }
        if (first == VHDX_MAGIC) {
            return Optional.of(VHDX);
        }
        return first == VhdFooter.MAGIC ? Optional.of(VHD) : Optional.empty();
    }
}
