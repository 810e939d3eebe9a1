package io.doppel.core.internal.validate;

import io.doppel.api.vault.ValidationView;
import io.doppel.vault.VerifiedPacks;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How much of a vault is verified since when. */
final class ValidationFigures {
    private static final int[] DAYS = {1, 7, 30, 90, 365};

    private ValidationFigures() {}

    static ValidationView of(String vault, Map<String, String> settings, VerifiedPacks packs, Instant now) {
        BitSet all = packs.all();
        BitSet never = new BitSet();
        BitSet[] lately = new BitSet[DAYS.length];
        for (int i = 0; i < DAYS.length; i++) {
            lately[i] = new BitSet();
        }
        all.stream().forEach(pack -> {
            Optional<Instant> at = packs.verifiedAt(pack);
            if (at.isEmpty()) {
                never.set(pack);
            }
            for (int i = 0; i < DAYS.length; i++) {
                if (at.isPresent() && !at.get().isBefore(now.minus(Duration.ofDays(DAYS[i])))) {
                    lately[i].set(pack);
                }
            }
        });
        List<ValidationView.Share> shares = new ArrayList<>();
        for (int i = 0; i < DAYS.length; i++) {
            shares.add(new ValidationView.Share(DAYS[i], lately[i].cardinality(), packs.bytes(lately[i])));
        }
        return new ValidationView(
                vault,
                settings,
                all.cardinality(),
                packs.bytes(all),
                never.cardinality(),
                packs.bytes(never),
                packs.damaged().cardinality(),
                packs.since(),
                shares);
    }
}
