/** One class for each command. */
package io.doppel.shell.internal.command;
