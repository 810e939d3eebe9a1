package io.doppel.karaf;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows of the design: who may know whom. A module is a jar, and only what stands here may be used by it. */
class ArchitectureTest {
    /** The first line that matches a module's name counts. */
    private static final Map<Pattern, Set<String>> MAY_USE = new LinkedHashMap<>();

    static {
        allow("api", Set.of());
        allow("cli", Set.of());
        allow("vault|disks|catalog", Set.of("api"));
        allow("mover", Set.of("api", "vault", "disks"));
        allow("core", Set.of("api", "vault", "disks", "mover", "catalog"));
        allow("xapi|listener", Set.of("api"));
        allow("offsite", Set.of("api", "shell", "storage-local", "storage-offsite"));
        allow("hypervisor-xen|transport-xapi", Set.of("api", "disks", "xapi"));
        allow("hypervisor-.*|storage-.*|transport-.*|example-.*", Set.of("api", "disks"));
        allow("shell|rest", Set.of("api"));
    }

    private static final Pattern JAR = Pattern.compile("/doppel-([a-z][a-z0-9-]*?)-\\d[^/]*\\.jar!");
    private static final String LIBRARIES = "vault|disks|mover|xapi";

    private static JavaClasses ours;

    @BeforeAll
    static void read() {
        ours = new ClassFileImporter()
                .withImportOption(location -> location.contains(".jar!"))
                .importPackages("io.doppel");
    }

    @Test
    void everyModuleHasItsLineHere() {
        Set<String> found = new TreeSet<>();
        ours.forEach(type -> found.add(module(type)));
        assertTrue(
                found.containsAll(Set.of("api", "vault", "disks", "mover", "catalog", "core", "shell")),
                () -> "Found only " + found);
        found.forEach(ArchitectureTest::allowed);
    }

    @Test
    void arrowsPointDownOnly() {
        classes().should(useOnlyAllowedModules()).check(ours);
    }

    @Test
    void nobodyUsesTheInternalsOfAnother() {
        classes().should(useNoForeignInternals()).check(ours);
    }

    @Test
    void librariesRunWithoutOsgi() {
        noClasses()
                .that(describe("belong to " + LIBRARIES, type -> module(type).matches(LIBRARIES)))
                .should()
                .dependOnClassesThat(ofTheContainer())
                .check(ours);
    }

    @Test
    void theApiNeedsNothingButJava() {
        noClasses()
                .that(describe("belong to the api", type -> module(type).equals("api")))
                .should()
                .dependOnClassesThat(outsideOfJavaAndTheApi())
                .check(ours);
    }

    @Test
    void aPackageBelongsToOneModule() {
        Map<String, Set<String>> owners = new TreeMap<>();
        ours.forEach(type -> owners.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>())
                .add(module(type)));
        owners.values().removeIf(modules -> modules.size() == 1);
        assertEquals(Map.of(), owners);
    }

    private static void allow(String modules, Set<String> used) {
        MAY_USE.put(Pattern.compile(modules), used);
    }

    private static Set<String> allowed(String module) {
        return MAY_USE.entrySet().stream()
                .filter(line -> line.getKey().matcher(module).matches())
                .findFirst()
                .orElseThrow(() -> new AssertionError("Say in this test what the new module " + module + " may use"))
                .getValue();
    }

    private static String module(JavaClass type) {
        String uri = type.getSource().orElseThrow().getUri().toString();
        Matcher jar = JAR.matcher(uri);
        assertTrue(jar.find(), () -> "No jar of ours: " + uri);
        return jar.group(1);
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().startsWith("io.doppel.")
                && type.getSource().isPresent();
    }

    /** Annotations do not count: they are read by the build and never loaded. */
    private static DescribedPredicate<JavaClass> ofTheContainer() {
        return describe("are the container's", type -> {
            String name = type.getBaseComponentType().getPackageName() + ".";
            return name.startsWith("org.apache.karaf.")
                    || name.startsWith("org.osgi.") && !name.contains(".annotation");
        });
    }

    private static DescribedPredicate<JavaClass> outsideOfJavaAndTheApi() {
        return describe("are neither Java's nor the api's", type -> {
            JavaClass base = type.getBaseComponentType();
            return !base.isPrimitive()
                    && !base.getPackageName().startsWith("java.")
                    && !base.getPackageName().startsWith("javax.net.ssl")
                    && !base.getPackageName().startsWith("javax.security.")
                    && !base.getPackageName().startsWith("org.osgi.annotation.")
                    && !(isOurs(base) && module(base).equals("api"));
        });
    }

    private static ArchCondition<JavaClass> useOnlyAllowedModules() {
        return new ArchCondition<>("use only modules that the design allows") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                String from = module(type);
                type.getDirectDependenciesFromSelf().stream()
                        .filter(dependency -> isOurs(dependency.getTargetClass().getBaseComponentType()))
                        .forEach(dependency -> {
                            String to = module(dependency.getTargetClass().getBaseComponentType());
                            if (!to.equals(from) && !allowed(from).contains(to)) {
                                events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
                            }
                        });
            }
        };
    }

    private static ArchCondition<JavaClass> useNoForeignInternals() {
        return new ArchCondition<>("use no internals of another module") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getDirectDependenciesFromSelf().stream()
                        .filter(dependency -> isOurs(dependency.getTargetClass().getBaseComponentType()))
                        .filter(dependency -> dependency
                                .getTargetClass()
                                .getBaseComponentType()
                                .getPackageName()
                                .contains(".internal"))
                        .filter(dependency -> !module(
                                        dependency.getTargetClass().getBaseComponentType())
                                .equals(module(type)))
                        .forEach(dependency ->
                                events.add(SimpleConditionEvent.violated(type, dependency.getDescription())));
            }
        };
    }
}
