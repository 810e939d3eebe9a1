package io.doppel.offsite.internal;

import io.doppel.api.secret.SecretRef;
import io.doppel.spi.storage.Storage;
import io.doppel.storage.offsite.wire.EnrolmentCode;
import io.doppel.tck.ChildJvm;
import io.doppel.tck.StorageContract;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract of storage targets, through the real port of a real module. */
class OffsiteContractTest extends StorageContract {
    @TempDir
    Path folder;

    private Site site;
    private Map<String, String> settings;

    @Override
    protected void clear() throws Exception {
        site = new Site(Files.createDirectory(folder.resolve("site")));
        settings = reached(site.add("client"));
    }

    /** How the client reaches the module. */
    protected Map<String, String> reached(Map<String, String> direct) throws Exception {
        return direct;
    }

    @AfterEach
    void stop() throws Exception {
        site.close();
    }

    @Override
    protected Storage open() throws Exception {
        return site.open(settings);
    }

    @Override
    protected Optional<Storage> openReadOnly() throws Exception {
        return Optional.of(site.open(Site.with(settings, "read-only", "true")));
    }

    @Override
    protected Optional<Storage> openSmall() throws Exception {
        return Optional.of(site.open(reached(site.add("small", "", false, 16 << 20))));
    }

    @Override
    protected Optional<Process> startCrashWriter() throws Exception {
        char[] code = site.secrets.get(new SecretRef(settings.get("code")));
        String purpose = "offsite/" + EnrolmentCode.parse(code).tokenId() + "/key";
        char[] key = site.secrets.get(site.secrets.find(purpose).orElseThrow());
        Process process = ChildJvm.start(CrashWriterMain.class);
        try (PrintStream to = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8)) {
            to.println(settings.get("port"));
            to.println(code);
            to.println(purpose);
            to.println(key);
        }
        return Optional.of(process);
    }
}
