package io.doppel.cli;

import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;

/** Runs one command on the server's console, its streams joined to ours. */
final class RemoteCommand {
    /** How long a command may take to end after Ctrl-C, in seconds. */
    static final int CANCEL_SECONDS = 5;

    private static final int CONNECT_MILLIS = 10_000;
    private static final int CLOSE_MILLIS = 5_000;
    private static final int CANCEL_CHARACTER = 3;

    private final Session session;
    private final String command;
    private final AtomicBoolean interrupted = new AtomicBoolean();

    RemoteCommand(Session session, String command) {
        this.session = session;
        this.command = command;
    }

    /**
     * Runs to the command's end, or until a signal stopped it.
     *
     * @param out gets standard output; stays open
     * @param err gets standard error; stays open
     * @return the command's own status, or one of {@link ExitStatus}
     */
    int run(InputStream in, OutputStream out, OutputStream err, Optional<Terminal> terminal)
            throws JSchException, IOException, InterruptedException {
        ChannelExec channel = (ChannelExec) session.openChannel("exec");
        channel.setCommand(command);
        terminal.ifPresent(t -> {
            channel.setPty(true);
            channel.setPtyType(t.type(), t.columns(), t.lines(), 0, 0);
        });
        Delivery output = new Delivery(out);
        channel.setOutputStream(output);
        channel.setErrStream(new Delivery(err));
        OutputStream remoteIn = channel.getOutputStream();
        channel.connect(CONNECT_MILLIS);
        Signal.handle(new Signal("INT"), signal -> interrupt(channel, remoteIn));
        Signal.handle(new Signal("TERM"), signal -> interrupt(channel, remoteIn));
        Pump.start("stdin", in, remoteIn);
        output.await();
        return status(channel);
    }

    private void interrupt(ChannelExec channel, OutputStream remoteIn) {
        if (!interrupted.compareAndSet(false, true)) {
            channel.disconnect();
            return;
        }
        Thread closer = new Thread(() -> {
            try {
                remoteIn.write(CANCEL_CHARACTER);
                remoteIn.flush();
                TimeUnit.SECONDS.sleep(CANCEL_SECONDS);
            } catch (IOException e) {
                // Our input has ended, so nothing can be said to the command: closing the channel is all there is.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            channel.disconnect();
        });
        closer.setDaemon(true);
        closer.start();
    }

    /** JSch tells nobody when the status has come, so this looks until it has. */
    private int status(ChannelExec channel) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
        while (!channel.isClosed() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
        if (interrupted.get()) {
            return ExitStatus.INTERRUPTED;
        }
        return channel.getExitStatus() < 0 ? ExitStatus.UNAVAILABLE : channel.getExitStatus();
    }
}
