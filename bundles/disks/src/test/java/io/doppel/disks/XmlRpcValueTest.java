package io.doppel.disks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of XML-RPC as text and back. */
class XmlRpcValueTest {
    @TempDir
    Path folder;

    /** With types and elements that this program does not know. */
    @Test
    void everythingGoesThroughUnchanged() throws Exception {
        String xml = "<?xml version=\"1.0\"?>\n<value>\n <struct><member><name>a</name><value> text </value></member>"
                + "<member><name>b</name><value><i4>-7</i4></value></member><member><name>c</name><value/></member>"
                + "<member><name>d</name><value><dateTime.iso8601>20170101T00:00:00Z</dateTime.iso8601></value></member>"
                + "<member><name>e</name><value><nil/></value></member><!-- a note -->"
                + "<member><name>f</name><value><array><data><value><boolean>1</boolean></value>"
                + "<value><base64>AAEC</base64></value><value><array><data/></array></value></data></array></value></member>"
                + "<member><name>g &amp; h</name><value><struct/></value></member></struct>\n</value>\n";
        XmlRpcValue.Struct value = (XmlRpcValue.Struct) parse(xml);
        assertEquals(" text ", value.text("a").orElseThrow());
        assertEquals(new XmlRpcValue.Scalar("i4", "-7"), value.get("b").orElseThrow());
        assertEquals("", value.text("c").orElseThrow());
        assertEquals(new XmlRpcValue.Scalar("nil", ""), value.get("e").orElseThrow());
        assertEquals(3, value.array("f").size());
        assertEquals(Map.of(), value.struct("g & h").members());
        assertEquals(
                List.of("a", "b", "c", "d", "e", "f", "g & h"),
                List.copyOf(value.members().keySet()));
        assertEquals(value, XmlRpcValue.parse(value.toXml()));
        assertEquals(value.toXml().length, XmlRpcValue.parse(value.toXml()).toXml().length);
    }

    /** Python's own xmlrpc reads what we write and takes it for the same. */
    @Test
    void pythonReadsWhatWeWrite() throws Exception {
        Map<String, XmlRpcValue> members = new LinkedHashMap<>();
        members.put("text", XmlRpcValue.of("<&>\"' \u00e4\uD83D\uDE00\r\n\ttail "));
        members.put("number", XmlRpcValue.of(1L << 40));
        members.put("yes", XmlRpcValue.of(true));
        members.put("double", XmlRpcValue.of(0.25));
        members.put("date", XmlRpcValue.ofDate("20261121T20:00:00Z"));
        members.put("texts", XmlRpcValue.ofTexts(List.of("a", "")));
        members.put("map", XmlRpcValue.ofTexts(Map.of("k", "v")));
        Path file = folder.resolve("value.xml");
        Files.write(file, new XmlRpcValue.Struct(members).toXml());
        String script = "import sys,xmlrpc.client as x\n"
                + "p,u=x.getparser()\n"
                + "d=open(sys.argv[1],'rb').read().split(b'?>',1)[1]\n"
                + "p.feed(b'<methodResponse><params><param>'+d+b'</param></params></methodResponse>'); p.close()\n"
                + "print(ascii(u.close()[0]))";
        String read =
                Qemu.run("/usr/bin/python3", "-c", script, file.toString()).strip();
        assertEquals(
                "{'text': '<&>\"\\' \\xe4\\U0001f600\\r\\n\\ttail ', 'number': '1099511627776', 'yes': True, 'double': 0.25,"
                        + " 'date': <DateTime '20261121T20:00:00Z' at 0x>, 'texts': ['a', ''], 'map': {'k': 'v'}}",
                read.replaceAll("at 0x[0-9a-f]+", "at 0x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text",
                "<value>",
                "<other/>",
                "<value><struct><member><value/></member></struct></value>",
                "<value><struct><member><name>a</name></member></struct></value>",
                "<value><struct><member><name>a</name><value/></member><member><name>a</name><value/></member></struct></value>",
                "<value><struct><value/></struct></value>",
                "<value><array><value/></array></value>",
                "<value><array><data><int>1</int></data></array></value>",
                "<value><int>1</int><int>2</int></value>",
                "<value>a<int>1</int></value>",
                "<value><int><b/></int></value>",
                "<value>&unknown;</value>",
                "<value/><value/>",
                "<!DOCTYPE value><value/>",
                "<!DOCTYPE value SYSTEM \"file:///etc/passwd\"><value/>",
            })
    void whatIsNoValueIsRefused(String xml) {
        CodedErrors.assertCode(DiskError.CORRUPT, () -> parse(xml));
    }

    @Test
    void onlyUtf8IsRead() throws Exception {
        byte[] value = "<value>\u00e4</value>".getBytes(StandardCharsets.ISO_8859_1);
        CodedErrors.assertCode(DiskError.CORRUPT, () -> XmlRpcValue.parse(value));
        CodedErrors.assertCode(
                DiskError.CORRUPT, () -> XmlRpcValue.parse("<value/>".getBytes(StandardCharsets.UTF_16)));
        assertEquals(
                XmlRpcValue.of("\u00e4"), parse("\uFEFF<?xml version='1.0' encoding='UTF-8'?><value>\u00e4</value>"));
    }

    @Test
    void levelsAreLimited() throws Exception {
        parse("<value><array><data>".repeat(60) + "</data></array></value>".repeat(60));
        CodedErrors.assertCode(
                DiskError.CORRUPT,
                () -> parse("<value><array><data>".repeat(70) + "</data></array></value>".repeat(70)));
    }

    @Test
    void whatXmlCannotCarryIsReplacedOrRefused() throws Exception {
        assertEquals(new XmlRpcValue.Scalar("", "a\uFFFDb\uFFFD\uFFFD"), XmlRpcValue.of("a\u0001b\uD83D\uFFFF"));
        assertThrows(IllegalArgumentException.class, () -> new XmlRpcValue.Scalar("", "\u0000"));
        assertThrows(IllegalArgumentException.class, () -> new XmlRpcValue.Struct(Map.of("\u0002", XmlRpcValue.of(1))));
        assertFalse(new String(XmlRpcValue.of("\u0008").toXml(), StandardCharsets.UTF_8).contains("\u0008"));
    }

    @Property(tries = 200)
    void anyValueComesBack(@ForAll("values") XmlRpcValue value) throws Exception {
        assertEquals(value, XmlRpcValue.parse(value.toXml()));
    }

    @Provide
    Arbitrary<XmlRpcValue> values() {
        Arbitrary<XmlRpcValue> scalars =
                Arbitraries.strings().all().ofMaxLength(12).map(XmlRpcValue::of);
        Arbitrary<String> names = Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(5);
        return Arbitraries.lazyOf(
                () -> scalars,
                () -> scalars,
                () -> values().list().ofMaxSize(3).map(XmlRpcValue.Array::new),
                () -> Arbitraries.maps(names, values()).ofMaxSize(3).map(XmlRpcValue.Struct::new));
    }

    private static XmlRpcValue parse(String xml) throws Exception {
        return XmlRpcValue.parse(xml.getBytes(StandardCharsets.UTF_8));
    }
}
