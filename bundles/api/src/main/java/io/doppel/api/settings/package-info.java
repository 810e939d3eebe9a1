/** Settings that describe themselves, so that every form is built and no kind is hard-coded. */
@Export
@Version("1.1.0")
package io.doppel.api.settings;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
