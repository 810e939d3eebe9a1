/** What an add-on implements to bring a job kind. */
@Export
@Version("1.0.0")
package io.doppel.spi.job;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
