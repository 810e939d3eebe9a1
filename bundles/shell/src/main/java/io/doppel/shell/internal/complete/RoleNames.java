package io.doppel.shell.internal.complete;

import io.doppel.api.retention.VaultRole;
import io.doppel.shell.internal.output.Human;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Roles of vaults. */
@Service
public final class RoleNames extends WordCompleter {
    @Override
    Collection<String> words(List<String> line, String typed) {
        return Arrays.stream(VaultRole.values()).map(Human::word).toList();
    }
}
