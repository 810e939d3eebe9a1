package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;

/** Writes a key to a new file, mode 0600. */
public final class KeyFile {
    /** Where the key comes from. */
    public interface Source {
        /** The key, which is cleared afterwards. */
        char[] get() throws DoppelException;
    }

    private KeyFile() {}

    /**
     * The file is made before the key is asked for, so that no export counts whose file could not be written.
     *
     * @return its whole path: a relative one is meant from the server's folder, not from that of whoever types it
     */
    public static Path write(String path, Source source) throws DoppelException {
        try {
            Path file = Path.of(path).toAbsolutePath().normalize();
            boolean done = false;
            try (FileChannel channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                write(channel, source.get());
                done = true;
            } catch (FileAlreadyExistsException e) {
                done = true; // It is not ours to delete.
                throw e;
            } finally {
                if (!done) {
                    Files.deleteIfExists(file);
                }
            }
            return file;
        } catch (FileAlreadyExistsException e) {
            throw new DoppelException(ShellError.FILE, "'" + path + "' exists already and is left as it is", e);
        } catch (IOException | InvalidPathException e) {
            throw new DoppelException(ShellError.FILE, "'" + path + "' cannot be written", e);
        }
    }

    private static void write(FileChannel channel, char[] key) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(CharBuffer.wrap(key));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
            channel.force(true);
        } finally {
            Arrays.fill(bytes.array(), (byte) 0);
            Arrays.fill(key, '\0');
        }
    }
}
