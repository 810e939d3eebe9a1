/**
 * Disk images as random-access disks: readers for raw, qcow2, VHD and VHDX, and a writer for raw. Disks and machines as
 * streams: VHD and XVA, both ways. Plain Java; works without OSGi.
 */
@Export
@Version("1.1.0")
package io.doppel.disks;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
