package io.doppel.vault.internal.meta;

import java.util.List;

/**
 * Packs that nothing needs and that may be deleted once a head that counts names the list (docs/vault-format.md §12). Immutable.
 *
 * @param id 32 hex digits
 * @param leaseEpoch lease under which it was made
 * @param data names of packs of chunks
 * @param tree names of packs of nodes
 */
public record ClearedList(String id, long leaseEpoch, List<String> data, List<String> tree) {
    /** Copies. */
    public ClearedList {
        data = List.copyOf(data);
        tree = List.copyOf(tree);
    }
}
