package io.doppel.transport.nbd.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.api.tls.PinnedTls;
import io.doppel.transport.nbd.NbdError;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;

/** Connects and negotiates: TLS first, if it is required, so that nothing about the disk is said without it. */
final class Handshake {
    private static final long NBDMAGIC = 0x4e42444d41474943L;
    private static final long IHAVEOPT = 0x49484156454F5054L;
    private static final long OLD_STYLE = 0x00420281861253L;
    private static final int FIXED_NEWSTYLE = 1;
    private static final int NO_ZEROES = 2;
    private static final int UNSUPPORTED = 1;
    private static final String ALLOCATION = "base:allocation";

    private final NbdTarget target;
    private final long deadline;
    private Wire wire;
    private Options options;
    private boolean noZeroes;
    private boolean structured;
    private long allocation = Export.NONE;
    private long bitmap = Export.NONE;

    /** A connection that is ready for requests. */
    record Opened(Wire wire, Export export) {}

    private Handshake(NbdTarget target, long deadline) {
        this.target = target;
        this.deadline = deadline;
    }

    /**
     * Connects to an export.
     *
     * @param pipe not connected yet; closing it ends this
     * @throws DoppelException coded; the pipe is closed
     */
    static Opened open(Pipe pipe, NbdTarget target, long deadline) throws DoppelException {
        return new Handshake(target, deadline).run(pipe);
    }

    private Opened run(Pipe pipe) throws DoppelException {
        boolean done = false;
        try {
            connect(pipe);
            PlainWire plain = new PlainWire(pipe);
            use(plain);
            boolean fixed = greet();
            if (target.tls().isPresent()) {
                startTls(plain, target.tls().get(), fixed);
            }
            Export export = fixed ? negotiateOrLeave() : exportName();
            done = true;
            return new Opened(wire, export);
        } catch (IOException e) {
            throw Failures.broken(target, e);
        } finally {
            if (!done) {
                pipe.close();
            }
        }
    }

    private void connect(Pipe pipe) throws DoppelException {
        try {
            pipe.connect(target.host(), target.port(), deadline);
        } catch (IOException e) {
            throw Failures.unreachable(target, e);
        }
    }

    private void use(Wire next) {
        wire = next;
        options = new Options(next, deadline);
    }

    /** The first words; whether the server knows other options than the oldest. */
    private boolean greet() throws IOException, DoppelException {
        ByteBuffer hello = options.read(16);
        long first = hello.getLong();
        long second = hello.getLong();
        if (first == NBDMAGIC && second == OLD_STYLE) {
            throw new DoppelException(NbdError.OLD_SERVER, target.peer() + " speaks the old style of NBD");
        }
        if (first != NBDMAGIC || second != IHAVEOPT) {
            throw new ProtocolException("it begins with " + Long.toHexString(first) + " " + Long.toHexString(second));
        }
        int flags = options.read(2).getShort();
        boolean fixed = (flags & FIXED_NEWSTYLE) != 0;
        noZeroes = (flags & NO_ZEROES) != 0;
        wire.write(
                deadline,
                ByteBuffer.allocate(4)
                        .putInt(flags & (FIXED_NEWSTYLE | NO_ZEROES))
                        .flip());
        return fixed;
    }

    private void startTls(PlainWire plain, PinnedTls tls, boolean fixed) throws IOException, DoppelException {
        if (!fixed) {
            throw new DoppelException(NbdError.NO_TLS, target.peer() + " is too old for TLS");
        }
        Options.Reply reply = ask(Options.STARTTLS, new byte[0]);
        if (reply.isError()) {
            throw new DoppelException(
                    NbdError.NO_TLS,
                    target.peer() + " does not offer TLS, error " + reply.error()
                            + target.serverText().of(reply.text()));
        }
        if (plain.hasMore()) {
            throw new ProtocolException("bytes without TLS follow the agreement to use it");
        }
        SSLEngine engine = tls.context().createSSLEngine(target.host(), target.port());
        try {
            use(new TlsWire(plain.pipe(), engine, deadline));
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            throw tls.explain(e, target.peer());
        }
    }

    /** A client that does not get what it wants has to say goodbye. */
    private Export negotiateOrLeave() throws IOException, DoppelException {
        try {
            return negotiate();
        } catch (DoppelException e) {
            try {
                options.send(Options.ABORT, new byte[0]);
            } catch (IOException gone) {
                e.addSuppressed(gone);
            }
            throw e;
        }
    }

