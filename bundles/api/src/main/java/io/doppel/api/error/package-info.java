/** Errors with a stable code, what happened and what to do. */
@Export
@Version("1.1.0")
package io.doppel.api.error;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
