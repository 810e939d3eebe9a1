/** The vault: opening, publishing, reading and verifying versions. See docs/vault-format.md. */
@Export
@Version("1.3.0")
package io.doppel.vault;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