    private Export negotiate() throws IOException, DoppelException {
        Options.Reply reply = ask(Options.STRUCTURED_REPLY, new byte[0]);
        structured = !reply.isError();
        if (reply.isError() && reply.error() != UNSUPPORTED) {
            // What stands in the way of everything, such as TLS, is said here; the rest is not needed.
            refuseIfFinal(reply);
        }
        if (structured) {
            setContexts();
        }
        if (bitmap == Export.NONE && target.bitmap().isPresent()) {
            throw new DoppelException(
                    NbdError.NO_BITMAP,
                    target + " has no context '" + target.bitmap().get() + "'" + contexts());
        }
        return go();
    }

    private void refuseIfFinal(Options.Reply reply) throws DoppelException {
        DoppelException refusal = Failures.refused(target, reply, "Opening");
        if (!refusal.is(NbdError.REFUSED)) {
            throw refusal;
        }
    }

    private void setContexts() throws IOException, DoppelException {
        List<String> wanted = new ArrayList<>(List.of(ALLOCATION));
        target.bitmap().ifPresent(wanted::add);
        Options.Reply last = options.ask(Options.SET_META_CONTEXT, contextQuery(wanted), reply -> {
            if (reply.type() != Options.META_CONTEXT || reply.data().remaining() < 4) {
                throw new ProtocolException("a reply to the choice of contexts is of type " + reply.type());
            }
            long id = Integer.toUnsignedLong(reply.data().getInt());
            String name = new String(reply.text(), StandardCharsets.UTF_8);
            if (name.equals(ALLOCATION)) {
                allocation = id;
            } else if (target.bitmap().equals(Optional.of(name))) {
                bitmap = id;
            }
        });
        if (last.isError()) {
            refuseIfFinal(last);
            allocation = Export.NONE;
            bitmap = Export.NONE;
        }
    }

    /** What contexts there are, for a message. */
    private String contexts() throws IOException {
        List<String> names = new ArrayList<>();
        if (structured) {
            options.ask(Options.LIST_META_CONTEXT, contextQuery(List.of("base:", "qemu:")), reply -> {
                if (reply.type() == Options.META_CONTEXT && reply.data().remaining() > 4 && names.size() < 20) {
                    reply.data().getInt();
                    names.add(new String(reply.text(), StandardCharsets.UTF_8));
                }
            });
        }
        return target.serverText().of(("it has: " + String.join(", ", names)).getBytes(StandardCharsets.UTF_8));
    }

    private byte[] contextQuery(List<String> queries) {
        byte[] name = target.export();
        List<byte[]> texts = queries.stream()
                .map(query -> query.getBytes(StandardCharsets.UTF_8))
                .toList();
        int length = texts.stream().mapToInt(text -> 4 + text.length).sum();
        ByteBuffer data = ByteBuffer.allocate(4 + name.length + 4 + length);
        data.putInt(name.length).put(name).putInt(texts.size());
        texts.forEach(text -> data.putInt(text.length).put(text));
        return data.array();
    }

    private Export go() throws IOException, DoppelException {
        byte[] name = target.export();
        ByteBuffer data = ByteBuffer.allocate(4 + name.length + 4);
        data.putInt(name.length).put(name).putShort((short) 1).putShort((short) ExportInfo.BLOCK_SIZE);
        ExportInfo info = new ExportInfo();
        Options.Reply reply = options.ask(Options.GO, data.array(), info::take);
        if (reply.isError() && reply.error() == UNSUPPORTED) {
            return exportName();
        }
        if (reply.isError()) {
            throw Failures.refused(target, reply, "Opening");
        }
        return info.export(structured, allocation, bitmap);
    }

    /** The oldest option: a server that does not like the name hangs up. */
    private Export exportName() throws IOException, DoppelException {
        options.send(Options.EXPORT_NAME, target.export());
        ByteBuffer answer;
        try {
            answer = options.read(10);
            if (!noZeroes) {
                options.read(124);
            }
        } catch (EOFException e) {
            throw new DoppelException(NbdError.UNKNOWN_EXPORT, "The server hung up when it was asked for " + target, e);
        }
        ExportInfo info = new ExportInfo();
        info.takeExport(answer);
        return info.export(structured, allocation, bitmap);
    }

    /** Asks what has one reply only. */
    private Options.Reply ask(int option, byte[] data) throws IOException {
        return options.ask(option, data, reply -> {
            throw new ProtocolException("a reply to option " + option + " is of type " + reply.type());
        });
    }
}
