package io.doppel.sim.xapi.disk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** QEMU's control protocol on a socket: one command at a time, events are passed over. */
final class Qmp implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SocketChannel channel;
    private final BufferedReader reader;

    Qmp(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            reader = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            reader.readLine();
            call("qmp_capabilities", Map.of());
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** @throws IOException with QEMU's own words when it refuses */
    synchronized JsonNode call(String command, Map<String, ?> arguments) throws IOException {
        ByteBuffer line = ByteBuffer.wrap(JSON.writeValueAsBytes(Map.of("execute", command, "arguments", arguments)));
        while (line.hasRemaining()) {
            channel.write(line);
        }
        for (String text = reader.readLine(); text != null; text = reader.readLine()) {
            JsonNode reply = JSON.readTree(text);
            if (reply.has("error")) {
                throw new IOException(
                        command + ": " + reply.path("error").path("desc").asText());
            }
            if (reply.has("return")) {
                return reply.get("return");
            }
        }
        throw new IOException(command + ": QEMU closed the control socket");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
