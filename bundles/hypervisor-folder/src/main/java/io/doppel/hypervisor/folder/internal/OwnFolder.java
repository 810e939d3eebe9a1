package io.doppel.hypervisor.folder.internal;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A hidden folder that a restore made. Its name tells what it is, whose it is and of which restore:
 * {@code .doppel-restore.<installation>.<restore>} or {@code .doppel-kept.<installation>.<restore>}.
 *
 * @param kind what it holds
 * @param installationId which Doppel made it
 * @param restoreId the restore
 */
record OwnFolder(Kind kind, String installationId, String restoreId) {
    enum Kind {
        /** New disks that are not in place yet. */
        RESTORE(".doppel-restore"),
        /** Old disks that were replaced. */
        KEPT(".doppel-kept");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }
    }

    /** What a folder's name says; empty if it is not ours. */
    static Optional<OwnFolder> of(Path folder) {
        String[] parts = folder.getFileName().toString().split("\\.", -1);
        if (parts.length != 4 || !parts[0].isEmpty()) {
            return Optional.empty();
        }
        for (Kind kind : Kind.values()) {
            if (kind.prefix.equals("." + parts[1])) {
                try {
                    return Optional.of(new OwnFolder(kind, decode(parts[2]), decode(parts[3])));
                } catch (IllegalArgumentException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    String name() {
        return kind.prefix + "." + encode(installationId) + "." + encode(restoreId);
    }

    /** The folder for the old disks that belongs to this one with the new disks. */
    OwnFolder kept() {
        return new OwnFolder(Kind.KEPT, installationId, restoreId);
    }

    private static String encode(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace(".", "%2E");
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
