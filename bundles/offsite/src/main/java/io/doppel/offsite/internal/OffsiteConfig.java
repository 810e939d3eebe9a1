package io.doppel.offsite.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of the offsite module. */
@ObjectClassDefinition(
        id = OffsiteConfig.PID,
        name = "Doppel offsite module",
        description = "Where clients' objects are kept, and for how long what they condemned stays")
public @interface OffsiteConfig {
    /** The configuration's id. */
    String PID = "io.doppel.offsite";

    /** Folder of everything. */
    @AttributeDefinition(
            name = "Folder",
            description = "Folder of all clients; empty for offsite in Karaf's data folder")
    String folder() default "";

    /** The window. */
    @AttributeDefinition(
            name = "Window in hours",
            description = "Running time for which condemned bytes stay",
            min = "1",
            max = "87600")
    int window$_$hours() default 336;

    /** The floor. */
    @AttributeDefinition(
            name = "Free space in MiB",
            description = "Stays free on the disk, whatever clients put",
            min = "0")
    int free$_$space$_$mib() default 2048;

    /** Objects of a store. */
    @AttributeDefinition(
            name = "Objects of one store",
            description = "Condemned ones among them; a million takes about 300 MiB of memory",
            min = "1000",
            max = "100000000")
    int objects$_$per$_$store() default 1_000_000;

    /** Share for an alert. */
    @AttributeDefinition(
            name = "Alert share in percent",
            description = "More of a store condemned within 24 hours makes an alert",
            min = "1",
            max = "100")
    int alert$_$share$_$percent() default 25;
}
