/**
 * Disk images as random-access disks: readers for raw, qcow2, VHD and VHDX, and a writer for raw. Plain Java; works
 * without OSGi.
 */
@Export
@Version("1.0.0")
package io.doppel.disks;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
