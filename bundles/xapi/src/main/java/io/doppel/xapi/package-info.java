/**
 * What talks to XenServer and XCP-ng: connections that are pinned and pass address maps and proxies, sessions, tasks and
 * events. Runs without OSGi.
 */
@Export
@Version("1.0.0")
package io.doppel.xapi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
