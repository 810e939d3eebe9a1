package io.doppel.transport.nbd.internal;

import java.nio.charset.StandardCharsets;

/**
 * Makes what a server says fit for messages. Servers like to repeat the export's name, of which a part may be secret: then
 * what they said is left out.
 */
final class ServerText {
    private static final int LONGEST = 200;
    /** Fewer characters of a secret in a row may be there by chance. */
    private static final int TELLING = 6;

    private final String secret;

    /** @param secret what must not be repeated, empty if nothing */
    ServerText(String secret) {
        this.secret = secret;
    }

    /** What the server said in brackets behind a space, or nothing. */
    String of(byte[] said) {
        String text = new String(said, StandardCharsets.UTF_8)
                .replaceAll("[\\p{Cntrl}\\s]+", " ")
                .strip();
        if (text.isEmpty() || tells(text)) {
            return "";
        }
        return " (" + (text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text) + ")";
    }

    private boolean tells(String text) {
        if (secret.isEmpty()) {
            return false;
        }
        int window = Math.min(TELLING, secret.length());
        for (int i = 0; i + window <= secret.length(); i++) {
            if (text.contains(secret.substring(i, i + window))) {
                return true;
            }
        }
        return false;
    }
}
