package io.doppel.shell.internal.complete;

import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Nothing but options. */
@Service
public final class OptionsOnly extends WordCompleter {
    @Override
    Collection<String> words(List<String> line, String typed) {
        return List.of();
    }
}
