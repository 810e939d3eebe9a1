package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;
import io.doppel.vault.internal.meta.SealedObject.Kind;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells those who ask that the holder of a lease lives (docs/vault-format.md §15). */
final class LeaseAnswers {
    /** Answers of one look, so that nobody who floods the target with questions keeps the holder from its work. */
    private static final int AT_ONCE = 16;

    private final SealedStore store;
    private final LeaseHolding.Held held;
    private final String server;

    /** @param server the holder's name for people */
    LeaseAnswers(SealedStore store, LeaseHolding.Held held, String server) {
        this.store = store;
        this.held = held;
        this.server = server;
    }

    /**
     * Answers what was not answered yet, and deletes what is left over of earlier epochs.
     *
     * @param names names below {@code lease/}
     */
    void answer(List<String> names) throws DoppelException {
        List<LeaseQuestion> all = LeaseQuestion.among(names);
        Set<String> answered = all.stream()
                .filter(q -> q.answer() && q.epoch() == held.epoch())
                .map(LeaseQuestion::id)
                .collect(Collectors.toSet());
        List<LeaseQuestion> open = all.stream()
                .filter(q -> !q.answer() && q.epoch() == held.epoch() && !answered.contains(q.id()))
                .limit(AT_ONCE)
                .toList();
        for (LeaseQuestion question : open) {
            if (isAuthentic(question)) {
                put(question);
            }
        }
        for (LeaseQuestion old : all.stream()
                .filter(q -> q.epoch() < held.epoch())
                .limit(AT_ONCE)
                .toList()) {
            store.io().delete(old.name());
        }
    }

    private void put(LeaseQuestion question) throws DoppelException {
        String id = question.id();
        try {
            store.put(
                    Kind.LEASE_ANSWER,
                    Leases.answerName(held.epoch(), id),
                    new LeaseQuestion.Answer(held.epoch(), id, held.nonce(), server));
        } catch (DoppelException e) {
            if (!e.is(StorageError.EXISTS)) {
                throw e;
            }
        }
    }

    /** Whoever has no keys cannot ask; and a question may be taken back meanwhile. */
    private boolean isAuthentic(LeaseQuestion question) throws DoppelException {
        try {
            LeaseQuestion.Ask ask = store.read(Kind.LEASE_ASK, question.name(), LeaseQuestion.Ask.class)
                    .value();
            return ask.epoch() == held.epoch() && question.id().equals(ask.id());
        } catch (DoppelException e) {
            if (!Problems.isObjectFault(e)) {
                throw e;
            }
            return false;
        }
    }
}
