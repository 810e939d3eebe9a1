/** Micro-benchmarks of the pipeline's stages, and the drivers that inject faults into backups. */
package io.doppel.bench;
