package io.doppel.shell.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.PeerCertificate;
import io.doppel.shell.internal.output.Human;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Lets a person confirm the certificates of a host, or refuses where nobody can be asked. */
public final class Trust {
    /** The setting that holds what was confirmed. */
    public static final String SETTING = "fingerprint";

    private final Screen screen;
    private final boolean asks;

    /** @param asks whether a question may be asked at that screen at all */
    public Trust(Screen screen, boolean asks) {
        this.screen = screen;
        this.asks = asks;
    }

    /**
     * Goes on only when all are confirmed.
     *
     * @param certificates what the peers show and nobody confirmed yet
     * @param confirmed fingerprints confirmed before, separated by commas; possibly empty
     * @param settings gets the setting with all that is confirmed now, if that is more than before
     */
    public void confirm(List<PeerCertificate> certificates, String confirmed, Map<String, String> settings)
            throws DoppelException {
        if (certificates.isEmpty()) {
            return;
        }
        if (!asks) {
            throw unconfirmed(certificates, confirmed);
        }
        show(certificates, confirmed);
        String question = confirmed.isEmpty()
                ? "Do the fingerprints agree with what the peers' own consoles show?"
                : "Another certificate than was confirmed: do you know why, and do the fingerprints agree with what the"
                        + " peers' own consoles show?";
        try {
            if (!screen.ask(question)) {
                throw new DoppelException(ShellError.DECLINED, "The certificates were not confirmed; nothing was sent");
            }
        } catch (DoppelException e) {
            throw e.is(ShellError.NEEDS_YES) ? unconfirmed(certificates, confirmed) : e;
        }
        List<String> all = new ArrayList<>(confirmed.isEmpty() ? List.of() : List.of(confirmed));
        certificates.stream().map(c -> c.fingerprint().text()).distinct().forEach(all::add);
        settings.put(SETTING, String.join(",", all));
    }

    private void show(List<PeerCertificate> certificates, String confirmed) {
        PrintStream out = screen.out();
        for (PeerCertificate certificate : certificates) {
            out.println(certificate.peer() + " shows a certificate that nobody has confirmed:");
            out.println("  SHA-256      " + certificate.fingerprint());
            out.println("  subject      " + certificate.subject());
            out.println("  valid until  " + Human.time(certificate.validUntil(), screen.zone()));
        }
        for (String old : confirmed.isEmpty() ? new String[0] : confirmed.split(",")) {
            out.println("  confirmed before: " + old.strip());
        }
    }

    private static DoppelException unconfirmed(List<PeerCertificate> certificates, String confirmed) {
        String shown = certificates.stream()
                .map(c -> c.peer() + " shows " + c.fingerprint() + " (" + c.subject() + ")")
                .collect(Collectors.joining("; "));
        return new DoppelException(
                CommonError.UNCONFIRMED, shown + (confirmed.isEmpty() ? "" : "; confirmed before: " + confirmed));
    }
}
