/** Which versions are kept and why, pins, and removal that people ask for. */
@Export
@Version("1.0.0")
package io.doppel.api.retention;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
