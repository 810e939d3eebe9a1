package io.doppel.sim.xapi.wire;

import java.io.IOException;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/** The rude end of a connection. */
public final class Connections {
    private Connections() {}

    /** Closes the connection of a request without another byte. */
    public static void cut(Request request, Callback callback) {
        IOException reason = new IOException("cut by the script");
        EndPoint end = request.getConnectionMetaData().getConnection().getEndPoint();
        // Below TLS, so that not even its good-bye is said.
        while (end instanceof EndPoint.Wrapper wrapper) {
            end = wrapper.unwrap();
        }
        end.close(reason);
        callback.failed(reason);
    }
}
