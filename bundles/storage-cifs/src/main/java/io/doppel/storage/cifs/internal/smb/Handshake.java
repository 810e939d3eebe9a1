package io.doppel.storage.cifs.internal.smb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/** Agrees on a dialect, logs in, and connects to the share: [MS-SMB2] 3.2.4.2. Used once. */
final class Handshake {
    private static final int SIGNING_ENABLED = 1;
    private static final int SIGNING_REQUIRED = 2;
    private static final int CAP_LARGE = 4;
    private static final int CAP_ENCRYPTION = 0x40;
    private static final int CONTEXT_PREAUTH = 1;
    private static final int CONTEXT_CIPHERS = 2;
    private static final int CONTEXT_SIGNING = 8;
    private static final int SESSION_GUEST = 1;
    private static final int SESSION_ANONYMOUS = 2;
    private static final int SESSION_ENCRYPT = 4;
    private static final int SHARE_ENCRYPT = 0x8000;
    private static final int SHARE_DISK = 1;
    private static final int FSCTL_VALIDATE = 0x00140204;
    private static final int SMALL_PAYLOAD = 64 << 10;
    private static final int LARGEST_PAYLOAD = 1 << 20;
    private static final int FLAG_SIGNED = 8;

    private final SmbConnection connection;
    private final SmbTarget target;
    private final List<Dialect> offered;
    private final byte[] guid = new byte[16];
    private final SecureRandom random = new SecureRandom();
    private byte[] preauth = new byte[64];
    private Dialect dialect;
    private int serverMode;
    private int serverCapabilities;
    private byte[] serverGuid;
    private int cipher;
    private int signing;
    private int maxRead;
    private int maxWrite;
    private boolean sessionEncrypts;

    /** What was agreed on. */
    record Agreed(Dialect dialect, long session, int tree, int rights, int maxRead, int maxWrite, boolean encrypted) {}

    Handshake(SmbConnection connection, SmbTarget target) {
        this.connection = connection;
        this.target = target;
        this.offered = target.oldest().andNewer();
        random.nextBytes(guid);
    }

    /** @param previous a session of ours that is lost, which the server ends with all that it has open; or 0 */
    Agreed run(char[] password, long previous) throws SmbException {
        negotiate();
        long session = logIn(password, previous);
        if (target.encrypt()) {
            connection.encrypt();
        }
        Reply tree = connectTree();
        ByteBuffer body = tree.body(16);
        if (body.get(2) != SHARE_DISK) {
            throw SmbException.status(SmbStatus.BAD_NETWORK_NAME, target.share() + " is no share of files");
        }
        boolean encrypted = target.encrypt() || (body.getInt(4) & SHARE_ENCRYPT) != 0 || sessionEncrypts;
        if (encrypted && !target.encrypt()) {
            checkCipher("The share");
            connection.encrypt();
        }
        validate(tree.tree());
        return new Agreed(dialect, session, tree.tree(), body.getInt(12), maxRead, maxWrite, encrypted);
    }

    private void negotiate() throws SmbException {
        Frame frame = new Frame(Frame.NEGOTIATE, 256);
        ByteBuffer body = frame.body();
        body.putShort((short) 36).putShort((short) offered.size());
        body.putShort((short) mode()).putShort((short) 0).putInt(CAP_LARGE | CAP_ENCRYPTION);
        body.put(guid);
        int contexts = body.position();
        body.putLong(0);
        offered.forEach(d -> body.putShort((short) d.code()));
        if (offered.contains(Dialect.SMB_3_1_1)) {
            align(body);
            body.putInt(contexts, body.position() - Frame.START).putShort(contexts + 4, (short) 3);
            byte[] salt = new byte[32];
            random.nextBytes(salt);
            context(body, CONTEXT_PREAUTH, 38)
                    .putShort((short) 1)
                    .putShort((short) salt.length)
                    .putShort((short) 1)
                    .put(salt);
            align(body);
            context(body, CONTEXT_CIPHERS, 6)
                    .putShort((short) 2)
                    .putShort((short) Sealer.AES_128_GCM)
                    .putShort((short) Sealer.AES_128_CCM);
            align(body);
            context(body, CONTEXT_SIGNING, 6)
                    .putShort((short) 2)
                    .putShort((short) Signer.AES_GMAC)
                    .putShort((short) Signer.AES_CMAC);
        }
        Reply reply;
        try {
            reply = connection.send(frame.ended(), 0).await();
        } catch (SmbException e) {
            throw switch (e.kind()) {
                case LOST -> SmbException.lost(e.getMessage() + "; servers that speak SMB 1 only do that, too", e);
                case PROTOCOL -> SmbException.lost("What listens there does not speak SMB (" + e.getMessage() + ")", e);
                default -> e;
            };
        }
        if (reply.status() == SmbStatus.NOT_SUPPORTED || reply.status() == SmbStatus.INVALID_PARAMETER) {
            throw noDialect();
        }
        reply.await("Negotiate");
        preauth = Hashes.preauth(Hashes.preauth(preauth, frame.message()), reply.message());
        read(reply);
    }

