package io.doppel.sim.xapi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes wrong on purpose. A rule names a call ({@code VM.snapshot}; {@code Async.VM.snapshot} for the moment when its task
 * is asked for; a point of an HTTP handler such as {@code http:/export}; {@code SR.snapshot} for the moment when the storage is to
 * freeze one disk, within whatever call wants that; {@code VDI.*} for a class; {@code *} for all) and
 * which of the calls that match are meant, counted from the rule's making. Safe for use by many threads.
 */
public final class Faults {
    private final List<Rule> rules = new ArrayList<>();

    /** The connection is cut instead of an answer. */
    public static final class Dropped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Dropped(String point) {
            super("dropped by the script at " + point, null, false, false);
        }
    }

    /** How a call waits: it may be given up meanwhile. */
    public interface Pause {
        /** @throws XapiFault when the call is given up */
        void sleep(Duration time) throws InterruptedException;
    }

    private interface Effect {
        void happen(Pause pause) throws InterruptedException;
    }

    /** One rule; nothing is scripted before one of its last methods is called. */
    public final class Rule {
        private final String point;
        private int first = 1;
        private int times = 1;
        private boolean afterwards;
        private Effect effect;
        private int seen;
        private int struck;

        private Rule(String point) {
            this.point = point;
        }

        /** The first call that is meant, 1 being the next. */
        public Rule nth(int number) {
            first = number;
            return this;
        }

        /** How many calls from there on; {@link Integer#MAX_VALUE} for all. */
        public Rule times(int number) {
            times = number;
            return this;
        }

        /** The call is carried out first, and only its answer is lost or replaced. */
        public Rule afterwards() {
            afterwards = true;
            return this;
        }

        /** Answers with an error of the API. */
        public Rule error(String code, String... parameters) {
            return add(pause -> {
                throw new XapiFault(code, parameters);
            });
        }

        /** Waits before going on. */
        public Rule delay(Duration time) {
            return add(pause -> pause.sleep(time));
        }

        /** Cuts the connection. */
        public Rule drop() {
            return add(pause -> {
                throw new Dropped(point);
            });
        }

        /** Does something to the pool, such as changing its master, and lets the call go on. */
        public Rule run(Runnable action) {
            return add(pause -> action.run());
        }

        /** How often the rule has struck. */
        public int struck() {
            synchronized (rules) {
                return struck;
            }
        }

        private Rule add(Effect what) {
            effect = what;
            synchronized (rules) {
                rules.add(this);
            }
            return this;
        }

        private boolean strikes(String name, boolean after) {
            boolean matches = point.equals("*")
                    || point.equals(name)
                    || point.endsWith(".*") && name.startsWith(point.substring(0, point.length() - 1));
            if (after != afterwards || !matches) {
                return false;
            }
            seen++;
            boolean now = seen >= first && seen - first < times;
            struck += now ? 1 : 0;
            return now;
        }
    }

    public Rule on(String point) {
        return new Rule(point);
    }

    /** Forgets all rules. */
    public void clear() {
        synchronized (rules) {
            rules.clear();
        }
    }

    /**
     * Lets the script act at a point.
     *
     * @param after whether the call has been carried out
     * @param pause what a scripted delay does
     * @throws XapiFault the scripted error
     * @throws Dropped when the connection is to be cut
     */
    public void strike(String point, boolean after, Pause pause) throws InterruptedException {
        List<Effect> effects = new ArrayList<>();
        synchronized (rules) {
            rules.stream().filter(rule -> rule.strikes(point, after)).forEach(rule -> effects.add(rule.effect));
        }
        for (Effect effect : effects) {
            effect.happen(pause);
        }
    }
}
