/** The errors of the core. Everything else of it is reached through the services of {@code io.doppel.api}. */
@Export
@Version("1.0.0")
package io.doppel.core;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