    private void read(Reply reply) throws SmbException {
        ByteBuffer body = reply.body(64);
        int code = body.getShort(4) & 0xFFFF;
        dialect = offered.stream().filter(d -> d.code() == code).findFirst().orElseThrow(this::noDialect);
        serverMode = body.getShort(2);
        serverCapabilities = body.getInt(24);
        serverGuid = new byte[16];
        body.get(8, serverGuid);
        signing = dialect.isAtLeast(Dialect.SMB_3_0) ? Signer.AES_CMAC : Signer.HMAC_SHA256;
        if (dialect == Dialect.SMB_3_1_1) {
            readContexts(reply, body.getInt(60), body.getShort(6));
        } else if (dialect.isAtLeast(Dialect.SMB_3_0) && (serverCapabilities & CAP_ENCRYPTION) != 0) {
            cipher = Sealer.AES_128_CCM;
        }
        if (target.encrypt()) {
            checkCipher("This server");
        }
        int most = SMALL_PAYLOAD;
        if ((serverCapabilities & CAP_LARGE) != 0) {
            most = LARGEST_PAYLOAD;
            connection.countBySize(LARGEST_PAYLOAD);
        }
        maxRead = Math.min(most, body.getInt(32));
        maxWrite = Math.min(most, body.getInt(36));
        if (maxRead < 4096 || maxWrite < 4096) {
            throw SmbException.protocol("it takes no requests of useful size");
        }
    }

    private void readContexts(Reply reply, int offset, int count) throws SmbException {
        int at = offset;
        for (int i = 0; i < count; i++) {
            ByteBuffer head = reply.part(at, 8);
            int length = head.getShort(2) & 0xFFFF;
            ByteBuffer data = reply.part(at + 8, length);
            int type = head.getShort(0);
            if ((type == CONTEXT_CIPHERS || type == CONTEXT_SIGNING) && length >= 4 && data.getShort(0) == 1) {
                if (type == CONTEXT_CIPHERS) {
                    cipher = data.getShort(2);
                } else {
                    signing = data.getShort(2);
                }
            }
            at += 8 + (length + 7) / 8 * 8;
        }
        if (cipher < 0 || cipher > Sealer.AES_128_GCM || signing != Signer.AES_CMAC && signing != Signer.AES_GMAC) {
            throw SmbException.protocol("it chose what was not offered");
        }
    }

    private SmbException noDialect() {
        return SmbException.of(
                SmbException.Kind.DIALECT,
                "The server speaks none of the allowed dialects, SMB " + target.oldest() + " or newer");
    }

    private void checkCipher(String who) throws SmbException {
        if (cipher == 0) {
            throw SmbException.of(
                    SmbException.Kind.ENCRYPTION, who + " cannot encrypt with what was agreed on, SMB " + dialect);
        }
    }

    private long logIn(char[] password, long previous) throws SmbException {
        Ntlm ntlm = new Ntlm(target.user(), target.domain(), target.server());
        Reply first = setUp(ntlm.negotiate(), previous);
        first.await("Log in as " + target.user(), SmbStatus.MORE_PROCESSING);
        connection.beginSession(first.session());
        preauth = Hashes.preauth(preauth, first.message());
        Reply last = setUp(ntlm.authenticate(token(first), password), previous);
        last.await("Log in as " + target.user());
        int flags = last.body(8).getShort(2);
        if ((flags & (SESSION_GUEST | SESSION_ANONYMOUS)) != 0) {
            throw SmbException.of(
                    SmbException.Kind.GUEST,
                    "The server does not know the user " + target.user() + " and let us in as a guest");
        }
        protect(ntlm.sessionKey(), last);
        sessionEncrypts = (flags & SESSION_ENCRYPT) != 0;
        if (sessionEncrypts && !target.encrypt()) {
            checkCipher("The server");
            connection.encrypt();
        }
        return last.session();
    }

    private static byte[] token(Reply reply) throws SmbException {
        ByteBuffer body = reply.body(8);
        ByteBuffer part = reply.part(body.getShort(4) & 0xFFFF, body.getShort(6) & 0xFFFF);
        byte[] token = new byte[part.remaining()];
        part.get(token);
        return token;
    }

    private Reply setUp(byte[] token, long previous) throws SmbException {
        Frame frame = new Frame(Frame.SESSION_SETUP, 24 + token.length);
        ByteBuffer body = frame.body();
        body.putShort((short) 25).put((byte) 0).put((byte) mode()).putInt(0).putInt(0);
        body.putShort((short) (Frame.HEADER + 24))
                .putShort((short) token.length)
                .putLong(previous)
                .put(token);
        Reply reply = connection.send(frame.ended(), 0);
        preauth = Hashes.preauth(preauth, frame.message());
        return reply.await();
    }

