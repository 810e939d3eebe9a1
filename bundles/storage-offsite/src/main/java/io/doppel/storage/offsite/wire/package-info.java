/** The frames of docs/offsite-protocol.md, which client and module share. */
@Export
@Version("1.0.0")
package io.doppel.storage.offsite.wire;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
