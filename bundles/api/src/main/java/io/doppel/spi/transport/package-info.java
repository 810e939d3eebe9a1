/** What a transport plug-in implements: opening a disk access. */
@Export
@Version("2.0.0")
package io.doppel.spi.transport;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
