package io.doppel.sim.xapi.db;

import io.doppel.sim.xapi.db.FieldType.Field;
import io.doppel.sim.xapi.db.FieldType.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The classes and fields of the API, read once from {@code classes.txt}. */
public final class Schema {
    private static final Map<String, Map<String, Field>> CLASSES = read();

    private Schema() {}

    public static Set<String> classes() {
        return CLASSES.keySet();
    }

    /** The fields of a class by name; null when there is no such class. */
    public static Map<String, Field> fields(String type) {
        return CLASSES.get(type);
    }

    private static Map<String, Map<String, Field>> read() {
        Map<String, Map<String, Field>> classes = new LinkedHashMap<>();
        try (InputStream in = Schema.class.getResourceAsStream("classes.txt");
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            Map<String, Field> fields = Map.of();
            String head = "";
            for (String line : reader.lines().toList()) {
                if (line.startsWith("[")) {
                    fields = new LinkedHashMap<>();
                    classes.put(line.substring(1, line.length() - 1), fields);
                } else if (!line.startsWith("#")) {
                    int colon = line.startsWith(" ") ? -1 : line.indexOf(':');
                    head = colon < 0 ? head : line.substring(0, colon);
                    add(fields, head, line.substring(colon + 1).trim());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return classes;
    }

    private static void add(Map<String, Field> fields, String head, String names) {
        String[] words = head.split(" ");
        Shape shape = words.length == 2 ? Shape.ONE : Shape.valueOf(words[1].toUpperCase(java.util.Locale.ROOT));
        FieldType type = FieldType.of(words[words.length - 1]);
        for (String name : names.split(" ")) {
            String[] parts = name.split("=", 2);
            Object initial = switch (shape) {
                case ONE -> parts.length == 1 ? type.zero() : initial(type, parts[1]);
                case SET -> List.of();
                case MAP -> Map.of();
            };
            fields.put(parts[0], new Field(parts[0], type, shape, words[0].equals("rw"), initial));
        }
    }

    private static Object initial(FieldType type, String text) {
        return type == FieldType.BOOL ? (Object) Boolean.valueOf(text) : type.accept(text, text);
    }
}
