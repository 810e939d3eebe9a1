package io.doppel.xapi;

import io.doppel.api.error.DoppelException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** The results of tasks: XML-RPC values even over JSON, such as {@code <value>OpaqueRef:…</value>} or an array of them. */
final class XmlFragment {
    private static final XMLInputFactory FACTORY = XMLInputFactory.newDefaultFactory();

    static {
        FACTORY.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        FACTORY.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        FACTORY.setProperty(XMLInputFactory.IS_COALESCING, true);
    }

    private XmlFragment() {}

    /** The texts of the innermost values, in order; none for an empty result. A text that is no XML stands for itself. */
    static List<String> texts(String fragment) throws DoppelException {
        if (fragment.isBlank()) {
            return List.of();
        }
        if (!fragment.stripLeading().startsWith("<")) {
            return List.of(fragment);
        }
        List<String> texts = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        boolean inner = false;
        try {
            XMLStreamReader reader = FACTORY.createXMLStreamReader(new StringReader(fragment));
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        text.setLength(0);
                        inner = inner && !reader.getLocalName().matches("array|struct")
                                || reader.getLocalName().equals("value");
                    }
                    case XMLStreamConstants.CHARACTERS -> text.append(reader.getText());
                    case XMLStreamConstants.END_ELEMENT -> {
                        if (inner && reader.getLocalName().equals("value")) {
                            texts.add(text.toString());
                            inner = false;
                        }
                    }
                    default -> {
                        // comments and the like
                    }
                }
            }
        } catch (XMLStreamException e) {
            throw new DoppelException(XapiError.PROTOCOL, "A task's result is no XML", e);
        }
        return texts;
    }
}
