/** Disks and machines as HTTP streams from and to a pool. */
@Export
@Version("1.0.0")
package io.doppel.xapi.stream;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
