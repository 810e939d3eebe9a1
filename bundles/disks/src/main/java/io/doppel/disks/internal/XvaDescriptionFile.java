package io.doppel.disks.internal;

import io.doppel.api.error.DoppelException;
import io.doppel.disks.DiskError;
import io.doppel.disks.StreamWatch;
import io.doppel.disks.XmlRpcValue;
import io.doppel.disks.XvaManifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** The first file of an XVA. */
public final class XvaDescriptionFile {
    /** Most bytes that are taken. */
    static final int LONGEST = 16 << 20;

    private XvaDescriptionFile() {}

    public static XvaManifest read(InputStream in) throws DoppelException, IOException {
        return read(new TarInput(new StreamSource(in, Xva.WHAT, StreamWatch.NONE)));
    }

    static XvaManifest read(TarInput tar) throws DoppelException, IOException {
        TarHeader file = tar.next()
                .orElseThrow(() -> new DoppelException(DiskError.NOT_AN_IMAGE, Xva.WHAT + " is an empty archive"));
        if (!file.name().equals(Xva.DESCRIPTION)) {
            throw new DoppelException(DiskError.NOT_AN_IMAGE, Xva.WHAT + " does not begin with ova.xml");
        }
        if (file.size() > LONGEST) {
            throw new DoppelException(DiskError.UNSUPPORTED, Xva.WHAT + " has an ova.xml of " + file.size() + " bytes");
        }
        byte[] xml = new byte[(int) file.size()];
        tar.read(file, xml);
        XvaManifest manifest = XvaManifest.of(XmlRpcValue.parse(xml));
        requireKnownRelease(manifest);
        return manifest;
    }

    private static void requireKnownRelease(XvaManifest manifest) throws DoppelException {
        String release =
                manifest.root().struct("version").text("export_vsn").orElse("").strip();
        if (!release.equals("1") && !release.equals("2")) {
            throw new DoppelException(
                    DiskError.UNSUPPORTED, Xva.WHAT + " is of the release '" + release + "' of its format");
        }
    }

    public static byte[] bytes(XmlRpcValue ova) {
        byte[] xml = ova.toXml();
        TarHeader header = TarHeader.file(Xva.DESCRIPTION, xml.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream((int) header.stored());
        out.writeBytes(header.bytes());
        out.writeBytes(xml);
        out.writeBytes(new byte[header.padding()]);
        return out.toByteArray();
    }
}
