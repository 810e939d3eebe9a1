/** What a plug-in implements to write machines of versions in a file format of its own. */
@Export
@Version("1.0.0")
package io.doppel.spi.export;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
