package io.doppel.listener.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of the TLS port. */
@ObjectClassDefinition(
        id = ListenerConfig.PID,
        name = "Doppel TLS port",
        description = "The one port on which offsite clients connect")
public @interface ListenerConfig {
    /** The configuration's id. */
    String PID = "io.doppel.listener";

    /** The port. */
    @AttributeDefinition(name = "Port", description = "TCP port", min = "1", max = "65535")
    int port() default 2811;

    /** The address. */
    @AttributeDefinition(name = "Address", description = "Address to listen on; empty for all")
    String address() default "";

    /** Where the key is. */
    @AttributeDefinition(
            name = "Key file",
            description = "Key and certificate of this port; made if missing, readable by the server's user alone;"
                    + " empty for listener.key in Karaf's data folder")
    String key$_$file() default "";
}
