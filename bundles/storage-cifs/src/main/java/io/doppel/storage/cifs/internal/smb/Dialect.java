package io.doppel.storage.cifs.internal.smb;

import java.util.Arrays;
import java.util.List;

/** The dialects that are spoken; everything older is not safe, or cannot flush. */
public enum Dialect {
    SMB_2_1("2.1", 0x0210),
    SMB_3_0("3.0", 0x0300),
    SMB_3_0_2("3.0.2", 0x0302),
    SMB_3_1_1("3.1.1", 0x0311);

    private final String text;
    private final int code;

    Dialect(String text, int code) {
        this.text = text;
        this.code = code;
    }

    /** As people write it. */
    @Override
    public String toString() {
        return text;
    }

    int code() {
        return code;
    }

    boolean isAtLeast(Dialect other) {
        return code >= other.code;
    }

    /** The one that people write so. */
    public static Dialect of(String text) {
        return Arrays.stream(values())
                .filter(d -> d.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text));
    }

    /** This one and all newer ones. */
    List<Dialect> andNewer() {
        return Arrays.stream(values()).filter(d -> d.isAtLeast(this)).toList();
    }
}
