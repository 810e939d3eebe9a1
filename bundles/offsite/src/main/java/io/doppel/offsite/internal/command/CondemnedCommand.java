package io.doppel.offsite.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.offsite.internal.store.Condemned;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Lists what is condemned. */
@Service
@Command(
        scope = "doppel",
        name = "offsite-condemned",
        description = "NAME: list what a client condemned and is not deleted yet, the newest first")
public final class CondemnedCommand extends OffsiteCommand {
    @Option(name = "--limit", description = "So many at most; 100 unless given")
    int limit = 100;

    @Override
    protected void run(List<String> words) throws DoppelException {
        List<Condemned> all = module().store(exactly(words, "NAME").get(0)).condemned(limit);
        print(
                all,
                "Nothing is condemned.",
                List.of("EVENT#", "NUMBER#", "CONDEMNED", "PUT", "SIZE#", "OBJECT"),
                all.stream()
                        .map(one -> List.of(
                                Long.toString(one.event()),
                                Long.toString(one.id()),
                                time(one.condemned()),
                                time(one.put()),
                                bytes(one.size()),
                                one.name()))
                        .toList());
    }
}
