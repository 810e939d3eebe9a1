/** The one place where secrets are kept; configuration holds references only. */
@Export
@Version("1.2.0")
package io.doppel.api.secret;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
