package io.doppel.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;

/** Makes what a server has of its own: the console's password, its host key, and the local client's key and pinned host. */
final class FirstStart {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_ONLY_FOLDER = PosixFilePermissions.fromString("rwx------");

    /** No look-alikes such as l, 1 and I: people type this from a screen. */
    private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

    private static final int PASSWORD_CHARACTERS = 24;
    private static final String GROUP = "_g_\\:admingroup = group,admin,manager,viewer,systembundles,ssh\n";

    private final StateFolder state;

    FirstStart(StateFolder state) {
        this.state = state;
    }

    /**
     * Makes what is missing and leaves alone what is there, so that a start which was cut off is completed by the next.
     *
     * @return the new password, when one was made
     */
    Optional<String> complete() throws IOException {
        if (!Files.exists(state.knownHosts())) {
            SshKey host = SshKey.generate();
            write(state.hostKey(), host.privatePem());
            write(state.knownHosts(), StateFolder.PINNED_NAME + " " + SshKey.TYPE + " " + host.publicBlob() + "\n");
        }
        if (!Files.exists(state.clientKey())) {
            SshKey client = SshKey.generate();
            write(state.keys(), GROUP + StateFolder.USER + " = " + client.publicBlob() + ",_g_:admingroup\n");
            write(state.clientKey(), client.privatePem());
        }
        if (Files.exists(state.password()) || hasUsers()) {
            return Optional.empty();
        }
        String password = newPassword();
        write(state.password(), password + "\n");
        write(state.users(), GROUP + StateFolder.USER + " = " + PasswordHash.of(password) + ",_g_:admingroup\n");
        return Optional.of(password);
    }

    private boolean hasUsers() throws IOException {
        return Files.exists(state.users())
                && Files.readString(state.users()).lines().anyMatch(line -> line.startsWith(StateFolder.USER));
    }

    private static String newPassword() {
        SecureRandom random = new SecureRandom();
        StringBuilder password = new StringBuilder(PASSWORD_CHARACTERS);
        for (int i = 0; i < PASSWORD_CHARACTERS; i++) {
            password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return password.toString();
    }

    /** Whole or not at all, and never readable by others, not even for a moment. */
    private static void write(Path file, String text) throws IOException {
        Path folder = file.getParent();
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY_FOLDER));
        }
        Path draft = Files.createTempFile(
                folder, "." + file.getFileName(), ".new", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
