package io.doppel.shell.internal;

import io.doppel.api.vault.FigureService;
import io.doppel.api.vault.MachineFigures;
import io.doppel.api.vault.VaultFigures;
import java.time.Instant;
import java.util.List;

/** Figures of a vault in memory. */
final class FakeFigures implements FigureService {
    Instant measured = FakeInventory.NOON.minusSeconds(86_400);
    int droppable = 3;

    @Override
    public VaultFigures figures(String vault) {
        return new VaultFigures(
                vault,
                FakeInventory.NOON,
                31,
                1_240L << 30,
                279L << 30,
                42L << 30,
                20L << 30,
                1L << 30,
                measured,
                droppable,
                512L << 20,
                700L << 20,
                400L << 20,
                List.of(
                        new MachineFigures(
                                "lab",
                                "web",
                                "web",
                                30,
                                1_200L << 30,
                                270L << 30,
                                39L << 30,
                                18L << 30,
                                0,
                                600L << 20,
                                300L << 20),
                        new MachineFigures(
                                "lab", "mail", "mail server", 1, 40L << 30, 9L << 30, 0, 2L << 30, 1, 0, 70L << 20)));
    }
}
