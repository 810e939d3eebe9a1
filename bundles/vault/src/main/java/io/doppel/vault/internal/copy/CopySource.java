package io.doppel.vault.internal.copy;

import io.doppel.spi.storage.Storage;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.meta.KeyRing;
import io.doppel.vault.internal.pack.RecordReader;
import io.doppel.vault.internal.tree.NodeSource;
import java.util.function.Supplier;

/**
 * What a copy needs of the vault that it reads.
 *
 * @param storage its storage
 * @param keys its keys
 * @param index its index
 * @param nodes reads its nodes
 * @param readers makes a reader of records for a thread, which closes it
 * @param open asked before anything is called damaged
 */
public record CopySource(
        Storage storage,
        KeyRing keys,
        ChunkIndex index,
        NodeSource nodes,
        Supplier<RecordReader> readers,
        RecordReader.OpenCheck open) {}
