/** Failures of the offsite module. */
@Export
@Version("1.0.0")
package io.doppel.offsite;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
