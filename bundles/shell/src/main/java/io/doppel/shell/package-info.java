/** What commands of bundles that are no plug-ins share with those of the shell. */
@Export
@Version("1.0.0")
package io.doppel.shell;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
