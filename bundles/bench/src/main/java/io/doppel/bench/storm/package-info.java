/** Random schedules: servers that back up, purge, validate and change keys by chance on one vault, and what must hold afterwards. */
package io.doppel.bench.storm;
