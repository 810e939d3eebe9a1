package io.doppel.shell.internal.complete;

import io.doppel.api.vault.VaultService;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Places whose free space is watched over. */
@Service
public final class PlaceNames extends WordCompleter {
    @Reference
    VaultService vaults;

    @Override
    Collection<String> words(List<String> line, String typed) {
        Stream<String> ofVaults = vaults.vaults().stream().map(vault -> "vault/" + vault.name());
        return Stream.concat(ofVaults, Stream.of("catalogue", "cache")).toList();
    }
}
