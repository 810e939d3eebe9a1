/** What the server remembers: hosts, vaults, definitions, runs, versions, retention. Never secrets. */
@Export
@Version("2.1.0")
package io.doppel.catalog;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
