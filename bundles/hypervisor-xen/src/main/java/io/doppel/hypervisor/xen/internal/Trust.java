package io.doppel.hypervisor.xen.internal;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.PeerCertificate;
import io.doppel.xapi.XapiAddress;
import io.doppel.xapi.XapiSession;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The certificates that have to be confirmed before a password is sent. */
final class Trust {
    private Trust() {}

    /**
     * The certificates of the members named, and of the master that they name. A member tells its master before it looks at
     * user and password, so none is sent. Members that do not answer are left out while one does.
     */
    static List<PeerCertificate> certificates(XenSettings settings) throws DoppelException {
        if (!settings.tls()) {
            return List.of();
        }
        Map<XapiAddress, PeerCertificate> shown = new LinkedHashMap<>();
        DoppelException silent = null;
        for (XapiAddress member : settings.members()) {
            try {
                look(settings, member, shown);
            } catch (DoppelException e) {
                if (!e.retryable()) {
                    throw e;
                }
                silent = e;
            }
        }
        if (shown.isEmpty() && silent != null) {
            throw silent;
        }
        return List.copyOf(shown.values());
    }

    private static void look(XenSettings settings, XapiAddress member, Map<XapiAddress, PeerCertificate> shown)
            throws DoppelException {
        if (shown.containsKey(member)) {
            return;
        }
        PeerCertificate certificate = settings.route(Set.of()).look(member);
        shown.put(member, certificate);
        Optional<XapiAddress> master = XapiSession.masterOf(settings.route(Set.of(certificate.fingerprint())), member);
        if (master.isPresent()) {
            look(settings, master.get(), shown);
        }
    }

    /** Refuses a pool of which nobody confirmed a certificate, and tells what it shows. */
    static void checkConfirmed(XenSettings settings) throws DoppelException {
        if (!settings.tls() || !settings.confirmed().isEmpty()) {
            return;
        }
        List<String> shown = new ArrayList<>();
        try {
            certificates(settings).forEach(c -> shown.add(c.peer() + " shows " + c.fingerprint()));
        } catch (DoppelException e) {
            shown.add(e.what());
        }
        throw new DoppelException(
                CommonError.UNCONFIRMED,
                "No certificate of "
                        + settings.members().stream().map(XapiAddress::toString).collect(Collectors.joining(", "))
                        + " was confirmed; " + String.join(", ", shown));
    }
}
