package io.doppel.shell.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A call of each command on the services in memory, shown in docs/shell.md. */
final class Examples {
    /** Commands that print a table and nothing else. */
    static final List<String> TABLES = List.of(
            "host-types",
            "host-options",
            "vault-types",
            "job-kinds",
            "host-list",
            "vault-list",
            "vault-figures main",
            "space-status",
            "recovery-status",
            "key-list main",
            "machine-list",
            "validation-show main",
            "version-list",
            "version-show 7c1e",
            "version-pins",
            "hold-list main",
            "retention-list",
            "restore-confirm",
            "job-definitions",
            "job-list");

    /** Commands that change nothing. */
    static final List<String> LISTS = Stream.concat(
                    TABLES.stream(),
                    Stream.of("job-show 6", "job-log 6", "retention-preview main", "retention-role main"))
            .toList();

    static final Map<String, String> CALLS = calls();

    private Examples() {}

    private static Map<String, String> calls() {
        Map<String, String> calls = new LinkedHashMap<>();
        for (String call : List.of(
                "host-types",
                "host-options",
                "host-add folder --name lab2 --set path=/srv/other",
                "host-set lab --set path=/srv/moved",
                "host-list",
                "host-remove lab --yes",
                "vault-types",
                "storage-test local --set path=/backup/store",
                "vault-add local --name second --set path=/mnt/disk2/vault --no-passphrase",
                "vault-set main --set path=/mnt/disk3/vault",
                "vault-list",
                "vault-test main",
                "vault-figures main",
                "space-status",
                "space-set vault/main --refuse-percent 5",
                "vault-remove main --yes",
                "key-export main",
                "key-list main",
                "key-add main --label anna",
                "key-remove main bert --yes",
                "key-passwd main anna",
                "key-rotate main",
                "key-epoch main",
                "recovery-status",
                "recovery-copy main",
                "recover local --set path=/mnt/nas/store --yes",
                "catalog-rebuild main",
                "machine-list lab",
                "backup lab/web --vault main",
                "validate --vault main",
                "validation-show main",
                "validation-set main --after 14d",
                "purge main --yes",
                "restore 7c1e --name web-restored",
                "restore-confirm restore-5 --yes",
                "boot-test 7c1e --detach",
                "export 7c1e --to /srv/images --detach",
                "replicate lab/web --to spare --detach",
                "vault-copy --from main --to away --detach",
                "version-list --machine web",
                "version-show 7c1e",
                "version-pin 7c1e --reason audit",
                "version-unpin 05aa",
                "version-pins",
                "version-remove 05aa --yes",
                "hold-add 7c1e --purpose audit",
                "hold-list main",
                "hold-remove main 9b1d --yes",
                "retention-list",
                "retention-set --vault main --keep-last 3 --keep-daily 7 --keep-weekly 5 --keep-monthly 12 --minimum-age 14d",
                "retention-clear --vault main --yes",
                "retention-role main --role offsite",
                "retention-preview main",
                "retention-accept-clock main --yes",
                "job-kinds",
                "job-define weekly lab/* --kind backup --set vault=main",
                "job-definitions",
                "job-undefine nightly --yes",
                "job-run nightly --detach",
                "job-list",
                "job-show 6",
                "job-log 6",
                "job-watch 6",
                "job-cancel 6",
                "job-retry 6 --detach")) {
            calls.put(call.split(" ")[0], call);
        }
        return calls;
    }
}
