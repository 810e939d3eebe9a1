package io.doppel.vault.model;

import java.util.List;

/** What happened, for people. */
final class Trace {
    private Trace() {}

    static String packs(int mask) {
        StringBuilder text = new StringBuilder();
        for (int p = 0; p < Bounds.PACKS; p++) {
            if ((mask >> p & 1) != 0) {
                text.append(text.isEmpty() ? "" : ", ").append(p);
            }
        }
        return text.toString();
    }

    static String lines(List<String> steps) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < steps.size(); i++) {
            text.append(String.format("%n%4d  %s", i + 1, steps.get(i)));
        }
        return text.toString();
    }
}
