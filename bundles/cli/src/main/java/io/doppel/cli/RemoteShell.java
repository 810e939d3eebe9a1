package io.doppel.cli;

import com.jcraft.jsch.ChannelShell;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import sun.misc.Signal;

/** The server's interactive shell on our terminal, which {@code bin/doppel} has put into raw mode. */
final class RemoteShell {
    private static final int CONNECT_MILLIS = 10_000;

    private final Session session;

    RemoteShell(Session session) {
        this.session = session;
    }

    void run(InputStream in, OutputStream out, Terminal terminal) throws JSchException, IOException {
        ChannelShell channel = (ChannelShell) session.openChannel("shell");
        channel.setPtyType(terminal.type(), terminal.columns(), terminal.lines(), 0, 0);
        InputStream remoteOut = channel.getInputStream();
        OutputStream remoteIn = channel.getOutputStream();
        channel.connect(CONNECT_MILLIS);
        Signal.handle(
                new Signal("WINCH"),
                signal -> Terminal.current().ifPresent(t -> channel.setPtySize(t.columns(), t.lines(), 0, 0)));
        Pump.start("stdin", in, remoteIn);
        Pump.copy(remoteOut, out);
    }
}
