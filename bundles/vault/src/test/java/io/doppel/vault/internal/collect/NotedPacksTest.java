package io.doppel.vault.internal.collect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.doppel.api.error.DoppelException;
import io.doppel.api.job.CancelToken;
import io.doppel.spi.storage.ObjectInfo;
import io.doppel.vault.CollectOptions;
import io.doppel.vault.VersionManifest;
import io.doppel.vault.internal.index.ChunkIndex;
import io.doppel.vault.internal.meta.MapStorage;
import io.doppel.vault.internal.meta.Reserve;
import io.doppel.vault.internal.pack.ObjectKind;
import io.doppel.vault.internal.pack.PackInfo;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A session notes a pack after a collection chose it and before the collection looks at the notes. */
class NotedPacksTest {
    private final ChunkIndex index = new ChunkIndex();

    /** A vault without versions, with a session that finds something in the pack once the collection is planned. */
    private static final class NotedLate implements CollectedVault {
        private boolean planned;

        @Override
        public List<String> versionIds() {
            return List.of();
        }

        @Override
        public VersionManifest version(String id) {
            throw new AssertionError(id);
        }

        @Override
        public BitSet packsOfSessions() {
            BitSet packs = new BitSet();
            packs.set(0, planned);
            planned = true;
            return packs;
        }

        @Override
        public BitSet packsUnpublishedSince(Instant oldest) {
            throw new AssertionError(oldest);
        }

        @Override
        public void adoptStrays() {}

        @Override
        public List<ObjectInfo> undeleted() {
            return List.of();
        }

        @Override
        public void withRoom(Reserve.Step step) throws DoppelException {
            step.run();
        }

        @Override
        public void forgetDone() {}

        @Override
        public void packStored(PackInfo info) {
            throw new AssertionError(info);
        }

        @Override
        public void publishCleared(Set<Integer> packs, Set<String> walked) {
            throw new AssertionError(packs);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePackIsShownAgainUnlessItWasHiddenBefore(boolean hiddenBefore) throws Exception {
        int pack = index.add(new PackInfo("0".repeat(32), ObjectKind.DATA, 1000, List.of()));
        if (hiddenBefore) {
            // an earlier collection does not know whether it cleared the pack
            index.hide(Set.of(pack));
        }
        new Collector(
                        new NotedLate(),
                        new MapStorage(),
                        null,
                        index,
                        null,
                        CollectOptions.DEFAULT,
                        (phase, total, done) -> {},
                        CancelToken.NEVER)
                .run();
        assertEquals(hiddenBefore, index.isHidden(pack));
    }
}
