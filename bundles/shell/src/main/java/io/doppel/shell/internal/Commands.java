package io.doppel.shell.internal;

import io.doppel.shell.internal.command.BackupCommand;
import io.doppel.shell.internal.command.BootTestCommand;
import io.doppel.shell.internal.command.CatalogRebuildCommand;
import io.doppel.shell.internal.command.ExportCommand;
import io.doppel.shell.internal.command.HoldAddCommand;
import io.doppel.shell.internal.command.HoldListCommand;
import io.doppel.shell.internal.command.HoldRemoveCommand;
import io.doppel.shell.internal.command.HostAddCommand;
import io.doppel.shell.internal.command.HostListCommand;
import io.doppel.shell.internal.command.HostOptionsCommand;
import io.doppel.shell.internal.command.HostRemoveCommand;
import io.doppel.shell.internal.command.HostSetCommand;
import io.doppel.shell.internal.command.HostTypesCommand;
import io.doppel.shell.internal.command.JobCancelCommand;
import io.doppel.shell.internal.command.JobDefineCommand;
import io.doppel.shell.internal.command.JobDefinitionsCommand;
import io.doppel.shell.internal.command.JobKindsCommand;
import io.doppel.shell.internal.command.JobListCommand;
import io.doppel.shell.internal.command.JobLogCommand;
import io.doppel.shell.internal.command.JobRetryCommand;
import io.doppel.shell.internal.command.JobRunCommand;
import io.doppel.shell.internal.command.JobShowCommand;
import io.doppel.shell.internal.command.JobUndefineCommand;
import io.doppel.shell.internal.command.JobWatchCommand;
import io.doppel.shell.internal.command.KeyAddCommand;
import io.doppel.shell.internal.command.KeyEpochCommand;
import io.doppel.shell.internal.command.KeyExportCommand;
import io.doppel.shell.internal.command.KeyListCommand;
import io.doppel.shell.internal.command.KeyPasswdCommand;
import io.doppel.shell.internal.command.KeyRemoveCommand;
import io.doppel.shell.internal.command.KeyRotateCommand;
import io.doppel.shell.internal.command.MachineListCommand;
import io.doppel.shell.internal.command.PurgeCommand;
import io.doppel.shell.internal.command.RecoverCommand;
import io.doppel.shell.internal.command.RecoveryCopyCommand;
import io.doppel.shell.internal.command.RecoveryStatusCommand;
import io.doppel.shell.internal.command.ReplicateCommand;
import io.doppel.shell.internal.command.RestoreCommand;
import io.doppel.shell.internal.command.RestoreConfirmCommand;
import io.doppel.shell.internal.command.RetentionAcceptClockCommand;
import io.doppel.shell.internal.command.RetentionClearCommand;
import io.doppel.shell.internal.command.RetentionListCommand;
import io.doppel.shell.internal.command.RetentionPreviewCommand;
import io.doppel.shell.internal.command.RetentionRoleCommand;
import io.doppel.shell.internal.command.RetentionSetCommand;
import io.doppel.shell.internal.command.SpaceSetCommand;
import io.doppel.shell.internal.command.SpaceStatusCommand;
import io.doppel.shell.internal.command.StorageTestCommand;
import io.doppel.shell.internal.command.ValidateCommand;
import io.doppel.shell.internal.command.ValidationSetCommand;
import io.doppel.shell.internal.command.ValidationShowCommand;
import io.doppel.shell.internal.command.VaultAddCommand;
import io.doppel.shell.internal.command.VaultCopyCommand;
import io.doppel.shell.internal.command.VaultFiguresCommand;
import io.doppel.shell.internal.command.VaultListCommand;
import io.doppel.shell.internal.command.VaultRemoveCommand;
import io.doppel.shell.internal.command.VaultSetCommand;
import io.doppel.shell.internal.command.VaultTestCommand;
import io.doppel.shell.internal.command.VaultTypesCommand;
import io.doppel.shell.internal.command.VersionListCommand;
import io.doppel.shell.internal.command.VersionPinCommand;
import io.doppel.shell.internal.command.VersionPinsCommand;
import io.doppel.shell.internal.command.VersionRemoveCommand;
import io.doppel.shell.internal.command.VersionShowCommand;
import io.doppel.shell.internal.command.VersionUnpinCommand;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.action.Command;

/** All commands, for the completion of options and for the proof that each is documented. */
public final class Commands {
    static final List<Class<? extends DoppelCommand>> ALL = List.of(
            HostTypesCommand.class,
            HostOptionsCommand.class,
            HostAddCommand.class,
            HostSetCommand.class,
            HostListCommand.class,
            HostRemoveCommand.class,
            VaultTypesCommand.class,
            StorageTestCommand.class,
            VaultAddCommand.class,
            VaultSetCommand.class,
            VaultListCommand.class,
            VaultRemoveCommand.class,
            VaultTestCommand.class,
            VaultFiguresCommand.class,
            SpaceStatusCommand.class,
            SpaceSetCommand.class,
            KeyExportCommand.class,
            KeyListCommand.class,
            KeyAddCommand.class,
            KeyRemoveCommand.class,
            KeyPasswdCommand.class,
            KeyRotateCommand.class,
            KeyEpochCommand.class,
            RecoveryStatusCommand.class,
            RecoveryCopyCommand.class,
            RecoverCommand.class,
            CatalogRebuildCommand.class,
            MachineListCommand.class,
            BackupCommand.class,
            ValidateCommand.class,
            ValidationShowCommand.class,
            ValidationSetCommand.class,
            PurgeCommand.class,
            RestoreCommand.class,
            RestoreConfirmCommand.class,
            BootTestCommand.class,
            ExportCommand.class,
            ReplicateCommand.class,
            VaultCopyCommand.class,
            VersionListCommand.class,
            VersionShowCommand.class,
            VersionPinCommand.class,
            VersionUnpinCommand.class,
            VersionPinsCommand.class,
            VersionRemoveCommand.class,
            HoldAddCommand.class,
            HoldListCommand.class,
            HoldRemoveCommand.class,
            RetentionListCommand.class,
            RetentionSetCommand.class,
            RetentionClearCommand.class,
            RetentionRoleCommand.class,
            RetentionPreviewCommand.class,
            RetentionAcceptClockCommand.class,
            JobKindsCommand.class,
            JobDefineCommand.class,
            JobDefinitionsCommand.class,
            JobUndefineCommand.class,
            JobRunCommand.class,
            JobListCommand.class,
            JobShowCommand.class,
            JobLogCommand.class,
            JobWatchCommand.class,
            JobCancelCommand.class,
            JobRetryCommand.class);

    private Commands() {}

    /** The options of the command of that name, with or without its scope; none if it is not ours. */
    public static List<String> options(String name) {
        String plain = name.substring(name.indexOf(':') + 1);
        List<String> options = new ArrayList<>();
        for (Class<? extends DoppelCommand> command : ALL) {
            if (command.getAnnotation(Command.class).name().equals(plain)) {
                options.addAll(Words.options(command).keySet());
                options.add("--help");
            }
        }
        return options;
    }
}
