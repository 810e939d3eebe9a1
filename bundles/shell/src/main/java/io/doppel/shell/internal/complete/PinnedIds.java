package io.doppel.shell.internal.complete;

import io.doppel.api.error.DoppelException;
import io.doppel.api.retention.Pin;
import io.doppel.api.retention.RetentionService;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Pinned versions. */
@Service
public final class PinnedIds extends WordCompleter {
    @Reference
    RetentionService retention;

    @Override
    Collection<String> words(List<String> line, String typed) {
        try {
            return retention.pins(Optional.empty()).stream().map(Pin::versionId).toList();
        } catch (DoppelException e) {
            return List.of(); // There is no place for a message while somebody types; version-pins tells.
        }
    }
}
