/** Hosts and the machines and disks they have. */
@Export
@Version("2.0.0")
package io.doppel.api.inventory;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
