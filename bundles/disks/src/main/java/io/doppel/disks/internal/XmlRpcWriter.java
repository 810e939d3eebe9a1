package io.doppel.disks.internal;

import io.doppel.disks.XmlRpcValue;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes XML-RPC values. */
public final class XmlRpcWriter {
    private final XMLStreamWriter xml;

    private XmlRpcWriter(XMLStreamWriter xml) {
        this.xml = xml;
    }

    public static byte[] write(XmlRpcValue value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out, "UTF-8");
            xml.writeStartDocument("UTF-8", "1.0");
            new XmlRpcWriter(xml).value(value);
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            // Into memory, of values that XML can carry: nothing is left to fail.
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    /** Refuses text with characters that XML cannot carry. */
    public static void requireXml(String text) {
        if (!text.codePoints().allMatch(XmlRpcWriter::isXml)) {
            throw new IllegalArgumentException("a character that XML cannot carry");
        }
    }

    /** Whether XML 1.0 can carry the character. */
    public static boolean isXml(int c) {
        return c == '\t'
                || c == '\n'
                || c == '\r'
                || c >= 0x20 && c <= 0xD7FF
                || c >= 0xE000 && c <= 0xFFFD
                || c >= 0x10000;
    }

    private void value(XmlRpcValue value) throws XMLStreamException {
        xml.writeStartElement("value");
        if (value instanceof XmlRpcValue.Struct struct) {
            xml.writeStartElement("struct");
            for (Map.Entry<String, XmlRpcValue> member : struct.members().entrySet()) {
                xml.writeStartElement("member");
                element("name", member.getKey());
                value(member.getValue());
                xml.writeEndElement();
            }
            xml.writeEndElement();
        } else if (value instanceof XmlRpcValue.Array array) {
            xml.writeStartElement("array");
            xml.writeStartElement("data");
            for (XmlRpcValue part : array.values()) {
                value(part);
            }
            xml.writeEndElement();
            xml.writeEndElement();
        } else {
            XmlRpcValue.Scalar scalar = (XmlRpcValue.Scalar) value;
            if (scalar.type().isEmpty()) {
                text(scalar.text());
            } else {
                element(scalar.type(), scalar.text());
            }
        }
        xml.writeEndElement();
    }

    private void element(String name, String text) throws XMLStreamException {
        xml.writeStartElement(name);
        text(text);
        xml.writeEndElement();
    }

    /** A carriage return as it is would come back as a line feed. */
    private void text(String text) throws XMLStreamException {
        int from = 0;
        for (int at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', from)) {
            xml.writeCharacters(text.substring(from, at));
            xml.writeEntityRef("#13");
            from = at + 1;
        }
        xml.writeCharacters(text.substring(from));
    }
}
