package io.doppel.sim.xapi.wire;

import io.doppel.sim.xapi.XapiFault;
import io.doppel.sim.xapi.db.FieldType;
import java.io.InputStream;
import java.io.StringWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.XMLStreamWriter;

/** XML-RPC as the server speaks it: integers are untyped texts, a reply is a struct with {@code Status}. */
public final class XmlRpc {
    private static final XMLInputFactory INPUT = XMLInputFactory.newFactory();
    private static final XMLOutputFactory OUTPUT = XMLOutputFactory.newFactory();

    static {
        INPUT.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        INPUT.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        INPUT.setProperty(XMLInputFactory.IS_COALESCING, true);
    }

    private XmlRpc() {}

    static WireCall readCall(InputStream body) throws XMLStreamException {
        XMLStreamReader in = INPUT.createXMLStreamReader(body);
        String method = null;
        List<Object> parameters = new ArrayList<>();
        while (in.hasNext()) {
            if (in.next() == XMLStreamReader.START_ELEMENT) {
                if (in.getLocalName().equals("methodName")) {
                    method = in.getElementText().trim();
                } else if (in.getLocalName().equals("value")) {
                    parameters.add(value(in));
                }
            }
        }
        if (method == null) {
            throw new XMLStreamException("no methodName");
        }
        return new WireCall(method, parameters, null, "");
    }

    /**
     * Reads a document that is one value, such as {@code ova.xml}.
     *
     * @throws XMLStreamException when it is none
     */
    public static Object read(InputStream document) throws XMLStreamException {
        XMLStreamReader in = INPUT.createXMLStreamReader(document);
        in.nextTag();
        in.require(XMLStreamReader.START_ELEMENT, null, "value");
        return value(in);
    }

    /** Reads from a {@code <value>} to its end. */
    private static Object value(XMLStreamReader in) throws XMLStreamException {
        StringBuilder text = new StringBuilder();
        Object typed = null;
        while (true) {
            switch (in.next()) {
                case XMLStreamReader.CHARACTERS, XMLStreamReader.CDATA, XMLStreamReader.SPACE ->
                    text.append(in.getText());
                case XMLStreamReader.START_ELEMENT -> typed = typed(in);
                case XMLStreamReader.END_ELEMENT -> {
                    return typed == null ? text.toString() : typed;
                }
                default -> {}
            }
        }
    }

    private static Object typed(XMLStreamReader in) throws XMLStreamException {
        String type = in.getLocalName();
        try {
            return switch (type) {
                case "string", "base64" -> in.getElementText();
                case "i4", "i8", "int" -> Long.parseLong(in.getElementText().trim());
                case "boolean" -> in.getElementText().trim().equals("1");
                case "double" -> Double.parseDouble(in.getElementText().trim());
                case "dateTime.iso8601" -> FieldType.date(in.getElementText().trim());
                case "nil" -> in.getElementText();
                case "array" -> array(in);
                case "struct" -> struct(in);
                default -> throw new XMLStreamException("a value of type " + type);
            };
        } catch (NumberFormatException | java.time.DateTimeException e) {
            throw new XMLStreamException(e);
        }
    }

    private static List<Object> array(XMLStreamReader in) throws XMLStreamException {
        List<Object> list = new ArrayList<>();
        while (true) {
            int event = in.next();
            if (event == XMLStreamReader.START_ELEMENT && in.getLocalName().equals("value")) {
                list.add(value(in));
            } else if (event == XMLStreamReader.END_ELEMENT && in.getLocalName().equals("array")) {
                return list;
            }
        }
    }

    private static Map<String, Object> struct(XMLStreamReader in) throws XMLStreamException {
        Map<String, Object> map = new LinkedHashMap<>();
        String name = "";
        while (true) {
            int event = in.next();
            if (event == XMLStreamReader.START_ELEMENT && in.getLocalName().equals("name")) {
                name = in.getElementText();
            } else if (event == XMLStreamReader.START_ELEMENT
                    && in.getLocalName().equals("value")) {
                map.put(name, value(in));
            } else if (event == XMLStreamReader.END_ELEMENT && in.getLocalName().equals("struct")) {
                return map;
            }
        }
    }

    /** A reply as XML text. */
    static String success(Object result) {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("Status", "Success");
        reply.put("Value", result);
        return response(reply);
    }

    static String failure(XapiFault fault) {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("Status", "Failure");
        reply.put("ErrorDescription", fault.description());
        return response(reply);
    }

    /** A reply without the struct around it: that of {@code system.listMethods}. */
    static String bare(Object result) {
        return response(result);
    }

    /** A value alone, as in {@code task.result}: {@code <value>…</value>}. */
    public static String fragment(Object value) {
        return written(out -> write(out, value));
    }

    private static String response(Object value) {
        return written(out -> {
            out.writeStartDocument();
            out.writeStartElement("methodResponse");
            out.writeStartElement("params");
            out.writeStartElement("param");
            write(out, value);
            out.writeEndElement();
            out.writeEndElement();
            out.writeEndElement();
        });
    }

    private interface Content {
        void write(XMLStreamWriter out) throws XMLStreamException;
    }

    private static String written(Content content) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter out = OUTPUT.createXMLStreamWriter(text);
            content.write(out);
            out.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    private static void write(XMLStreamWriter out, Object value) throws XMLStreamException {
        out.writeStartElement("value");
        if (value instanceof Boolean flag) {
            element(out, "boolean", flag ? "1" : "0");
        } else if (value instanceof Double number) {
            element(out, "double", number.toString());
        } else if (value instanceof Instant date) {
            element(out, "dateTime.iso8601", FieldType.text(date));
        } else if (value instanceof List<?> list) {
            out.writeStartElement("array");
            out.writeStartElement("data");
            for (Object element : list) {
                write(out, element);
            }
            out.writeEndElement();
            out.writeEndElement();
        } else if (value instanceof Map<?, ?> map) {
            out.writeStartElement("struct");
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.writeStartElement("member");
                element(out, "name", (String) entry.getKey());
                write(out, entry.getValue());
                out.writeEndElement();
            }
            out.writeEndElement();
        } else {
            out.writeCharacters(value == null ? "" : value.toString());
        }
        out.writeEndElement();
    }

    private static void element(XMLStreamWriter out, String name, String text) throws XMLStreamException {
        out.writeStartElement(name);
        out.writeCharacters(text);
        out.writeEndElement();
    }
}
