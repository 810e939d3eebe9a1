package io.doppel.core.internal.kind;

import io.doppel.vault.VersionManifest;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/**
 * What a backup stored.
 *
 * @param version the version
 * @param written packs that were written for it
 * @param used packs in which something was stored or found for it
 * @param bases ids of the versions of which parts were taken over unread
 * @param fallBacks sentences about disks that had to be read in a worse way than was chosen first
 */
record Stored(VersionManifest version, BitSet written, BitSet used, Set<String> bases, List<String> fallBacks) {}
