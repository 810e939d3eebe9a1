package io.doppel.core.internal.recovery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.DoppelException;
import io.doppel.api.secret.SecretRef;
import io.doppel.core.SecretError;
import io.doppel.core.internal.state.FileSecretStore;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a storage plug-in keeps for itself while a vault is looked at outlives the look, and goes along; what was given does not. */
class LookSecretsTest {
    private static final String KEY = "storage/key";
    private static final char[] MADE = "made".toCharArray();

    @TempDir
    Path folder;

    private FileSecretStore given;
    private FileSecretStore own;
    private FileSecretStore recovered;

    @BeforeEach
    void open() throws Exception {
        given = FileSecretStore.open(folder.resolve("given"));
        own = FileSecretStore.open(folder.resolve("own"));
        recovered = FileSecretStore.open(folder.resolve("recovered"));
    }

    private LookSecrets look() {
        return new LookSecrets(given, own);
    }

    @Test
    void theNextLookFindsWhatTheLastOneKept() throws Exception {
        SecretRef password = given.put("recovery/password", "given".toCharArray());
        LookSecrets first = look();
        assertArrayEquals("given".toCharArray(), first.get(password));
        assertTrue(first.find(KEY).isEmpty());
        assertArrayEquals(MADE, first.get(first.put(KEY, MADE)));
        assertEquals(Map.of(password.id(), "recovery/password"), given.purposes());
        LookSecrets second = new LookSecrets(FileSecretStore.open(folder.resolve("another")), own);
        assertArrayEquals(MADE, second.get(second.find(KEY).orElseThrow()));
        DoppelException gone = assertThrows(DoppelException.class, () -> second.get(password));
        assertTrue(gone.is(SecretError.NO_SECRET), gone::getMessage);
    }

    @Test
    void whatTheTargetKnowsGoesInPlaceOfWhatTheLostServerHad() throws Exception {
        own.put(KEY, MADE);
        own.put("host/other/password", "none of its business".toCharArray());
        recovered.put(KEY, "lost".toCharArray());
        SecretRef kept = recovered.put("host/pool/password", "kept".toCharArray());
        LookSecrets look = look();
        look.find(KEY);
        look.carryTo(recovered);
        assertArrayEquals(MADE, recovered.get(recovered.find(KEY).orElseThrow()));
        assertArrayEquals("kept".toCharArray(), recovered.get(kept));
        assertEquals(2, recovered.purposes().size(), recovered.purposes()::toString);
    }

    @Test
    void whatThePlugInDeletesIsGone() throws Exception {
        LookSecrets look = look();
        look.delete(look.put(KEY, MADE));
        look.carryTo(recovered);
        assertEquals(Map.of(), own.purposes());
        assertEquals(Map.of(), recovered.purposes());
    }
}
