/** What a hypervisor plug-in implements. */
@Export
@Version("2.0.0")
package io.doppel.spi.hypervisor;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
