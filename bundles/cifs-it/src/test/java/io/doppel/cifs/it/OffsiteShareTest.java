package io.doppel.cifs.it;

import java.nio.file.Path;

/** With the offsite vault on a share of another smbd. */
class OffsiteShareTest extends OffsiteVaulting {
    @Override
    SecondSite site(Path place) throws Exception {
        return new ShareSite(place);
    }
}
