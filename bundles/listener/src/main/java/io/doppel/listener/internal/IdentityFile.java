package io.doppel.listener.internal;

import io.doppel.api.tls.TlsIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

/** The file with the port's key. Made once and never replaced: clients know the certificate in it. */
final class IdentityFile {
    private static final Set<PosixFilePermission> OWN = PosixFilePermissions.fromString("rw-------");
    private static final String NAME = "doppel";

    private IdentityFile() {}

    /**
     * Reads the key, or makes it, durably, if there is no file.
     *
     * @throws IOException also if others may read the file, or what is in it is no key; it is never written over
     */
    static TlsIdentity open(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createDirectories(
                    file.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            make(file);
        }
        Set<PosixFilePermission> others = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        others.removeAll(OWN);
        if (!others.isEmpty()) {
            throw new IOException("'" + file + "' holds a key and can be used by others: "
                    + PosixFilePermissions.toString(Files.getPosixFilePermissions(file)) + "; make it rw-------");
        }
        byte[] bytes = Files.readAllBytes(file);
        try {
            return TlsIdentity.decode(bytes);
        } catch (IOException e) {
            throw new IOException("'" + file + "' holds no key: " + e.getMessage(), e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static void make(Path file) throws IOException {
        Path made = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
        byte[] bytes = TlsIdentity.make(NAME).encode();
        try (FileChannel channel = FileChannel.open(
                made,
                Set.<OpenOption>of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PosixFilePermissions.asFileAttribute(OWN))) {
            ByteBuffer all = ByteBuffer.wrap(bytes);
            while (all.hasRemaining()) {
                channel.write(all);
            }
            channel.force(true);
            Files.createLink(file, made);
        } catch (FileAlreadyExistsException e) {
            // Another process made one in this moment: that one counts.
        } finally {
            Arrays.fill(bytes, (byte) 0);
            Files.deleteIfExists(made);
        }
        try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
