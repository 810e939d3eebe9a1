package io.doppel.sim.xapi.disk;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs a program to its end. Programs are found on the PATH; one that is missing is an error that names it. */
final class Tool {
    private Tool() {}

    /**
     * @return what the program wrote to its standard output
     * @throws IOException when the program cannot be started or ends with another code than 0; the message has its words
     */
    static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(false).start();
        process.getOutputStream().close();
        StringBuilder complaint = new StringBuilder();
        Thread errors = new Thread(() -> complaint.append(text(process)), command[0] + " errors");
        errors.start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            errors.join();
            if (process.waitFor() != 0) {
                throw new IOException(
                        List.of(command) + ": " + complaint.toString().strip());
            }
            return output;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(command[0] + " was interrupted");
        }
    }

    private static String text(Process process) {
        try {
            return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(its words could not be read: " + e.getMessage() + ")";
        }
    }
}
