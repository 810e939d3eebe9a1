/** How results look: tables, JSON, figures, progress. */
package io.doppel.shell.internal.output;
