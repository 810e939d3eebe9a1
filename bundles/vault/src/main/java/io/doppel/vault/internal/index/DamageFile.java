package io.doppel.vault.internal.index;

import io.doppel.api.error.DoppelException;
import io.doppel.vault.DurableFiles;
import io.doppel.vault.VaultError;
import io.doppel.vault.internal.index.Damage.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is known on this server to be damaged in a vault, so that it is stored again also after a restart. A text file: the vault's id,
 * then a line for each pack that cannot be opened, or pack and offset of a record. Without the file nothing is lost but that knowledge,
 * which the next validation brings again. Safe for several threads.
 */
public final class DamageFile {
    private static final String HEAD = "doppel-damage 1 ";

    private final Path file;
    private final String vault;
    private final ChunkIndex index;
    private Damage saved = Damage.NONE;

    /** The file of a vault. */
    public DamageFile(Path file, String vault, ChunkIndex index) {
        this.file = file;
        this.vault = vault;
        this.index = index;
    }

    /** Has the index distrust what the file names, as far as it knows the packs; passes over what is no such file. */
    public synchronized void load() throws DoppelException {
        List<String> lines;
        try {
            if (!Files.exists(file)) {
                return;
            }
            lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new DoppelException(VaultError.LOCAL_STATE, "'" + file + "' cannot be read", e);
        }
        if (lines.isEmpty() || !lines.get(0).equals(HEAD + vault)) {
            return;
        }
        Set<Integer> packs = new HashSet<>();
        Set<Place> records = new HashSet<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.split(" ", 2);
            int pack = index.packNumber(words[0]);
            if (pack >= 0 && words.length == 1) {
                packs.add(pack);
            } else if (pack >= 0 && words[1].matches("[0-9]{1,18}")) {
                records.add(new Place(pack, Long.parseLong(words[1])));
            }
        }
        index.distrust(new Damage(packs, records));
        saved = index.distrusted();
    }

    /** Keeps what the index distrusts now, durably; does nothing if that is what is kept. */
    public synchronized void save() throws DoppelException {
        Damage now = index.distrusted();
        if (now == saved) {
            return;
        }
        List<String> lines = new ArrayList<>();
        lines.add(HEAD + vault);
        for (int pack : now.packs()) {
            if (!index.isCleared(pack)) {
                lines.add(index.packName(pack));
            }
        }
        for (Place place : now.records()) {
            if (!index.isCleared(place.pack())) {
                lines.add(index.packName(place.pack()) + " " + place.offset());
            }
        }
        try {
            DurableFiles.createFolders(file.toAbsolutePath().getParent());
            DurableFiles.replace(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new DoppelException(VaultError.LOCAL_STATE, "'" + file + "' cannot be written", e);
        }
        saved = now;
    }
}
