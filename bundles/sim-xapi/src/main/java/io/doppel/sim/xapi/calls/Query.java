package io.doppel.sim.xapi.calls;

import io.doppel.sim.xapi.XapiFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The condition of {@code get_all_records_where}: {@code field "name_label" = "web" and not (field "is_a_template" = "true")};
 * {@code and} and {@code or} bind alike, from the right.
 */
final class Query implements Predicate<Map<String, Object>> {
    private static final Pattern TOKEN =
            Pattern.compile("\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|'([^']*)'|(\\(|\\)|=|[A-Za-z_]+))");

    private final String text;
    private final Set<String> fields;
    private final List<String> tokens = new ArrayList<>();
    private final Predicate<Map<String, Object>> condition;
    private int next;

    /** @throws XapiFault {@code INVALID_VALUE} when it cannot be read */
    Query(String text, Set<String> fields) {
        this.text = text;
        this.fields = fields;
        Matcher matcher = TOKEN.matcher(text.stripTrailing());
        while (matcher.lookingAt()) {
            String quoted = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
            // A quote in front tells literals from words.
            tokens.add(quoted == null ? matcher.group(3) : "\"" + quoted.replaceAll("\\\\(.)", "$1"));
            matcher.region(matcher.end(), matcher.regionEnd());
        }
        if (matcher.regionStart() != matcher.regionEnd()) {
            throw unreadable();
        }
        condition = expression();
        if (next < tokens.size()) {
            throw unreadable();
        }
    }

    @Override
    public boolean test(Map<String, Object> row) {
        return condition.test(row);
    }

    private Predicate<Map<String, Object>> expression() {
        Predicate<Map<String, Object>> left = term();
        if (accept("and")) {
            return left.and(expression());
        }
        return accept("or") ? left.or(expression()) : left;
    }

    private Predicate<Map<String, Object>> term() {
        if (accept("not")) {
            return term().negate();
        }
        if (accept("(")) {
            Predicate<Map<String, Object>> inner = expression();
            expect(")");
            return inner;
        }
        if (accept("true")) {
            return row -> true;
        }
        if (accept("false")) {
            return row -> false;
        }
        expect("field");
        String field = literal();
        if (!fields.contains(field)) {
            throw unreadable();
        }
        expect("=");
        String wanted = literal();
        return row -> String.valueOf(row.get(field)).equals(wanted);
    }

    private boolean accept(String word) {
        boolean is = next < tokens.size() && tokens.get(next).equals(word);
        next += is ? 1 : 0;
        return is;
    }

    private void expect(String word) {
        if (!accept(word)) {
            throw unreadable();
        }
    }

    private String literal() {
        if (next >= tokens.size() || !tokens.get(next).startsWith("\"")) {
            throw unreadable();
        }
        return tokens.get(next++).substring(1);
    }

    private XapiFault unreadable() {
        return new XapiFault("INVALID_VALUE", "expr", text);
    }
}
