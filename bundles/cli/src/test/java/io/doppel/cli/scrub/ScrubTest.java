package io.doppel.cli.scrub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The golden vaults are clean, and what is done to a copy of one is seen as far as docs/validation.md says. */
class ScrubTest {
    private static final Path GOLDEN = Path.of("../vault/src/test/resources/golden");

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path vault;

    @BeforeEach
    void copyOfAGoldenVault() throws IOException {
        vault = folder.resolve("vault");
        Path golden = GOLDEN.resolve("v1-lz4/vault");
        try (Stream<Path> all = Files.walk(golden)) {
            for (Path from : all.toList()) {
                Path to = vault.resolve(golden.relativize(from).toString());
                if (Files.isDirectory(from)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(from, to);
                }
            }
        }
    }

    private int scrub(String... args) {
        out.reset();
        err.reset();
        return Scrub.run(args, new PrintStream(out, true), new PrintStream(err, true), false);
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private List<String> objects(String prefix) throws IOException {
        try (Stream<Path> all = Files.walk(vault)) {
            return all.filter(Files::isRegularFile)
                    .map(p -> vault.relativize(p).toString())
                    .filter(n -> n.startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isSeen(String name, Path file) throws IOException {
        return new ObjectCheck(n -> {}).check(ObjectForm.of(name), name, file).isPresent();
    }

    /** Flips a bit in each byte in turn; the bytes where that is not seen. */
    private static List<Integer> unseenFlips(String name, Path file) throws IOException {
        byte[] right = Files.readAllBytes(file);
        List<Integer> unseen = new ArrayList<>();
        for (int at = 0; at < right.length; at++) {
            right[at] ^= (byte) (1 << at % 8);
            Files.write(file, right);
            if (!isSeen(name, file)) {
                unseen.add(at);
            }
            right[at] ^= (byte) (1 << at % 8);
        }
        Files.write(file, right);
        return unseen;
    }

    @Test
    void theGoldenVaultsAreClean() throws IOException {
        try (Stream<Path> all = Files.list(GOLDEN)) {
            for (Path golden : all.toList()) {
                assertEquals(Scrub.CLEAN, scrub(golden.resolve("vault").toString()), this::text);
                assertTrue(text().contains(": 0 damaged, 0 unreadable, 0 unknown"), this::text);
            }
        }
    }

    @Test
    void aFlippedBitInAnyByteOfAnyPackIsSeen() throws IOException {
        int packs = 0;
        for (String name : Stream.concat(objects("data/").stream(), objects("tree/").stream())
                .toList()) {
            Path file = vault.resolve(name);
            if (Files.size(file) <= 20_000) {
                assertEquals(List.of(), unseenFlips(name, file), name);
                packs++;
            }
        }
        assertTrue(packs > 3, packs + " packs");
    }

    @Test
    void aPackOfManyBlocksIsReadAsAWhole() throws IOException {
        // the pieces in which it is read have 16 blocks
        for (int blocks : new int[] {1, 2, 15, 16, 17, 33}) {
            for (int rest : new int[] {0, 1, -1}) {
                byte[] pack = pack((blocks << 16) + rest);
                String hex = HexFormat.of().formatHex(pack, 16, 32);
                String name = "data/" + hex.substring(0, 2) + "/" + hex;
                Path file = Files.write(folder.resolve("pack"), pack);
                assertEquals(false, isSeen(name, file), blocks + " blocks");
                Random random = new Random(blocks);
                for (int i = 0; i < 40; i++) {
                    int at = random.nextInt(pack.length);
                    pack[at] ^= 0x20;
                    Files.write(file, pack);
                    assertTrue(isSeen(name, file), "byte " + at + " of " + blocks + " blocks");
                    pack[at] ^= 0x20;
                }
            }
        }
    }

    /** A pack as docs/vault-format.md §6 has it, with so many bytes before its table. */
    private static byte[] pack(int body) {
        byte[] before = new byte[body];
        new Random(body).nextBytes(before);
        ByteBuffer.wrap(before)
                .put("DPLPACK1".getBytes(StandardCharsets.US_ASCII))
                .put(new byte[] {1, 0, 0, 0})
                .putInt(1)
                .position(48)
                .put(new byte[16]);
        ByteBuffer table = ByteBuffer.allocate((body + 65535 >> 16) * 4);
        for (int from = 0; from < body; from += 65536) {
            table.putInt(crc(before, from, Math.min(65536, body - from)));
        }
        ByteBuffer trailer = ByteBuffer.allocate(40)
                .putLong(body - 100)
                .putInt(100)
                .putInt(3)
                .putLong(body)
                .putInt(crc(table.array(), 0, table.capacity()));
        trailer.putInt(crc(trailer.array(), 0, 28)).put("DPLPEND1".getBytes(StandardCharsets.US_ASCII));
        return ByteBuffer.allocate(body + table.capacity() + 40)
                .put(before)
                .put(table.array())
                .put(trailer.array())
                .array();
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    @Test
    void anyObjectThatIsCutShortIsSeenIfItIsAPackOrEndsBeforeItsForm() throws IOException {
        for (String name : objects("")) {
            Path file = vault.resolve(name);
            byte[] right = Files.readAllBytes(file);
            boolean all = name.startsWith("data/") || name.startsWith("tree/") || name.startsWith("index/");
            int step = Math.max(1, right.length / 300);
            for (int length = 0; length < right.length; length += step) {
                Files.write(file, Arrays.copyOf(right, length));
                if (all || length < 72) {
                    assertTrue(isSeen(name, file), name + " of " + length + " bytes");
                }
            }
            Files.write(file, right);
        }
    }

    @Test
    void framesOfIndexSegmentsAndHeadersOfOthersAreSeenAndTheirContentIsNot() throws IOException {
        String segment = objects("index/").get(0);
        List<Integer> unseen = unseenFlips(segment, vault.resolve(segment));
        long size = Files.size(vault.resolve(segment));
        // the key epoch, the second half of the salt, and everything between header and trailer
        assertTrue(
                unseen.stream()
                        .allMatch(at -> at >= 12 && at < 16 || at >= 32 && at < 48 || at >= 64 && at < size - 40),
                unseen::toString);
        String head = objects("heads/").get(0);
        assertTrue(unseenFlips(head, vault.resolve(head)).stream()
                .allMatch(at -> at == 6 || at >= 8 && at < 48 || at >= 56));
    }

    @Test
    void damageIsNamedAndTheStatusTellsOfIt() throws IOException {
        String name = objects("data/").get(0);
        byte[] bytes = Files.readAllBytes(vault.resolve(name));
        bytes[bytes.length / 2] ^= 1;
        Files.write(vault.resolve(name), bytes);
        assertEquals(Scrub.DAMAGE, scrub(vault.toString()));
        assertTrue(text().contains("damaged: " + name + ": bytes 0 to "), this::text);
        assertEquals(Scrub.DAMAGE, scrub("--json", vault.toString()));
        assertTrue(text().contains("\"damaged\":[{\"object\":\"" + name + "\",\"what\":\"bytes 0 to "), this::text);
        assertTrue(text().endsWith("\"unreadable\":[],\"unknown\":[]}\n"), this::text);
    }

    @Test
    void aPackUnderAnothersNameIsSeen() throws IOException {
        List<String> packs = objects("data/");
        Files.delete(vault.resolve(packs.get(0)));
        Files.copy(vault.resolve(packs.get(1)), vault.resolve(packs.get(0)));
        assertEquals(Scrub.DAMAGE, scrub(vault.toString()));
        assertTrue(text().contains("damaged: " + packs.get(0) + ": it is the pack '"), this::text);
    }

    @Test
    void unknownNamesAreToldAndAreNoDamage() throws IOException {
        Files.createDirectories(vault.resolve(".tmp"));
        Files.writeString(vault.resolve(".tmp/being written"), "x");
        Files.writeString(vault.resolve("data/@eaDir \"x\""), "x");
        String pack = objects("data/").get(1);
        Files.copy(vault.resolve(pack), vault.resolve(pack + ".bak"));
        assertEquals(Scrub.CLEAN, scrub("--json", vault.toString()));
        assertTrue(text().contains("\"unknown\":[\"data/"), this::text);
        assertTrue(text().contains("\"data/@eaDir \\\"x\\\"\""), this::text);
        assertTrue(text().contains(".bak\""), this::text);
        assertTrue(!text().contains(".tmp"), this::text);
    }

    @Test
    void whatCannotBeCheckedIsTrouble() throws IOException {
        assertEquals(Scrub.TROUBLE, scrub(folder.resolve("nowhere").toString()));
        assertEquals(Scrub.TROUBLE, scrub(folder.toString()));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("holds no vault"));
        assertEquals(Scrub.TROUBLE, scrub());
        assertEquals(Scrub.TROUBLE, scrub("--fast", vault.toString()));
        assertEquals(Scrub.TROUBLE, scrub("--rate"));
        assertEquals(Scrub.CLEAN, scrub("--help"));
        Files.delete(vault.resolve("config"));
        assertEquals(Scrub.DAMAGE, scrub(vault.toString()));
        assertTrue(text().contains("damaged: config: it is missing"), this::text);
    }

    @Test
    void itKeepsToARateAndChangesNothing() throws IOException {
        List<String> before = objects("");
        byte[] pack = pack(3 << 20);
        String hex = HexFormat.of().formatHex(pack, 16, 32);
        Path at = vault.resolve("data/" + hex.substring(0, 2) + "/" + hex);
        Files.createDirectories(at.getParent());
        Files.write(at, pack);
        long began = System.nanoTime();
        assertEquals(Scrub.CLEAN, scrub("--rate", "2", vault.toString()), this::text);
        assertTrue(System.nanoTime() - began > 1_400_000_000L);
        Files.delete(at);
        assertEquals(before, objects(""));
    }
}
