package io.doppel.core.internal.kind;

import io.doppel.api.error.CommonError;
import io.doppel.api.error.DoppelException;
import io.doppel.api.inventory.HostMachine;
import io.doppel.api.job.ByteCount;
import io.doppel.api.job.LogLine;
import io.doppel.api.settings.SettingField;
import io.doppel.api.settings.SettingType;
import io.doppel.api.settings.SettingsSpec;
import io.doppel.core.internal.inventory.HostConnection;
import io.doppel.core.internal.inventory.Hosts;
import io.doppel.core.internal.job.Claim;
import io.doppel.core.internal.job.Claims;
import io.doppel.core.internal.job.ContextWork;
import io.doppel.core.internal.job.CoreContext;
import io.doppel.spi.hypervisor.MachineControl;
import io.doppel.spi.hypervisor.MachineStreams;
import io.doppel.spi.job.TaskScope;
import io.doppel.vault.RateLimit;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kind {@code replicate}: copies machines to another host. */
public final class ReplicateJob extends Kind {
    private static final String METHOD = "method";
    private static final String TO = "to";
    private static final String NAME = "name";
    private static final String DRY_RUN = "dry-run";
    private static final String MACHINE = "{machine}";

    private static final SettingsSpec OPTIONS = SettingsSpec.of(
            SettingField.required(TO, SettingType.TEXT, "The host that the copies are made on."),
            SettingField.choice(
                    METHOD,
                    "How: standard copies whole machines in the hypervisor's own format, between hosts of one format.",
                    "standard",
                    List.of("standard")),
            SettingField.optional(
                            NAME, SettingType.TEXT, "Name of the copy; " + MACHINE + " stands for the machine's name.")
                    .withDefault(MACHINE + "-replica"),
            SettingField.optional("concurrency", SettingType.INTEGER, "Machines at once.")
                    .withLimits(1, 16)
                    .withDefault("1"),
            HostOptions.FIELD,
            Rate.field("Most bytes a second read from a machine"),
            SettingField.optional(
                            DRY_RUN, SettingType.BOOLEAN, "Only log what would be copied, and which options there are.")
                    .withDefault("false"));

    private final Hosts hosts;

    /** Made by the core. */
    public ReplicateJob(Hosts hosts) {
        super("replicate", "Copy machines to another host", OPTIONS, true);
        this.hosts = hosts;
    }

    @Override
    public void run(CoreContext context) throws DoppelException {
        HostMachine machine = context.machine().orElseThrow();
        String to = context.options().text(TO);
        HostConnection source = hosts.connection(machine.host(), context);
        HostConnection target = hosts.connection(to, context);
        MachineStreams sender = streams(machine.host(), source);
        MachineStreams receiver = streams(to, target);
        if (!sender.format().equals(receiver.format())) {
            throw new DoppelException(
                    CommonError.UNSUPPORTED,
                    "Host '" + machine.host() + "' sends machines as '" + sender.format() + "', host '" + to
                            + "' takes '" + receiver.format() + "'");
        }
        Map<String, String> options = HostOptions.of(context, receiver.receiveOptions(), "Host '" + to + "'");
        String name =
                context.options().text(NAME).replace(MACHINE, machine.machine().name());
        if (context.options().flag(DRY_RUN)) {
            tell(receiver.receiveOptions(), context);
            context.task().succeed("Nothing was copied: a dry run; the copy would be machine '" + name + "'");
            return;
        }
        Leftovers.sweep(hosts, to, context);
        // as long as somebody holds the host, no sweep takes the half-made machine for a leftover
        try (Claims.Hold hold = context.claimBeside(Claim.host(to))) {
            copy(sender, receiver, target.host().control(), name, options, context);
        }
    }

    private static MachineStreams streams(String host, HostConnection connection) throws DoppelException {
        return connection
                .host()
                .streams()
                .orElseThrow(() -> new DoppelException(
                        CommonError.UNSUPPORTED, "Host '" + host + "' cannot send or take whole machines"));
    }

    private static void tell(SettingsSpec options, CoreContext context) {
        for (SettingField field : options.fields()) {
            context.task().log(LogLine.Level.INFO, "Option " + field.name() + ": " + field.help());
        }
    }

    private static void copy(
            MachineStreams sender,
            MachineStreams receiver,
            Optional<MachineControl> control,
            String name,
            Map<String, String> options,
            CoreContext context)
            throws DoppelException {
        String sourceId = context.machine().orElseThrow().machine().id();
        String to = context.options().text(TO);
        TaskScope preparing = context.task().child("Snapshot");
        MachineStreams.Outgoing outgoing = sender.send(sourceId, new ContextWork(context, preparing));
        preparing.succeed("Taken");
        try {
            TaskScope copying = context.task().child("Copy to host '" + to + "'");
            MachineCopy stream =
                    new MachineCopy(outgoing, context.cancel(), new RateLimit(Rate.of(context.options())), copying);
            String id = receive(receiver, stream, name, options, new ContextWork(context, copying));
            if (!stream.isComplete()) {
                remove(control, id, context);
                throw new DoppelException(
                        CommonError.INTERNAL, "Host '" + to + "' made a machine without reading all of it");
            }
            copying.succeed(ByteCount.text(stream.bytes()) + " copied");
            context.task().result("machine", to + "/" + id);
            context.task().succeed("Copied to machine '" + name + "' on host '" + to + "'");
        } finally {
            close(outgoing, context);
        }
    }

    /** Takes away a machine that is worth nothing; where that cannot be done, the log names it. */
    private static void remove(Optional<MachineControl> control, String id, CoreContext context) {
        try {
            control.orElseThrow(() -> new DoppelException(CommonError.UNSUPPORTED, "the host removes no machines"))
                    .destroy(id);
        } catch (DoppelException e) {
            context.task()
                    .log(LogLine.Level.WARNING, "Machine '" + id + "' is incomplete; remove it: " + e.getMessage());
        }
    }

    private static String receive(
            MachineStreams receiver, MachineCopy stream, String name, Map<String, String> options, ContextWork work)
            throws DoppelException {
        try {
            return receiver.receive(stream, name, options, work);
        } catch (DoppelException | IOException e) {
            work.cancel().check();
            throw stream.failureOr(e);
        }
    }

    /** What goes wrong with the snapshot does not undo the copy, and is not what a failed one failed of. */
    private static void close(MachineStreams.Outgoing outgoing, CoreContext context) {
        try {
            outgoing.close();
        } catch (DoppelException e) {
            context.task()
                    .log(
                            LogLine.Level.WARNING,
                            "The snapshot could not be removed; a later run does it: " + e.getMessage());
        }
    }
}
