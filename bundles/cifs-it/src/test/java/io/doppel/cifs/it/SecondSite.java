package io.doppel.cifs.it;

import io.doppel.tck.Forwarder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Where the offsite vault is. The server of the first site dials a forwarded port; others are at the second site themselves. */
interface SecondSite extends AutoCloseable {
    /** Everything goes over it that comes from the first site. */
    Forwarder line();

    /** The storage type. */
    String type();

    /** How the server at the first site gets there, as its admin sets it up once. */
    Map<String, String> settings() throws Exception;

    /** How an installation at the second site gets there that only reads. */
    Map<String, String> settingsOfReader() throws Exception;

    /** How one at the second site gets there in the place of the server at the first site, which is lost. */
    Map<String, String> settingsOfSuccessor() throws Exception;

    /** Bytes of the finished packs that are there. */
    long packs() throws Exception;

    /** Bytes of all files in a folder. */
    static long bytes(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.map(Path::toFile)
                    .filter(File::isFile)
                    .mapToLong(File::length)
                    .sum();
        }
    }

    @Override
    void close() throws Exception;
}
