/** TLS with peers that are known by the fingerprint of their certificate, as self-signed hosts and appliances need it. */
@Export
@Version("1.1.0")
package io.doppel.api.tls;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
