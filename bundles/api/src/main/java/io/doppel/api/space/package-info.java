/** How much room there is where the server stores things, and what happens when it runs out. */
@Export
@Version("1.1.0")
package io.doppel.api.space;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
