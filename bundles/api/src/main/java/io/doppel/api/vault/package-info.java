/** Vaults and the versions in them, as people see them. */
@Export
@Version("1.5.0")
package io.doppel.api.vault;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
