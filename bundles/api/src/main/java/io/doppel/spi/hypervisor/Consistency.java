package io.doppel.spi.hypervisor;

/** What a machine's disks in a snapshot are equal to. */
public enum Consistency {
    /** As after pulling the plug, all disks at one instant. */
    CRASH,
    /** File systems were quiesced. */
    FILE_SYSTEM,
    /** Applications were quiesced. */
    APPLICATION,
    /** Memory was saved with the disks. */
    MEMORY,
    /** The machine was off. */
    OFF
}
