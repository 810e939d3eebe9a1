/** The data path: moves disks between sources and sinks, segment by segment, in bounded memory. Runs without OSGi. */
@Export
@Version("1.1.0")
package io.doppel.mover;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
