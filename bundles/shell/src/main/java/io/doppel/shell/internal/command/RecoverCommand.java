package io.doppel.shell.internal.command;

import io.doppel.api.error.DoppelException;
import io.doppel.api.recovery.RecoveryCopy;
import io.doppel.api.recovery.RecoveryReport;
import io.doppel.api.recovery.RecoveryRequest;
import io.doppel.api.recovery.RecoveryService;
import io.doppel.api.recovery.RecoverySource;
import io.doppel.api.vault.VaultService;
import io.doppel.shell.internal.DoppelCommand;
import io.doppel.shell.internal.ForegroundWork;
import io.doppel.shell.internal.Form;
import io.doppel.shell.internal.Passphrase;
import io.doppel.shell.internal.complete.OptionsOnly;
import io.doppel.shell.internal.complete.StorageSettings;
import io.doppel.shell.internal.complete.StorageTypes;
import io.doppel.shell.internal.output.Human;
import io.doppel.shell.internal.output.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** Makes a lost server again from one of its vaults. */
@Service
@Command(
        scope = "doppel",
        name = "recover",
        description = "Make a lost server again on this fresh one, from one of its vaults and what opens that")
public final class RecoverCommand extends DoppelCommand {
    @Argument(name = "TYPE", description = "Storage type of the vault, see vault-types", multiValued = true)
    @Completion(StorageTypes.class)
    List<String> arguments;

    @Option(name = "--set", description = SET, multiValued = true)
    @Completion(StorageSettings.class)
    List<String> set;

    @Option(name = "--set-secret", description = SET_SECRET, multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> setSecret;

    @Option(name = "--list", description = "Only show the copies in the vault; changes nothing")
    boolean list;

    @Option(name = "--copy", description = "Use that copy instead of the newest that is whole")
    @Completion(OptionsOnly.class)
    String copy;

    @Option(
            name = "--replace-existing",
            description = "Also if this server has hosts, vaults or jobs: they are put aside in its state folder")
    boolean replace;

    @Option(
            name = "--cut-off-living",
            description = "Also if the lost server lives: it is not asked, and loses its vaults to this one")
    boolean force;

    @Option(name = "--passphrase-file", description = "Take the passphrase from the first line of a file on the server")
    @Completion(OptionsOnly.class)
    String passphraseFile;

    @Option(name = "--passphrase-stdin", description = "Take the passphrase from a line of standard input")
    boolean passphraseStdin;

    @Option(name = "--yes", description = "Do not ask")
    boolean yes;

    @Reference
    VaultService vaults;

    @Reference
    RecoveryService recovery;

    @Override
    protected List<String> words() {
        return arguments;
    }

    @Override
    protected void run(List<String> words) throws DoppelException {
        String type = one(words, "TYPE");
        Form form = new Form(screen(), Form.find(vaults.storageTypes(), type));
        Map<String, String> settings = form.fill(values(set), values(setSecret));
        char[] passphrase = new Passphrase(screen(), Passphrase.Kind.EXISTING)
                .read(Optional.ofNullable(passphraseFile), passphraseStdin, false);
        try {
            RecoverySource source = new RecoverySource(type, settings, passphrase);
            List<RecoveryCopy> copies = recovery.copies(source);
            if (list) {
                print(copies, table(copies));
            } else {
                recover(source, copies);
            }
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }

    private void recover(RecoverySource source, List<RecoveryCopy> copies) throws DoppelException {
        if (!json()) {
            table(copies.stream()
                            .filter(c -> copy == null || c.id().equals(copy))
                            .limit(1)
                            .toList())
                    .print(screen().out(), screen().width());
            screen().out().flush();
        }
        confirm(yes, "Make this server the one of that copy, and take over its vault?");
        RecoveryReport report;
        try (ForegroundWork work = new ForegroundWork(screen(), json())) {
            report = recovery.recover(
                    new RecoveryRequest(source, Optional.ofNullable(copy), replace, force), work::show, work);
        }
        if (json()) {
            printJson(report);
            return;
        }
        screen().out()
                .println("Server '" + report.copy().server() + "' was recovered from copy "
                        + report.copy().id() + " of "
                        + Human.time(report.copy().made(), screen().zone()) + ": "
                        + counts(report.copy()) + ".");
        Table outcomes = new Table("").name("VAULT").name("STATE").text("WHAT");
        for (RecoveryReport.VaultOutcome vault : report.vaults()) {
            outcomes.row(vault.vault(), vault.reached() ? "usable" : "not usable", vault.message());
        }
        outcomes.print(screen().out(), screen().width());
        report.notes().forEach(screen().out()::println);
    }

    private Table table(List<RecoveryCopy> copies) {
        Table table = new Table("The vault has no recovery copy.")
                .name("COPY")
                .text("MADE")
                .name("SERVER")
                .name("INSTALLATION")
                .minor()
                .figure("SIZE")
                .minor()
                .text("CONTENT");
        for (RecoveryCopy found : copies) {
            boolean readable = found.problem().isEmpty();
            table.row(
                    found.id(),
                    readable ? Human.time(found.made(), screen().zone()) : "",
                    found.server(),
                    found.installation(),
                    Human.bytes(found.bytes()),
                    readable ? counts(found) : found.problem());
        }
        return table;
    }

    private static String counts(RecoveryCopy copy) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(copy.counts())
                .forEach((what, number) -> text.append(text.isEmpty() ? "" : ", ")
                        .append(number)
                        .append(' ')
                        .append(what));
        return text.toString();
    }
}
