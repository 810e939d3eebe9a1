package io.doppel.storage.offsite.internal;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.tls.TlsIdentity;
import io.doppel.spi.storage.StorageError;
import io.doppel.storage.offsite.wire.EnrolmentCode;
import io.doppel.tck.MemorySecrets;
import io.doppel.tck.SettingsContract;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OffsiteStorageTypeTest extends SettingsContract {
    private final OffsiteStorageType type = new OffsiteStorageType();
    private final MemorySecrets secrets = new MemorySecrets();

    @Override
    protected SettingsSpec spec() {
        return type.settings();
    }

    @Override
    protected Map<String, String> sample() {
        return Map.of("host", "offsite.example", "code", "ref");
    }

    @Test
    void aSlipInTheCodeIsSaidWithoutTellingIt() {
        String ref = secrets.put("code", "dpo1-abcdefgh".toCharArray()).id();
        DoppelException e = assertThrows(
                DoppelException.class,
                () -> type.open(spec().parse(Map.of("host", "127.0.0.1", "code", ref)), secrets));
        assertTrue(e.is(CommonError.BAD_SETTING), e.getMessage());
        assertFalse(e.getMessage().contains("abcdefgh"));
    }

    @Test
    void aModuleThatIsAwayIsUnreachable() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        EnrolmentCode code = new EnrolmentCode(TlsIdentity.make("m").fingerprint(), new byte[32]);
        Map<String, String> settings = Map.of(
                "host",
                "127.0.0.1",
                "port",
                Integer.toString(port),
                "code",
                secrets.put("code", code.text()).id());
        DoppelException e = assertThrows(DoppelException.class, () -> type.open(spec().parse(settings), secrets));
        assertTrue(e.is(StorageError.UNREACHABLE), e.getMessage());
    }
}
