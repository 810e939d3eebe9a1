/** Recovery copies of this server in its vaults, and making a lost server again from them (docs/recovery.md). */
@Export
@Version("1.0.0")
package io.doppel.api.recovery;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
