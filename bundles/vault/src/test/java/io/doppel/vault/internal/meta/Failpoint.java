package io.doppel.vault.internal.meta;

import io.doppel.api.error.DoppelException;
import io.doppel.spi.storage.StorageError;

/** Lets everything fail from one operation on. */
class Failpoint implements MapStorage.Hook {
    private final int at;
    private final boolean after;
    private int count;
    boolean hit;

    Failpoint(int at, boolean after) {
        this.at = at;
        this.after = after;
    }

    @Override
    public void before(String operation, String name) throws DoppelException {
        count++;
        if (hit || !after && count == at) {
            fail();
        }
    }

    @Override
    public void after(String operation, String name) throws DoppelException {
        if (after && count == at) {
            fail();
        }
    }

    private void fail() throws DoppelException {
        hit = true;
        throw new DoppelException(StorageError.UNREACHABLE, "crashed");
    }
}
