/** Copying versions between vaults of one dedup domain. See docs/offsite-vaulting.md. */
@Export
@Version("1.0.0")
package io.doppel.vault.copy;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
