package io.doppel.core.internal.recovery;

import com.fasterxml.jackson.databind.ObjectMapper;

/** How a recovery copy is written (docs/recovery.md): parts of lines of JSON, each with a first line that says what the others are. */
final class CopyFormat {
    /** Of the whole; a reader refuses a higher one. */
    static final int VERSION = 1;
    /** First field of parts of the catalogue: the name of a table. */
    static final String TABLE = "table";
    /** First field of the part of secrets. */
    static final String SECRETS = "secrets";
    /** First field of the part of the key files of vaults. */
    static final String KEY_FILES = "keyFiles";
    /** First field of the part of configuration. */
    static final String CONFIGURATION = "configuration";

    static final ObjectMapper JSON = new ObjectMapper();

    private CopyFormat() {}
}
