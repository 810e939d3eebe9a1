package io.doppel.storage.cifs.internal.smb;

/**
 * A file or folder that is open on the server.
 *
 * @param first of the server's id
 * @param second of the server's id
 * @param size in bytes when it was opened
 * @param written when it was written last, in 100 ns since 1601
 * @param folder whether it is a folder
 * @param link whether it is a symbolic link or another reparse point
 */
public record SmbHandle(long first, long second, long size, long written, boolean folder, boolean link) {}
