/** The NBD client: connections, handshake, requests, and the reader and writer on them. */
package io.doppel.transport.nbd.internal;
