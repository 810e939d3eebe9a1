package io.doppel.cifs.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.retention.RetentionScope;
import io.doppel.api.retention.VaultRole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With the offsite vault in an offsite module, behind a line with delay. */
class OffsiteModuleTest extends OffsiteVaulting {
    private ModuleSite module;

    @Override
    SecondSite site(Path place) throws Exception {
        module = new ModuleSite(place);
        return module;
    }

    @Test
    void aPurgeFreesBytesWhenTheWindowIsOver() throws Exception {
        backup("web");
        copy();
        stored.clear();
        rig.machine.rewrite();
        backup("web");
        copy();
        long before = module.onDisk();
        rig.server.core.retention().setRole(AWAY, VaultRole.OFFSITE);
        rig.server.core.retention().setPolicy(RetentionScope.ofRole(VaultRole.OFFSITE), Map.of("keep-last", "1"));
        rig.server.succeeded(rig.server.run("purge", Map.of("vault", AWAY, "retention", "true")));
        long condemned = module.figures().condemnedBytes();
        assertTrue(condemned >= WEB_MIB * (long) MIB, "condemned " + condemned);
        assertTrue(module.onDisk() >= before, "something was deleted");

        module.run(ModuleSite.WINDOW.minusHours(1));
        assertTrue(module.figures().condemnedBytes() >= condemned, "the window was not over");
        assertTrue(module.onDisk() >= before, "something was deleted");

        module.run(Duration.ofHours(2));
        assertEquals(0, module.figures().condemnedBytes());
        assertTrue(module.onDisk() <= before - WEB_MIB * (long) MIB, "nothing was deleted");
        restoredElsewhere();
    }
}
