package io.doppel.xapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressMapTest {
    private static final String TEXT =
            "10.0.0.1=198.51.100.7, 10.0.0.1:10809=198.51.100.7:20809,[fd00::2]:443=[2001:db8::2]:8443,fd00::3=gate";

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:443,198.51.100.7:443",
        "10.0.0.1:10809,198.51.100.7:20809",
        "10.0.0.2:443,10.0.0.2:443",
        "[fd00::2]:443,[2001:db8::2]:8443",
        "[fd00::2]:80,[fd00::2]:80",
        "[fd00::3]:80,gate:80"
    })
    void insideBecomesOutside(String inside, String outside) throws Exception {
        AddressMap map = AddressMap.parse(TEXT);
        assertEquals(outside, map.outside(XapiAddress.parse(inside, 1)).toString());
        AddressMap again = AddressMap.parse(map.toString());
        assertEquals(outside, again.outside(XapiAddress.parse(inside, 1)).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "a=b=c", "a:1=b", "a=b:1", "a=b,a=c", "a:70000=b:1", "=b", "a b=c"})
    void whatIsNoMapIsRefused(String text) {
        DoppelException e = assertThrows(DoppelException.class, () -> AddressMap.parse(text));
        assertTrue(e.is(CommonError.BAD_SETTING), e.getMessage());
    }

    @Test
    void emptyChangesNothing() throws Exception {
        assertEquals("", AddressMap.parse(" ").toString());
    }

    @Test
    void proxiesAreRead() throws Exception {
        XapiProxy proxy = XapiProxy.parse("me@proxy.lan:8080", Optional.empty());
        assertEquals("me", proxy.user());
        assertEquals("proxy.lan:8080", proxy.address().toString());
        assertEquals("me@proxy.lan:8080", proxy.toString());
    }
}
