package io.doppel.tck;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;

/** Runs a contract's subclass as a plug-in's build would and tells what it found. */
record ContractRun(long found, List<String> failures) {
    static ContractRun of(Class<?> contract) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(contract))
                .configurationParameter("junit.jupiter.execution.timeout.default", "60 s")
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        return new ContractRun(
                listener.getSummary().getTestsFoundCount(),
                listener.getSummary().getFailures().stream()
                        .map(ContractRun::text)
                        .toList());
    }

    private static String text(Failure failure) {
        return failure.getTestIdentifier().getDisplayName() + ": " + failure.getException();
    }
}
