package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Finds the parent that a VHD or VHDX names by Windows paths, of which only the last part means something here. */
final class ParentNames {
    private ParentNames() {}

    /** The first file of those names in the child's folder; the child then checks the id. */
    static Path find(Path child, List<String> written) throws DoppelException {
        Set<String> names = new LinkedHashSet<>();
        for (String path : written) {
            String name = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
            if (!name.isEmpty() && !name.equals(".") && !name.equals("..") && name.indexOf(0) < 0) {
                names.add(name);
            }
        }
        for (String name : names) {
            if (Files.exists(child.resolveSibling(name))) {
                return ImageChain.sibling(child, name);
            }
        }
        throw new DoppelException(DiskError.PARENT_MISSING, child + " needs its parent " + String.join(" or ", names));
    }
}
