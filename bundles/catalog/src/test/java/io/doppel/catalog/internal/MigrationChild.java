package io.doppel.catalog.internal;

import java.nio.file.Path;

/** Migrates the database in a folder and is halted, as by kill -9, right before or after the n-th statement or commit. */
final class MigrationChild {
    static final int HALTED = 137;

    private MigrationChild() {}

    public static void main(String[] args) throws Exception {
        int last = Integer.parseInt(args[1]);
        boolean behind = args[2].equals("after");
        try (DerbyDatabase real = DerbyDatabase.open(Path.of(args[0]))) {
            Database halting = WatchedDatabase.of(real, (nth, after) -> {
                if (nth == last && after == behind) {
                    Runtime.getRuntime().halt(HALTED);
                }
            });
            Migrations.run(halting, Migrations.ours());
        }
    }
}
