package io.doppel.storage.cifs.internal.smb;

/**
 * An entry of a folder.
 *
 * @param name as the server tells it
 * @param size in bytes
 * @param written when it was written last, in 100 ns since 1601
 * @param folder whether it is a folder
 * @param link whether it is a symbolic link or another reparse point
 */
public record SmbEntry(String name, long size, long written, boolean folder, boolean link) {}
