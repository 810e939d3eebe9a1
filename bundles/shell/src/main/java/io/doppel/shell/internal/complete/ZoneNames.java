package io.doppel.shell.internal.complete;

import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Time zones. */
@Service
public final class ZoneNames extends WordCompleter {
    @Override
    Collection<String> words(List<String> line, String typed) {
        return ZoneId.getAvailableZoneIds();
    }
}
