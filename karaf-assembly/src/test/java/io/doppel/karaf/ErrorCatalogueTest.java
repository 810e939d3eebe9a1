package io.doppel.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.doppel.api.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * docs/errors.md lists every error code, made from the code. After adding one: {@code mvn -pl karaf-assembly verify
 * -Dtest=ErrorCatalogueTest -Ddoppel.docs.write=true}.
 */
class ErrorCatalogueTest {
    private static final Path PAGE = Path.of("..", "docs", "errors.md");

    @Test
    void thePageListsEveryCode() throws Exception {
        String page = page();
        if (Boolean.getBoolean("doppel.docs.write")) {
            Files.writeString(PAGE, page);
        }
        assertEquals(page, Files.readString(PAGE), "docs/errors.md is not what the code says");
    }

    private static String page() throws ClassNotFoundException {
        TreeMap<String, ErrorCode> codes = new TreeMap<>();
        for (JavaClass type : new ClassFileImporter().importPackages("io.doppel")) {
            if (type.isEnum() && type.isAssignableTo(ErrorCode.class)) {
                for (Object constant : Class.forName(type.getName()).getEnumConstants()) {
                    ErrorCode code = (ErrorCode) constant;
                    assertTrue(code.id().matches("DPL-[A-Z]{2,4}-\\d{4}"), code::id);
                    assertNull(codes.put(code.id(), code), () -> code.id() + " is used twice");
                }
            }
        }
        StringBuilder page = new StringBuilder();
        page.append("# Errors\n\n");
        page.append(
                "Every error has a code that never changes its meaning. *Retry* says that the same may succeed later without\n");
        page.append("anybody changing a setting. This page is made from the code (`ErrorCatalogueTest`).\n\n");
        page.append("| code | what it means | what to do | retry |\n|---|---|---|---|\n");
        for (ErrorCode c : codes.values()) {
            page.append("| ")
                    .append(c.id())
                    .append(" | ")
                    .append(c.meaning())
                    .append(" | ")
                    .append(c.advice());
            page.append(" | ").append(c.retryable() ? "yes" : "no").append(" |\n");
        }
        return page.toString();
    }
}
