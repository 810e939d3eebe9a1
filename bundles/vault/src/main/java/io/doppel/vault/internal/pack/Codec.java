package io.doppel.vault.internal.pack;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** Compresses and decompresses records (docs/vault-format.md §5). One instance serves one thread; close frees native memory. */
public final class Codec implements AutoCloseable {
    /** Not compressed. */
    public static final byte STORED = 0;

    /** LZ4 block. */
    public static final byte LZ4 = 1;

    /** Zstandard frame. */
    public static final byte ZSTD = 2;

    private static final int ZSTD_LEVEL = 1;

    private final byte preferred;
    private ZstdCompressCtx zstdOut;
    private ZstdDecompressCtx zstdIn;
    private LZ4Compressor lz4Out;
    private LZ4SafeDecompressor lz4In;

    /** A codec that compresses with {@code preferred}. */
    public Codec(byte preferred) {
        this.preferred = preferred;
    }

    /** The codec byte of a name in {@code config}. */
    public static byte byName(String name) {
        return switch (name) {
            case "zstd" -> ZSTD;
            case "lz4" -> LZ4;
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Room that compressing needs at the most. */
    public static int bound(int length) {
        return (int) Math.max(Zstd.compressBound(length), length + length / 255 + 16);
    }

    /**
     * Compresses into {@code out} from 0.
     *
     * @return bytes written, or −1 if that is not smaller than the input
     */
    public int compress(byte[] in, int from, int length, byte[] out) {
        int n;
        if (preferred == ZSTD) {
            if (zstdOut == null) {
                zstdOut = new ZstdCompressCtx();
                zstdOut.setLevel(ZSTD_LEVEL);
            }
            n = zstdOut.compressByteArray(out, 0, out.length, in, from, length);
        } else {
            if (lz4Out == null) {
                lz4Out = LZ4Factory.nativeInstance().fastCompressor();
            }
            n = lz4Out.compress(in, from, length, out, 0, out.length);
        }
        return n < length ? n : -1;
    }

    /** The codec byte for what {@link #compress} made. */
    public byte preferred() {
        return preferred;
    }

    /**
     * Decompresses exactly {@code rawLength} bytes.
     *
     * @return false if the input is not what it should be
     */
    public boolean decompress(byte codec, byte[] in, int from, int length, byte[] out, int outFrom, int rawLength) {
        try {
            switch (codec) {
                case STORED:
                    if (length != rawLength) {
                        return false;
                    }
                    System.arraycopy(in, from, out, outFrom, length);
                    return true;
                case LZ4:
                    if (lz4In == null) {
                        lz4In = LZ4Factory.nativeInstance().safeDecompressor();
                    }
                    return lz4In.decompress(in, from, length, out, outFrom, rawLength) == rawLength;
                case ZSTD:
                    if (zstdIn == null) {
                        zstdIn = new ZstdDecompressCtx();
                    }
                    return zstdIn.decompressByteArray(out, outFrom, rawLength, in, from, length) == rawLength;
                default:
                    return false;
            }
        } catch (ZstdException | LZ4Exception e) {
            return false;
        }
    }

    @Override
    public void close() {
        if (zstdOut != null) {
            zstdOut.close();
            zstdOut = null;
        }
        if (zstdIn != null) {
            zstdIn.close();
            zstdIn = null;
        }
    }
}
