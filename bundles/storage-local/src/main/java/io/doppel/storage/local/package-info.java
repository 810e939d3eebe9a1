/** Storage in a folder of this machine. Plain Java; runs without OSGi. */
@Export
@Version("1.0.0")
package io.doppel.storage.local;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
