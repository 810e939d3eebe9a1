package io.doppel.core.internal.probe;

import io.doppel.api.error.DoppelException;
import io.doppel.core.StorageTestError;
import io.doppel.spi.storage.ObjectInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether objects that were committed are whole, of the right size, and listed once. */
final class ContentChecks {
    private static final List<Integer> SIZES = List.of(0, 1, 4097, (1 << 20) + 1, 5_000_011);

    private final ProbeObjects objects;
    private final Findings findings;

    ContentChecks(ProbeObjects objects, Findings findings) {
        this.objects = objects;
        this.findings = findings;
    }

    void check() throws DoppelException {
        List<ProbeObjects.Made> all = new ArrayList<>();
        for (int size : SIZES) {
            all.add(objects.put("size-" + size, size));
        }
        checkWhole(all);
        checkListed(all);
    }

    private void checkWhole(List<ProbeObjects.Made> all) throws DoppelException {
        for (ProbeObjects.Made made : all) {
            if (!objects.isWhole(made)) {
                findings.failed(
                        "whole",
                        StorageTestError.NOT_WHOLE,
                        "Other bytes came back of an object of " + made.bytes() + " bytes than were put");
                return;
            }
        }
        findings.passed(
                "whole", "Objects of 0 to " + SIZES.get(SIZES.size() - 1) + " bytes came back as they were put");
    }

    private void checkListed(List<ProbeObjects.Made> all) throws DoppelException {
        List<ObjectInfo> listed = objects.listed();
        for (ProbeObjects.Made made : all) {
            List<ObjectInfo> of =
                    listed.stream().filter(o -> o.name().equals(made.name())).toList();
            Optional<ObjectInfo> stat = objects.storage().stat(made.name());
            String size = made.bytes() + " bytes";
            if (of.size() != 1) {
                notListed("An object of " + size + " is listed " + of.size() + " times right after it was put");
                return;
            }
            if (of.get(0).size() != made.bytes() || stat.isEmpty() || stat.get().size() != made.bytes()) {
                notListed("An object of " + size + " is told with another size, or not at all");
                return;
            }
        }
        findings.passed("listed", "Each object is listed once, with its size, right after it was put");
    }

    private void notListed(String text) {
        findings.failed("listed", StorageTestError.NOT_LISTED, text);
    }
}
