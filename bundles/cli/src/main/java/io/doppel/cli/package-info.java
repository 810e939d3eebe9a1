/**
 * The command-line client of a Doppel server on the same machine: {@code bin/doppel 'COMMAND'} and {@code bin/doppel shell}.
 *
 * <p>It speaks SSH to the server's console, proves itself with a key that the server's first start made, and talks only to the
 * host key which that start pinned. What a command on the other side can rely on:
 *
 * <ul>
 *   <li>Standard input is the caller's standard input; it ends when the caller's ends.
 *   <li>On a terminal the session has the variables {@code TERM}, {@code COLUMNS} and {@code LINES}; without one it has none of
 *       them, and escape sequences are removed on the way.
 *   <li>Ctrl-C arrives as the character {@code 0x03} on standard input. The command has {@value
 *       io.doppel.cli.RemoteCommand#CANCEL_SECONDS} seconds to end; then, or at a second Ctrl-C, the channel is closed.
 * </ul>
 */
package io.doppel.cli;
