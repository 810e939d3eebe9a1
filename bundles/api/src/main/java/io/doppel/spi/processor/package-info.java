/** What a processor implements: moving disks between sources and sinks at a place. */
@Export
@Version("1.2.0")
package io.doppel.spi.processor;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
