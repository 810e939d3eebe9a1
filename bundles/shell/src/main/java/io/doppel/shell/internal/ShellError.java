package io.doppel.shell.internal;

import io.doppel.api.error.ErrorCode;

/** Failures of the commands themselves. */
public enum ShellError implements ErrorCode {
    /** The words after a command make no sense. */
    USAGE("DPL-SHL-0001", "A command was called with words that it does not understand.", "See the command's --help."),
    /** Nobody there to say yes. */
    NEEDS_YES(
            "DPL-SHL-0002",
            "A command that deletes or overwrites was called where nobody can be asked.",
            "Add --yes when you are sure."),
    /** A secret on the command line. */
    SECRET_IN_THE_OPEN(
            "DPL-SHL-0003",
            "A secret was given on the command line, where histories and process lists keep it.",
            "Give it with --set-secret NAME=- (a line of standard input) or NAME=@FILE (a file on the server), or leave it"
                    + " out in the interactive shell and be asked."),
    /** Nobody there to type a secret. */
    NO_SECRET_INPUT(
            "DPL-SHL-0004",
            "A secret is needed, and there is no terminal on which it can be typed unseen.",
            "Give it through standard input or a file (see the command's --help), or use the interactive shell."),
    /** A file of ours. */
    FILE("DPL-SHL-0005", "A file on the server could not be read or written.", "Check its path and its permissions."),
    /** The person said no. */
    DECLINED("DPL-SHL-0006", "The question was not answered with yes.", "Nothing was changed."),
    /** Two different passphrases. */
    NOT_THE_SAME("DPL-SHL-0007", "The passphrase was not the same the second time.", "Nothing was changed. Try again."),
    /** The run did not do what was asked. */
    RUN_FAILED(
            "DPL-SHL-0008",
            "A run ended without having done what was asked.",
            "See its log with doppel:job-log, remove the cause, then doppel:job-retry."),
    /** The run was stopped. */
    RUN_CANCELLED("DPL-SHL-0009", "A run was cancelled before its end.", "Run what is missing with doppel:job-retry."),
    /** A test of a storage target found that it is not fit. */
    UNFIT(
            "DPL-SHL-0010",
            "A storage target that was tested is not fit for a vault.",
            "See what the test says to each check that failed, remove the cause and test again.");

    private final String id;
    private final String meaning;
    private final String advice;

    ShellError(String id, String meaning, String advice) {
        this.id = id;
        this.meaning = meaning;
        this.advice = advice;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean retryable() {
        return false;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public String advice() {
        return advice;
    }
}
