package io.doppel.core.internal.recovery;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.core.internal.state.Folders;
import io.doppel.vault.DurableFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's own configuration files that somebody edited. What says where this server keeps its state is never brought from another
 * one.
 */
public final class ConfigurationFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationFiles.class);
    private static final String OURS = "io.doppel.*.cfg";
    private static final Pattern NAME = Pattern.compile("io\\.doppel\\.[a-z0-9._-]+\\.cfg");
    /** Beside the files: what the version shipped, kept by the launcher. */
    private static final String SHIPPED = ".shipped";

    private static final Pattern STATE_DIR = Pattern.compile("(?m)^[ \\t]*state-dir[ \\t]*[=:].*$");
    private static final int LARGEST = 1 << 20;

    private final Optional<Path> folder;

    /** @param folder where they are; empty if this server is not one that has some */
    public ConfigurationFiles(Optional<Path> folder) {
        this.folder = folder;
    }

    /** Text by name of those that are not as they were shipped. */
    Map<String, String> edited() throws DoppelException {
        Map<String, String> edited = new TreeMap<>();
        if (folder.isEmpty() || !Files.isDirectory(folder.get())) {
            return edited;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder.get(), OURS)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                Path shipped = folder.get().resolve(SHIPPED).resolve(name);
                boolean same = Files.exists(shipped) && Files.mismatch(file, shipped) < 0;
                if (NAME.matcher(name).matches() && !same && Files.size(file) <= LARGEST) {
                    edited.put(name, Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            }
            return edited;
        } catch (IOException e) {
            throw new DoppelException(CommonError.IO, "Configuration in '" + folder.get() + "' cannot be read", e);
        }
    }

    /** Keeps what was recovered until {@link #use}. */
    static void stage(Path staged, String name, String text) throws DoppelException {
        if (!NAME.matcher(name).matches()) {
            throw CopyReader.bad("'" + name + "' is no name of a configuration file", null);
        }
        try {
            DurableFiles.createFolders(staged);
            DurableFiles.replace(staged.resolve(name), text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new DoppelException(CommonError.IO, "'" + staged + "' cannot be written", e);
        }
    }

    /** Puts what was recovered in its place, if there is any; what cannot be put there stays for the next start. */
    public void use(Path staged) {
        if (folder.isEmpty() || !Files.isDirectory(staged)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(staged, OURS)) {
            for (Path file : files) {
                Path place = folder.get().resolve(file.getFileName().toString());
                String text = withOwnStateDir(
                        Files.readString(file, StandardCharsets.ISO_8859_1),
                        Files.exists(place) ? Files.readString(place, StandardCharsets.ISO_8859_1) : "");
                DurableFiles.replace(place, text.getBytes(StandardCharsets.ISO_8859_1));
            }
            Folders.delete(staged);
        } catch (IOException e) {
            LOG.warn("Configuration that was recovered stays in '{}': {}", staged, e.toString());
        }
    }

    private static String withOwnStateDir(String recovered, String here) {
        Matcher own = STATE_DIR.matcher(here);
        String line = own.find() ? own.group() : "";
        return STATE_DIR.matcher(recovered).replaceAll(Matcher.quoteReplacement(line));
    }
}
