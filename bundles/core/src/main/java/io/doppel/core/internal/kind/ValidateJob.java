package io.doppel.core.internal.kind;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.api.vault.VersionView;
import io.doppel.core.internal.job.Claim;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.core.internal.validate.Validation;
import io.doppel.core.internal.vault.Vaults;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.RateLimit;
import io.doppel.vault.Vault;
import io.doppel.vault.VerifyOptions;
import io.doppel.vault.VerifyReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The kind {@code validate}: reads and checks versions, or whole vaults. */
public final class ValidateJob extends Kind {
    private static final String VAULT = "vault";
    private static final String VERSIONS = "versions";

    private static final String OLDER_THAN = "older-than";
    private static final String NEW = "new";

    /** The options; runs that the core starts by itself are known by them, too. */
    public static final SettingsSpec OPTIONS = SettingsSpec.of(
            SettingField.optional(VAULT, SettingType.TEXT, "The vault to check; all vaults if empty."),
            SettingField.optional(
                    VERSIONS,
                    SettingType.LIST,
                    "Ids of the versions to check, or the beginnings of them; everything in the vaults if empty."),
            SettingField.optional(
                    OLDER_THAN,
                    SettingType.DURATION,
                    "Check only packs that were not verified for so long, and those that never were."),
            SettingField.optional(NEW, SettingType.BOOLEAN, "Check only packs that were never verified.")
                    .withDefault("false"),
            Rate.field("Most bytes a second read from a vault"));

    /** No verification is that long ago. */
    private static final Duration NEVER = Duration.ofDays(36_500);

    /** Since when a pack that was never verified may be stored: also by a clock that is a little ahead. */
    private static final Duration ANY_TIME = Duration.ofDays(-1);

    private final Vaults vaults;
    private final Validation validation;

    /** Made by the core. */
    public ValidateJob(Vaults vaults, Validation validation) {
        super("validate", "Read and check what is stored", OPTIONS, false);
        this.vaults = vaults;
        this.validation = validation;
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        DoppelException first = null;
        boolean right = true;
        Optional<Duration> age = age(context);
        Map<String, List<String>> wanted = wanted(context);
        for (Map.Entry<String, List<String>> vault : wanted.entrySet()) {
            TaskScope task = context.task().child(vault.getKey());
            try {
                boolean allRight = check(vault.getKey(), vault.getValue(), age, task, context);
                task.succeed(sentence(allRight));
                right &= allRight;
            } catch (DoppelException e) {
                task.fail(e);
                first = first == null ? e : first;
                context.cancel().check();
            }
        }
        if (first != null) {
            throw first;
        }
        context.task().succeed(wanted.isEmpty() ? "There is no vault to check" : sentence(right));
    }

    private static String sentence(boolean right) {
        return right
                ? "Everything is right"
                : "Nothing is lost, but not everything is right: see the warnings in the log";
    }

    /** Whether there is nothing at all to tell; what is lost is thrown. */
    private boolean check(
            String name, List<String> versionIds, Optional<Duration> age, TaskScope task, CoreContext context)
            throws DoppelException {
        // The engine holds the vault that the options name; others are held here.
        boolean held = context.options().find(VAULT).isPresent();
        try (Claims.Hold hold = held ? () -> {} : context.claim(List.of(Claim.vault(name)))) {
            Vault opened = vaults.open(name, context);
            if (opened.readOnly()) {
                opened.refresh();
            }
            RateLimit limit = new RateLimit(Rate.of(context.options()));
            VerifyOptions how = new VerifyOptions(
                    Runtime.getRuntime().availableProcessors(),
                    validation.clock(),
                    bytes -> limit.take(bytes, context.cancel()::check));
            if (age.isEmpty()) {
                return validation
                        .versions(name, opened, versionIds, how, task, context.cancel())
                        .isRight(name);
            }
            int[] due = opened.packs().due(validation.clock().instant(), age.get(), ANY_TIME);
            List<VerifyReport.Problem> wrong = validation.packs(name, opened, due, how, task, context.cancel());
            return validation
                    .refresh(name, opened, wrong, task, context.cancel())
                    .isRight(name);
        }
    }

    /** Since when packs are unverified that shall be checked; empty if versions shall be. */
    private static Optional<Duration> age(CoreContext context) throws DoppelException {
        Optional<String> olderThan = context.options().find(OLDER_THAN);
        boolean onlyNew = context.options().flag(NEW);
        if (!onlyNew && olderThan.isEmpty()) {
            return Optional.empty();
        }
        if (onlyNew && olderThan.isPresent()
                || !context.options().list(VERSIONS).isEmpty()) {
            throw new DoppelException(
                    CommonError.BAD_SETTING,
                    "'" + OLDER_THAN + "', '" + NEW + "' and '" + VERSIONS + "' are not for use together");
        }
        return Optional.of(onlyNew ? NEVER : context.options().duration(OLDER_THAN));
    }

    /** By vault the versions to check; an empty list stands for everything. */
    private Map<String, List<String>> wanted(CoreContext context) throws DoppelException {
        Optional<String> vault = context.options().find(VAULT);
        Map<String, List<String>> wanted = new TreeMap<>();
        List<String> ids = context.options().list(VERSIONS);
        for (String id : ids) {
            VersionView version = vaults.known().version(id);
            wanted.computeIfAbsent(version.vault(), v -> new ArrayList<>()).add(version.id());
        }
        if (!ids.isEmpty()) {
            vault.ifPresent(v -> wanted.keySet().retainAll(List.of(v)));
        } else if (vault.isPresent()) {
            wanted.put(vault.get(), List.of());
        } else {
            for (String name : vaults.names()) {
                wanted.put(name, List.of());
            }
        }
        return wanted;
    }
}
