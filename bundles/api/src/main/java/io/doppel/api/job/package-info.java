/** The job API: definitions, runs, tasks, progress, events, cancel. */
@Export
@Version("1.4.0")
package io.doppel.api.job;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
