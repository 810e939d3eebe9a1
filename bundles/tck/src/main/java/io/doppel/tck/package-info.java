/**
 * Contract tests for plug-ins: extend the abstract class of your SPI, give it what it asks for, and it checks every
 * sentence of the SPI that can be checked from outside. Beside them a correct storage in memory, and one that fails when
 * told to, and servers and lines to test against.
 */
@Export
@Version("1.0.0")
package io.doppel.tck;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
