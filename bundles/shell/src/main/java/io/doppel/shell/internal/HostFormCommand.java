package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.InventoryService;
import io.doppel.shell.internal.complete.OptionsOnly;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;

/** A command that gives settings to a host, for which people may have to confirm certificates and to type secrets. */
public abstract class HostFormCommand extends DoppelCommand {
    @Option(name = "--set-secret", description = SET_SECRET, multiValued = true)
    @Completion(OptionsOnly.class)
    List<String> setSecret;

    /** The hosts. */
    @Reference
    protected InventoryService inventory;

    /** Secrets that were given as options. */
    protected final List<String> secretsGiven() {
        return values(setSecret);
    }

    /** Adds the fingerprints that were given as options. */
    protected static void putFingerprints(Map<String, String> settings, List<String> given) {
        if (!given.isEmpty()) {
            settings.put(Trust.SETTING, String.join(",", given));
        }
    }

    /**
     * Adds the certificates that are confirmed now, then the secrets: nobody types one for a peer that is not the right one.
     *
     * @param given settings that were given, which are added to
     * @param before settings that the host has
     */
    protected final void complete(Form form, String type, Map<String, String> given, Map<String, String> before)
            throws DoppelException {
        Map<String, String> all = new HashMap<>(before);
        all.putAll(given);
        new Trust(screen(), !json())
                .confirm(inventory.unconfirmed(type, all), all.getOrDefault(Trust.SETTING, ""), given);
        form.addSecrets(given, secretsGiven(), before);
    }
}
