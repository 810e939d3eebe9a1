/** Disks over NBD: the transport for accesses of the kind {@code nbd}. */
package io.doppel.transport.nbd;
