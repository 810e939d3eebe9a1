package io.doppel.storage.cifs.internal.smb;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * One log-in by NTLMv2 with a message integrity code, [MS-NLMP]. Nothing older is spoken. The server's clock is used where it tells it, so
 * that clocks need not agree.
 */
final class Ntlm {
    private static final byte[] SIGNATURE = Hashes.text("NTLMSSP");
    private static final int FLAGS = 0x1 // UNICODE
            | 0x4 // REQUEST_TARGET
            | 0x10 // SIGN
            | 0x200 // NTLM
            | 0x8000 // ALWAYS_SIGN
            | 0x80000 // EXTENDED_SESSIONSECURITY
            | 0x800000 // TARGET_INFO
            | 0x20000000 // 128
            | 0x40000000 // KEY_EXCH
            | 0x80000000; // 56
    private static final int KEY_EXCHANGE = 0x40000000;
    private static final int AUTHENTICATE_HEADER = 88;
    private static final int MIC_AT = 72;
    private static final int AV_END = 0;
    private static final int AV_FLAGS = 6;
    private static final int AV_TIMESTAMP = 7;
    private static final int AV_TARGET_NAME = 9;
    private static final long FILETIME_EPOCH = 116_444_736_000_000_000L;

    private final String user;
    private final String domain;
    private final String target;
    private final SecureRandom random = new SecureRandom();
    private byte[] negotiate;
    private byte[] sessionKey;

    /** @param server the name that the server is reached by, which becomes part of what is proven */
    Ntlm(String user, String domain, String server) {
        this.user = user;
        this.domain = domain;
        this.target = "cifs/" + server;
    }

    /** The first message. */
    byte[] negotiate() {
        ByteBuffer message = buffer(32);
        message.put(SIGNATURE).putInt(1).putInt(FLAGS);
        negotiate = message.array();
        return negotiate;
    }

    /** The last message, in answer to the server's. */
    byte[] authenticate(byte[] challenge, char[] password) throws SmbException {
        if (challenge.length < 48 || !Arrays.equals(SIGNATURE, 0, 8, challenge, 0, 8) || challenge[8] != 2) {
            throw SmbException.protocol("the log-in's challenge is no NTLM");
        }
        ByteBuffer in = ByteBuffer.wrap(challenge).order(ByteOrder.LITTLE_ENDIAN);
        int flags = in.getInt(20) & FLAGS;
        byte[] nonce = Arrays.copyOfRange(challenge, 24, 32);
        int length = in.getShort(40) & 0xFFFF;
        int offset = in.getInt(44);
        if (offset < 0 || offset > challenge.length - length) {
            throw SmbException.protocol("the log-in's challenge is malformed");
        }
        Info info = Info.read(ByteBuffer.wrap(challenge, offset, length).order(ByteOrder.LITTLE_ENDIAN));
        byte[] clientNonce = new byte[8];
        random.nextBytes(clientNonce);
        byte[] passwordKey = passwordKey(password);
        byte[] blob = blob(info, clientNonce);
        byte[] proof = Hashes.hmac("HmacMD5", passwordKey, nonce, blob);
        byte[] baseKey = Hashes.hmac("HmacMD5", passwordKey, proof);
        Arrays.fill(passwordKey, (byte) 0);
        byte[] exchanged = new byte[0];
        if ((flags & KEY_EXCHANGE) != 0) {
            sessionKey = new byte[Hashes.KEY];
            random.nextBytes(sessionKey);
            exchanged = rc4(baseKey, sessionKey);
        } else {
            sessionKey = baseKey;
        }
        byte[] response = ByteBuffer.allocate(proof.length + blob.length)
                .put(proof)
                .put(blob)
                .array();
        byte[] message = message(flags, response, exchanged);
        byte[] mic = Hashes.hmac("HmacMD5", sessionKey, negotiate, challenge, message);
        System.arraycopy(mic, 0, message, MIC_AT, mic.length);
        return message;
    }

    /** The key that both sides have after the last message. */
    byte[] sessionKey() {
        return sessionKey;
    }

    private byte[] passwordKey(char[] password) {
        ByteBuffer encoded = StandardCharsets.UTF_16LE.encode(CharBuffer.wrap(password));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        Arrays.fill(encoded.array(), (byte) 0);
        byte[] hash = Md4.of(bytes);
        Arrays.fill(bytes, (byte) 0);
        byte[] key = Hashes.hmac("HmacMD5", hash, utf16(user.toUpperCase(Locale.ROOT) + domain));
        Arrays.fill(hash, (byte) 0);
        return key;
    }

    private byte[] blob(Info info, byte[] clientNonce) {
        byte[] name = utf16(target);
        ByteBuffer blob = buffer(28 + info.pairs.length + 8 + 4 + name.length + 4 + 4);
        blob.put((byte) 1).put((byte) 1).position(8);
        blob.putLong(info.time != 0 ? info.time : Instant.now().toEpochMilli() * 10_000 + FILETIME_EPOCH);
        blob.put(clientNonce).putInt(0).put(info.pairs);
        // 2: a message integrity code is there.
        blob.putShort((short) AV_FLAGS).putShort((short) 4).putInt(2);
        blob.putShort((short) AV_TARGET_NAME).putShort((short) name.length).put(name);
        return blob.array();
    }

    private byte[] message(int flags, byte[] response, byte[] exchanged) {
        byte[] userName = utf16(user);
        byte[] domainName = utf16(domain);
        ByteBuffer message = buffer(
                AUTHENTICATE_HEADER + domainName.length + userName.length + 24 + response.length + exchanged.length);
        message.put(SIGNATURE).putInt(3);
        int at = AUTHENTICATE_HEADER;
        // The old LM response must be zeros beside one of NTLMv2 that has a time.
        field(message, 28, domainName, at);
        field(message, 36, userName, at += domainName.length);
        field(message, 44, new byte[0], at += userName.length);
        field(message, 12, new byte[24], at);
        field(message, 20, response, at += 24);
        field(message, 52, exchanged, at += response.length);
        message.putInt(60, flags);
        return message.array();
    }

    private static void field(ByteBuffer message, int header, byte[] value, int at) {
        message.putShort(header, (short) value.length)
                .putShort(header + 2, (short) value.length)
                .putInt(header + 4, at);
        message.position(at);
        message.put(value);
    }

    private static byte[] rc4(byte[] key, byte[] data) {
        try {
            Cipher cipher = Cipher.getInstance("ARCFOUR");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "ARCFOUR"));
            return cipher.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has ARCFOUR", e);
        }
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] utf16(String text) {
        return text.getBytes(StandardCharsets.UTF_16LE);
    }

    /** What the server says of itself: its pairs without the end mark and without those that we say, and its time or 0. */
    private record Info(byte[] pairs, long time) {
        static Info read(ByteBuffer in) throws SmbException {
            ByteBuffer kept = buffer(in.remaining());
            long time = 0;
            while (in.remaining() >= 4) {
                int id = in.getShort() & 0xFFFF;
                int length = in.getShort() & 0xFFFF;
                if (id == AV_END) {
                    break;
                }
                if (length > in.remaining() || id == AV_TIMESTAMP && length != 8) {
                    throw SmbException.protocol("the log-in's challenge is malformed");
                }
                if (id == AV_TIMESTAMP) {
                    time = in.getLong(in.position());
                }
                byte[] value = new byte[length];
                in.get(value);
                if (id != AV_FLAGS && id != AV_TARGET_NAME) {
                    kept.putShort((short) id).putShort((short) length).put(value);
                }
            }
            return new Info(Arrays.copyOf(kept.array(), kept.position()), time);
        }
    }
}
