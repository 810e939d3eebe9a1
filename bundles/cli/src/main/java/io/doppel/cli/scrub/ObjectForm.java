package io.doppel.cli.scrub;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The forms of a vault's objects (docs/vault-format.md §2), told by their names. */
enum ObjectForm {
    /** A pack of chunks. */
    DATA_PACK("data/([0-9a-f]{2})/(\\1[0-9a-f]{30})", 1),
    /** A pack of tree nodes. */
    TREE_PACK("tree/([0-9a-f]{2})/(\\1[0-9a-f]{30})", 2),
    /** An index segment. */
    SEGMENT("index/([0-9a-f]{2})/(\\1[0-9a-f]{30})", 0),
    /** Text with a signature. */
    TEXT("config|keys/[0-9a-f]{16}|copies/[0-9a-f]{8}\\.config", 0),
    /** A keyring. */
    KEYRING("keyring/[0-9a-f]{16}|copies/[0-9a-f]{16}\\.keyring", 1),
    /** A lease. */
    LEASE("lease/[0-9a-f]{8}", 2),
    /** The release of a lease. */
    RELEASE("lease/[0-9a-f]{8}\\.released", 3),
    /** A head. */
    HEAD("heads/[0-9a-f]{16}", 4),
    /** A version. */
    VERSION("versions/([0-9a-f]{2})/[0-9a-f]{30}\\1", 5),
    /** The closing of a lease. */
    CLOSING("lease/[0-9a-f]{8}\\.closing", 6),
    /** A cleared list. */
    CLEARED("cleared/[0-9a-f]{32}", 7),
    /** A hold. */
    HOLD("holds/[0-9a-f]{32}", 8),
    /** The removal of versions. */
    REMOVAL("removals/[0-9a-f]{32}", 9),
    /** A recovery copy of a server. */
    RECOVERY_COPY("recovery/[0-9a-f]{8}\\.[0-9a-f]{8}", 10),
    /** A part of recovery copies. */
    RECOVERY_PART("recovery/parts/[0-9a-f]{32}", 11),
    /** A question to the holder of a lease. */
    QUESTION("lease/[0-9a-f]{8}\\.ask\\.[0-9a-f]{32}", 12),
    /** Its answer. */
    ANSWER("lease/[0-9a-f]{8}\\.here\\.[0-9a-f]{32}", 13),
    /** A piece of the reserve, whose bytes say nothing. */
    RESERVE("reserve/0[0-7]", 0),
    /** Nothing that this version of the format knows. */
    UNKNOWN(".*", 0);

    private final Pattern names;
    /** The byte in the object that tells what it is; 0 where there is none. */
    private final int code;

    ObjectForm(String names, int code) {
        this.names = Pattern.compile(names, Pattern.DOTALL);
        this.code = code;
    }

    static ObjectForm of(String name) {
        for (ObjectForm form : values()) {
            if (form.names.matcher(name).matches()) {
                return form;
            }
        }
        throw new IllegalArgumentException(name);
    }

    int code() {
        return code;
    }

    /** The part of the name that is the beginning of the salt, of packs and segments. */
    String saltIn(String name) {
        Matcher m = names.matcher(name);
        if (!m.matches() || m.groupCount() < 2) {
            throw new IllegalArgumentException(name);
        }
        return m.group(2);
    }
}
