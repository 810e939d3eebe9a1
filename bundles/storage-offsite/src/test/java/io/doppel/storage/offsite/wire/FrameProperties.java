package io.doppel.storage.offsite.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.tls.Fingerprint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Frames come back as they were written, whatever they hold, and nothing else is taken for one. */
class FrameProperties {
    record Sent(int type, long number, String name, byte[] bytes) {}

    @Provide
    Arbitrary<Sent> sent() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 255),
                        Arbitraries.longs().between(0, Long.MAX_VALUE),
                        Arbitraries.strings().ascii().ofMaxLength(800),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(5000))
                .as(Sent::new);
    }

    private static byte[] write(List<Sent> all) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FrameOutput out = new FrameOutput(bytes);
        for (Sent one : all) {
            out.begin(one.type(), 8 + FrameOutput.room(one.name()) + one.bytes().length)
                    .u64(one.number())
                    .name(one.name())
                    .bytes(one.bytes())
                    .end();
        }
        out.flush();
        return bytes.toByteArray();
    }

    @Property(tries = 200)
    void framesComeBack(@ForAll @Size(max = 20) List<@From("sent") Sent> all) throws IOException {
        FrameInput in = new FrameInput(new ByteArrayInputStream(write(all)), Frame.MAX_FRAME);
        for (Sent one : all) {
            assertEquals(one.type(), in.next());
            assertEquals(one.number(), in.u63());
            assertEquals(one.name(), in.name());
            assertArrayEquals(one.bytes(), in.bytes(in.left()));
            in.end();
        }
        assertThrows(EOFException.class, in::next);
    }

    @Property(tries = 200)
    void whatIsCutShortIsNoFrame(@ForAll("sent") Sent one, @ForAll @IntRange(min = 1, max = 10_000) int cut)
            throws IOException {
        byte[] whole = write(List.of(one));
        byte[] shorter = Arrays.copyOf(whole, Math.max(0, whole.length - cut));
        FrameInput in = new FrameInput(new ByteArrayInputStream(shorter), Frame.MAX_FRAME);
        assertThrows(EOFException.class, in::next);
    }

    @Property(tries = 500)
    void noiseIsReadWithinItsBoundsOrRefused(@ForAll byte[] noise, @ForAll @IntRange(min = 1, max = 500) int limit) {
        FrameInput in = new FrameInput(new ByteArrayInputStream(noise), limit);
        try {
            while (true) {
                in.next();
                assertTrue(in.left() < limit);
                in.u16();
                in.name();
                in.u63();
                in.text();
            }
        } catch (EOFException | ProtocolException e) {
            assertFalse(e.getMessage().isEmpty());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Example
    void lengthsAreBounded() {
        for (int length : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, Frame.MAX_FRAME + 1}) {
            byte[] head = ByteBuffer.allocate(100).putInt(length).array();
            FrameInput in = new FrameInput(new ByteArrayInputStream(head), Frame.MAX_FRAME);
            assertThrows(ProtocolException.class, in::next, "length " + length);
        }
    }

    @Property(tries = 200)
    void enrolmentCodesComeBack(
            @ForAll @Size(32) byte[] token, @ForAll @Size(32) byte[] print, @ForAll @IntRange(max = 2) int style) {
        Fingerprint module =
                new Fingerprint(HexFormat.ofDelimiter(":").withUpperCase().formatHex(print));
        String text = new String(new EnrolmentCode(module, token).text());
        String typed = style == 0 ? text : style == 1 ? text.toUpperCase(Locale.ROOT) : text.replace("-", " \n");
        EnrolmentCode read = EnrolmentCode.parse(typed.toCharArray());
        assertEquals(module, read.module());
        assertArrayEquals(token, read.token());
        assertFalse(read.toString().contains(text.substring(60, 70)));
    }

    @Property(tries = 300)
    void aSlipInACodeIsNoticed(
            @ForAll @Size(32) byte[] token, @ForAll @IntRange(max = 120) int at, @ForAll("digit") char digit) {
        char[] text = new EnrolmentCode(new Fingerprint("00" + ":00".repeat(31)), token).text();
        int place = at % text.length;
        if (text[place] != '-' && text[place] != digit) {
            text[place] = digit;
            assertThrows(IllegalArgumentException.class, () -> EnrolmentCode.parse(text));
        }
        assertThrows(IllegalArgumentException.class, () -> EnrolmentCode.parse(Arrays.copyOf(text, Math.min(at, 110))));
    }

    @Provide
    Arbitrary<Character> digit() {
        return Arbitraries.of('a', 'b', 'm', 'z', '2', '7', '1', '0', '!');
    }
}
