package io.doppel.storage.offsite.wire;

/** Types and limits of frames, docs/offsite-protocol.md §3. */
public final class Frame {
    /** The ALPN protocol. */
    public static final String PROTOCOL = "doppel-offsite/1";

    /** The version of the protocol. */
    public static final int VERSION = 1;

    /** Bytes of one BYTES frame at most. */
    public static final int MAX_BYTES = 256 << 10;

    /** Length of a frame at most: type and body. */
    public static final int MAX_FRAME = MAX_BYTES + 64;

    /** Length of a frame at most before WELCOME. */
    public static final int MAX_HELLO = 64;

    /** Bytes of one READ at most. */
    public static final int MAX_READ = 64 << 20;

    /** Bytes of an object at most. */
    public static final long MAX_OBJECT = 16L << 30;

    /** Bytes of a token. */
    public static final int TOKEN = 32;

    /** First frame of a client. */
    public static final int HELLO = 0x01;

    /** Begins an object. */
    public static final int PUT = 0x10;

    /** Bytes of an object, from the client. */
    public static final int PUT_BYTES = 0x11;

    /** Ends an object. */
    public static final int COMMIT = 0x12;

    /** Gives an object up. */
    public static final int DROP = 0x13;

    /** Asks how an attempt ended, and ends it. */
    public static final int SETTLE = 0x14;

    /** Asks for bytes. */
    public static final int READ = 0x20;

    /** Asks for names. */
    public static final int LIST = 0x21;

    /** Asks for size and time. */
    public static final int STAT = 0x22;

    /** Takes a name away. */
    public static final int CONDEMN = 0x23;

    /** Asks for the space, and answers. */
    public static final int SPACE = 0x24;

    /** First frame of the module. */
    public static final int WELCOME = 0x81;

    /** Done. */
    public static final int OK = 0x90;

    /** Bytes of an object, from the module. */
    public static final int READ_BYTES = 0x91;

    /** Size and time. */
    public static final int INFO = 0x92;

    /** There is none. */
    public static final int ABSENT = 0x93;

    /** Some names. */
    public static final int ENTRIES = 0x94;

    /** The end of an answer. */
    public static final int END = 0x95;

    /** The space. */
    public static final int SPACE_IS = 0x96;

    /** How an attempt ended. */
    public static final int SETTLED = 0x97;

    /** It failed. */
    public static final int ERROR = 0x9f;

    /** Flag of WELCOME: no changes. */
    public static final int READ_ONLY = 1;

    private Frame() {}
}
