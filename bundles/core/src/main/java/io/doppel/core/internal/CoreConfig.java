package io.doppel.core.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of the core. */
@ObjectClassDefinition(
        id = CoreConfig.PID,
        name = "Doppel core",
        description = "Where the server keeps its state, and how much it does at once")
public @interface CoreConfig {
    /** The configuration's id. */
    String PID = "io.doppel.core";

    /** Folder of the state. */
    @AttributeDefinition(
            name = "State folder",
            description = "Folder of the catalogue, the secrets and the vaults' key files; empty for doppel in Karaf's"
                    + " data folder")
    String state$_$dir() default "";

    /** Name of this server. */
    @AttributeDefinition(
            name = "Server name",
            description = "Shown to people who meet a vault that this server holds; empty for the machine's host name")
    String server$_$name() default "";

    /** Runs at once. */
    @AttributeDefinition(name = "Runs at once", description = "More runs wait in a queue", min = "1", max = "64")
    int max$_$runs() default 8;

    /** Machines at once. */
    @AttributeDefinition(name = "Machines at once", description = "In all runs together", min = "1", max = "64")
    int max$_$machines() default 8;

    /** Machines at once for each host. */
    @AttributeDefinition(name = "Machines at once per host", min = "1", max = "64")
    int max$_$machines$_$per$_$host() default 4;

    /** Machines at once for each vault. */
    @AttributeDefinition(name = "Machines at once per vault", min = "1", max = "64")
    int max$_$machines$_$per$_$vault() default 4;

    /** When retention doubts the clock. */
    @AttributeDefinition(
            name = "Days after which retention doubts the clock",
            description = "If a vault shows no sign of use for longer, the clock may have jumped ahead: retention drops"
                    + " nothing until the clock has gone on evenly or is accepted",
            min = "1",
            max = "366")
    int retention$_$clock$_$gap$_$days() default 8;

    /** How often free space is looked at between jobs. */
    @AttributeDefinition(
            name = "Minutes between two looks at the free space",
            description =
                    "Of the vaults that are open and of the server's own disks, beside the looks of jobs; 0 for never",
            min = "0",
            max = "1440")
    int space$_$check$_$minutes() default 10;
}
