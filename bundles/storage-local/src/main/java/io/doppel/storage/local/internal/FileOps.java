package io.doppel.storage.local.internal;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;

/**
 * Every operation that changes the file system or makes a change durable goes through here, so that tests can record the
 * order, leave one out, and let one fail.
 */
interface FileOps {
    /** A file being written by one thread. */
    interface NewFile extends AutoCloseable {
        /** Appends. */
        void write(byte[] buffer, int from, int length) throws IOException;

        /** Makes the content durable. */
        void sync() throws IOException;

        /** Closes; does not make durable. */
        @Override
        void close() throws IOException;
    }

    /** Makes a new, empty file, readable by nobody else. */
    NewFile create(Path file) throws IOException;

    /**
     * Gives a file a second name.
     *
     * @throws FileAlreadyExistsException if the name is taken
     */
    void link(Path existing, Path name) throws IOException;

    /** Removes a name if it is there. */
    void remove(Path name) throws IOException;

    /**
     * Makes a folder that nobody else can enter.
     *
     * @throws FileAlreadyExistsException if the name is taken, by whatever
     */
    void makeFolder(Path folder) throws IOException;

    /** Makes the entries of a folder durable: names given and names removed. */
    void syncFolder(Path folder) throws IOException;
}
