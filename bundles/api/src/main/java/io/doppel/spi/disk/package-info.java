/** Disks as bytes: typed access offers, readers, writers, ranges. */
@Export
@Version("1.2.0")
package io.doppel.spi.disk;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