    private void protect(byte[] key, Reply last) throws SmbException {
        byte[] signKey = key;
        byte[] sealKey = null;
        byte[] openKey = null;
        if (dialect == Dialect.SMB_3_1_1) {
            signKey = Hashes.derive(key, "SMBSigningKey", preauth);
            sealKey = Hashes.derive(key, "SMBC2SCipherKey", preauth);
            openKey = Hashes.derive(key, "SMBS2CCipherKey", preauth);
        } else if (dialect.isAtLeast(Dialect.SMB_3_0)) {
            signKey = Hashes.derive(key, "SMB2AESCMAC", Hashes.text("SmbSign"));
            sealKey = Hashes.derive(key, "SMB2AESCCM", Hashes.text("ServerIn "));
            openKey = Hashes.derive(key, "SMB2AESCCM", Hashes.text("ServerOut"));
        }
        boolean sign = target.sign() || (serverMode & SIGNING_REQUIRED) != 0;
        byte[] message = last.message();
        boolean signed = (last.buffer().getInt(16) & FLAG_SIGNED) != 0;
        // From 3.0 on the last answer is always signed: it is what proves that the server knows the password, too.
        boolean mustBe = sign || dialect.isAtLeast(Dialect.SMB_3_0);
        if (mustBe && !signed || signed && !Signer.of(signing, signKey).verify(message, 0, message.length)) {
            throw SmbException.of(SmbException.Kind.SIGNING, "The server's answer to the log-in is not signed rightly");
        }
        connection.protect(last.session(), signing, signKey, sign, cipher, sealKey, openKey);
    }

    private Reply connectTree() throws SmbException {
        byte[] path = ("\\\\" + target.server() + "\\" + target.share()).getBytes(StandardCharsets.UTF_16LE);
        Frame frame = new Frame(Frame.TREE_CONNECT, 8 + path.length);
        frame.body()
                .putShort((short) 9)
                .putShort((short) 0)
                .putShort((short) (Frame.HEADER + 8))
                .putShort((short) path.length)
                .put(path);
        return connection.sendSigned(frame.ended(), 0).await("Connect to the share " + target.share());
    }

    /** Without the hash over all that was said, 3.1.1's, asks under signature what was said, [MS-SMB2] 3.2.5.5. */
    private void validate(int tree) throws SmbException {
        if (dialect == Dialect.SMB_3_1_1 || !offered.contains(Dialect.SMB_3_0)) {
            return;
        }
        int size = 24 + 2 * offered.size();
        Frame frame = new Frame(Frame.IOCTL, 56 + size);
        ByteBuffer body = frame.body();
        body.putShort((short) 57).putShort((short) 0).putInt(FSCTL_VALIDATE);
        body.putLong(-1).putLong(-1);
        body.putInt(Frame.HEADER + 56)
                .putInt(size)
                .putInt(0)
                .putInt(0)
                .putInt(0)
                .putInt(24);
        body.putInt(1).putInt(0);
        body.putInt(CAP_LARGE | CAP_ENCRYPTION)
                .put(guid)
                .putShort((short) mode())
                .putShort((short) offered.size());
        offered.forEach(d -> body.putShort((short) d.code()));
        Reply reply;
        try {
            reply = connection.sendSigned(frame.ended(), tree).await();
        } catch (SmbException e) {
            throw e.kind() == SmbException.Kind.LOST
                    // What a server must do when it heard something else than we said.
                    ? SmbException.lost(
                            "The connection broke when the server was asked what was agreed on, as it does when somebody changed that",
                            e)
                    : e;
        }
        if (reply.status() != SmbStatus.SUCCESS) {
            // A server of before 3.0 does not know the question; that this answer is signed proves that it is one.
            return;
        }
        ByteBuffer answer = reply.body(48);
        ByteBuffer said = reply.part(answer.getInt(32), 24);
        byte[] saidGuid = new byte[16];
        said.get(4, saidGuid);
        if (said.getInt(0) != serverCapabilities
                || said.getShort(20) != serverMode
                || (said.getShort(22) & 0xFFFF) != dialect.code()
                || !Arrays.equals(saidGuid, serverGuid)) {
            throw SmbException.of(SmbException.Kind.SIGNING, "Somebody changed what server and client agreed on");
        }
    }

    private int mode() {
        return target.sign() ? SIGNING_REQUIRED : SIGNING_ENABLED;
    }

    private static ByteBuffer context(ByteBuffer body, int type, int length) {
        return body.putShort((short) type).putShort((short) length).putInt(0);
    }

    private static void align(ByteBuffer body) {
        while ((body.position() - Frame.START) % 8 != 0) {
            body.put((byte) 0);
        }
    }
}
