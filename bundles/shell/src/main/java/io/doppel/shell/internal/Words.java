package io.doppel.shell.internal;

import io.doppel.api.error.DoppelException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Option;

/**
 * Lets options stand anywhere. Karaf knows them only before the first argument and hands everything after it to the
 * command's one list of arguments; here the options are taken out of that list and set.
 */
final class Words {
    private Words() {}

    /** The options of a command class by name, in the order of declaration, those of its base classes last. */
    static Map<String, Field> options(Class<?> command) {
        Map<String, Field> found = new LinkedHashMap<>();
        for (Class<?> type = command; type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                Option option = field.getAnnotation(Option.class);
                if (option != null) {
                    found.put(option.name(), field);
                    for (String alias : option.aliases()) {
                        found.put(alias, field);
                    }
                }
            }
        }
        return found;
    }

    /**
     * Sets the options among the words.
     *
     * @return the words that are none
     */
    static List<String> takeOptions(Action command, List<String> words) throws DoppelException {
        Map<String, Field> options = options(command.getClass());
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (!word.startsWith("-") || word.length() == 1) {
                rest.add(word);
                continue;
            }
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            Field field = options.get(name);
            if (field == null) {
                throw usage("There is no option " + name);
            }
            String value = equals < 0 ? null : word.substring(equals + 1);
            if (value == null && field.getType() == boolean.class) {
                value = "true";
            } else if (value == null && ++i < words.size()) {
                value = words.get(i);
            } else if (value == null) {
                throw usage("The option " + name + " needs a value");
            }
            set(command, field, name, value);
        }
        return rest;
    }

    private static void set(Action command, Field field, String name, String value) throws DoppelException {
        try {
            field.setAccessible(true);
            if (field.getType() == boolean.class) {
                field.setBoolean(command, Boolean.parseBoolean(value));
            } else if (field.getType() == int.class) {
                field.setInt(command, Integer.parseInt(value));
            } else if (field.getType() == List.class) {
                @SuppressWarnings("unchecked")
                List<String> before = (List<String>) field.get(command);
                List<String> all = before == null ? new ArrayList<>() : new ArrayList<>(before);
                all.add(value);
                field.set(command, all);
            } else {
                field.set(command, value);
            }
        } catch (NumberFormatException e) {
            throw usage("The option " + name + " needs a whole number, not '" + value + "'");
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    static DoppelException usage(String what) {
        return new DoppelException(ShellError.USAGE, what);
    }
}
