package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RecoveryKeyTextTest {
    @Property(tries = 300)
    void whatIsWrittenIsReadHoweverItIsTyped(@ForAll @Size(32) byte[] key) {
        String text = new String(RecoveryKeyText.write(key));
        assertTrue(text.matches("([0-9A-HJKMNP-TV-Z]{6}-){8}[0-9A-HJKMNP-TV-Z]{6}"), text);
        assertArrayEquals(key, read(text));
        String typed = text.toLowerCase(Locale.ROOT)
                .replace('-', ' ')
                .replace('0', 'o')
                .replace('1', 'l');
        assertArrayEquals(key, read(typed));
    }

    /** The checksum is the start of SHA-256 of 32 zero bytes, 66 68 …: 01100 11001. */
    @Test
    void knownText() {
        assertEquals("000000-000000-000000-000000-000000-000000-000000-000000-0000CS", withChecksum(new byte[32]));
    }

    private static String withChecksum(byte[] key) {
        return new String(RecoveryKeyText.write(key));
    }

    @Property(tries = 100)
    void almostEveryTypingErrorIsNoticed(@ForAll @Size(32) byte[] key) {
        char[] text = RecoveryKeyText.write(key);
        int passed = 0;
        int tried = 0;
        for (int i = 0; i < text.length; i++) {
            char right = text[i];
            if (right != '-') {
                text[i] = right == 'Z' ? 'Y' : 'Z';
                tried++;
                passed += RecoveryKeyText.read(text).isPresent() ? 1 : 0;
                text[i] = right;
            }
        }
        assertEquals(54, tried);
        assertTrue(passed <= 2, passed + " of " + tried);
    }

    @Test
    void otherTextIsNoRecoveryKey() {
        String text = withChecksum(new byte[32]);
        for (String other : new String[] {"", "secret", text + "0", text.substring(1), text.replace('C', '!')}) {
            assertTrue(RecoveryKeyText.read(other.toCharArray()).isEmpty(), other);
        }
    }

    private static byte[] read(String text) {
        return RecoveryKeyText.read(text.toCharArray()).orElseThrow();
    }
}
