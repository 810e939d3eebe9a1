package io.doppel.api.settings;

/** The type of a setting's value; values travel as text. */
public enum SettingType {
    /** Any text; blanks around it do not count unless the whole stands in double quotes, which are not part of it then. */
    TEXT,
    /** A whole number, see {@link SettingField#min()} and {@link SettingField#max()}. */
    INTEGER,
    /** {@code true} or {@code false}. */
    BOOLEAN,
    /** One of {@link SettingField#choices()}. */
    CHOICE,
    /** An absolute path on the server. */
    PATH,
    /** A host name or address. */
    HOST,
    /** A TCP port, 1 to 65535. */
    PORT,
    /** An ISO-8601 duration or a number with s, m, h or d. */
    DURATION,
    /** A number of bytes, with an optional K, M, G or T (powers of 1024). */
    SIZE,
    /** Texts separated by commas; a comma in a text is written {@code \,}. */
    LIST,
    /** A secret: given as text by a person, kept in the secret store, seen by a plug-in as a reference. */
    SECRET
}
