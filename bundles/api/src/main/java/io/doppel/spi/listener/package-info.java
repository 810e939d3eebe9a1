/** What a role on the server's one TLS port implements. */
@Export
@Version("1.0.0")
package io.doppel.spi.listener;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
