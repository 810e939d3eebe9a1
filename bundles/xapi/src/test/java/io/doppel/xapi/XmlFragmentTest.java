package io.doppel.xapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.doppel.api.error.DoppelException;
import java.util.List;
import org.junit.jupiter.api.Test;

class XmlFragmentTest {
    @Test
    void resultsAreRead() throws Exception {
        assertEquals(List.of(), XmlFragment.texts(""));
        assertEquals(List.of("OpaqueRef:1"), XmlFragment.texts("<value>OpaqueRef:1</value>"));
        assertEquals(List.of("a&b"), XmlFragment.texts("<value><string>a&amp;b</string></value>"));
        assertEquals(
                List.of("r1", "r2"),
                XmlFragment.texts("<value><array><data><value>r1</value>\n <value>r2</value></data></array></value>"));
        assertEquals(List.of(), XmlFragment.texts("<value><array><data></data></array></value>"));
        assertEquals(List.of("plain"), XmlFragment.texts("plain"));
    }

    @Test
    void nothingFromOutsideIsReadIn() {
        assertThrows(
                DoppelException.class,
                () -> XmlFragment.texts("<!DOCTYPE v [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><value>&x;</value>"));
    }
}
