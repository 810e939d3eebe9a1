package io.doppel.vault.internal.meta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SealedObjectTest {
    private final byte[] root = Digests.random(32);

    @Property(tries = 200)
    void whatIsSealedIsOpened(@ForAll @Size(max = 5000) byte[] plain, @ForAll int epoch) {
        byte[] object = SealedObject.seal(Kind.HEAD, "heads/1", epoch, root, plain);
        assertEquals(Optional.of(epoch), SealedObject.epoch(Kind.HEAD, object));
        assertArrayEquals(plain, SealedObject.open("heads/1", root, object).orElseThrow());
    }

    @Test
    void nameKindAndKeyAreBound() {
        byte[] object = SealedObject.seal(Kind.HEAD, "heads/1", 1, root, new byte[100]);
        assertTrue(object.length < 156, "compressed");
        assertTrue(SealedObject.open("heads/2", root, object).isEmpty());
        assertTrue(SealedObject.open("heads/1", Digests.random(32), object).isEmpty());
        assertEquals(Optional.empty(), SealedObject.epoch(Kind.VERSION, object));
    }

    @Test
    void aFlippedBitAnywhereIsNoticed() {
        byte[] object =
                SealedObject.seal(Kind.LEASE, "lease/1", 1, root, "{\"epoch\":1}".getBytes(StandardCharsets.UTF_8));
        for (int bit = 0; bit < object.length * 8; bit++) {
            object[bit / 8] ^= (byte) (1 << bit % 8);
            boolean right = SealedObject.epoch(Kind.LEASE, object).isPresent()
                    && SealedObject.open("lease/1", root, object).isPresent();
            assertFalse(right, "bit " + bit);
            object[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    @Test
    void theSameContentIsNeverTheSameObject() {
        byte[] one = SealedObject.seal(Kind.HEAD, "heads/1", 1, root, new byte[9]);
        byte[] two = SealedObject.seal(Kind.HEAD, "heads/1", 1, root, new byte[9]);
        assertFalse(Arrays.equals(one, two));
    }
}
