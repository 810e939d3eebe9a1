/** The commands of the Karaf shell, scope {@code doppel}. They know the public API and no plug-in. */
package io.doppel.shell.internal;
