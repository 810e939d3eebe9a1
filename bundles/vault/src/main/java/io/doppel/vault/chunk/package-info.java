/** Cutting a disk into chunks and holes, canonically (docs/vault-format.md §4). */
@Export
@Version("1.1.0")
package io.doppel.vault.chunk;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
