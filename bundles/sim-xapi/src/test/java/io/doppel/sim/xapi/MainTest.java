package io.doppel.sim.xapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The simulator as a program of its own, steered from outside. */
@Timeout(120)
class MainTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private Path folder;

    @BeforeEach
    void make() throws IOException {
        folder = Files.createTempDirectory("sim");
    }

    @AfterEach
    void clean() throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private Process start(String... more) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.doppel.sim.xapi.Main");
        builder.command().addAll(java.util.List.of(more));
        builder.environment().put("SIM_XAPI_PASSWORD", "secret");
        return builder.redirectError(folder.resolve("errors").toFile()).start();
    }

    @Test
    void itPrintsWhereItAnswersAndEndsWithItsInput() throws Exception {
        Process process = start(
                "--dir",
                folder.resolve("disks").toString(),
                "--addresses",
                "127.0.0.1,127.0.0.2",
                "--machine",
                "web=1048576");
        try (BufferedReader out = process.inputReader()) {
            JsonNode master = MAPPER.readTree(out.readLine());
            JsonNode member = MAPPER.readTree(out.readLine());
            String control = MAPPER.readTree(out.readLine()).get("control").asText();
            assertTrue(master.get("master").asBoolean());
            assertTrue(member.get("url").asText().startsWith("https://127.0.0.2:"));
            assertTrue(master.get("certificate").asText().startsWith("-----BEGIN CERTIFICATE-----"));
            JsonNode listing = MAPPER.readTree(post(control + "listing", "{}").body());
            assertEquals(
                    "[\"web\"]",
                    MAPPER.valueToTree(listing.get("vms").elements()).toString());
            assertEquals(
                    "HOST_IS_SLAVE",
                    login(member.get("http").asText())
                            .get("error")
                            .get("message")
                            .asText());
            post(control + "fault", "{\"on\": \"session.*\", \"do\": \"error\", \"error\": [\"HOST_OFFLINE\", \"x\"]}");
            String url = master.get("http").asText();
            assertEquals("HOST_OFFLINE", login(url).get("error").get("message").asText());
            assertTrue(login(url).get("result").asText().startsWith("OpaqueRef:"));
            post(control + "master", "{\"host\": \"" + member.get("uuid").asText() + "\"}");
            assertEquals("HOST_IS_SLAVE", login(url).get("error").get("message").asText());
            assertEquals(
                    400,
                    post(control + "fault", "{\"on\": \"*\", \"do\": \"magic\"}")
                            .statusCode());
            assertEquals(
                    404,
                    post(control.replaceAll("[^/]*/$", "guess/listing"), "{}").statusCode());
            process.outputWriter().close();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void itEndsWhenToldTo() throws Exception {
        Process process = start("--dir", folder.resolve("disks").toString(), "--ports", "0,0");
        try (BufferedReader out = process.inputReader()) {
            out.readLine();
            // Not Process.destroy, which ends its input too.
            process.toHandle().destroy();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertEquals(143, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void itAsksForWhatItNeeds() throws Exception {
        Process process = start("--user", "root");
        try {
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertEquals(2, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    private JsonNode login(String url) throws Exception {
        String call = "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"session.login_with_password\","
                + " \"params\": [\"root\", \"secret\", \"1.0\", \"test\"]}";
        return MAPPER.readTree(post(url + "/jsonrpc", call).body());
    }

    private HttpResponse<String> post(String url, String json) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
