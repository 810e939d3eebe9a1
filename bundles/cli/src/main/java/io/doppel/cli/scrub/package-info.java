/** Checks the objects of a vault in a folder without any key. Needs nothing but Java and this package. */
package io.doppel.cli.scrub;
