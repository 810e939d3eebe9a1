/** Completion of words. */
package io.doppel.shell.internal.complete;
