/** What a storage target plug-in implements: immutable named objects. */
@Export
@Version("1.2.0")
package io.doppel.spi.storage;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
