package io.doppel.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.ops4j.pax.exam.CoreOptions.systemTimeout;
import static org.ops4j.pax.exam.CoreOptions.vmOption;
import static org.ops4j.pax.exam.CoreOptions.vmOptions;
import static org.ops4j.pax.exam.OptionUtils.combine;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;

import io.doppel.api.inventory.InventoryService;
import io.doppel.api.job.JobService;
import io.doppel.api.retention.RetentionService;
import io.doppel.api.secret.SecretStore;
import io.doppel.api.vault.VaultService;
import io.doppel.spi.hypervisor.HypervisorType;
import io.doppel.spi.storage.StorageType;
import java.io.File;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;

/** Inside the container: the services find each other, and a plug-in's services come and go with its bundle. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class ServiceWiringTest {
    private static final long START_MILLIS = TimeUnit.MINUTES.toMillis(2);
    private static final long SERVICE_MILLIS = TimeUnit.SECONDS.toMillis(20);

    @Inject
    private BundleContext context;

    @Inject
    private JobService jobs;

    @Inject
    private InventoryService inventory;

    @Inject
    private VaultService vaults;

    @Inject
    private RetentionService retention;

    @Inject
    private SecretStore secrets;

    /** The archive that was just built; its only change is that Maven's local repository gives it Pax Exam's own bundles. */
    @Configuration
    public Option[] distribution() {
        String specs = "lib/endorsed/org.apache.karaf.specs.";
        String karaf = System.getProperty("karaf.version");
        return combine(
                new Option[] {
                    karafDistributionConfiguration()
                            .frameworkUrl(new File(System.getProperty("doppel.archive"))
                                    .toURI()
                                    .toString())
                            .name("Doppel")
                            .unpackDirectory(new File("target/pax-exam")),
                    configureConsole().ignoreLocalConsole().ignoreRemoteShell(),
                    systemTimeout(START_MILLIS),
                    editConfigurationFilePut(
                            "etc/org.ops4j.pax.url.mvn.cfg",
                            "org.ops4j.pax.url.mvn.defaultRepositories",
                            "${karaf.home.uri}system@id=system@snapshots,"
                                    + new File(System.getProperty("maven.repo.local")).toURI() + "@id=tests@snapshots"),
                    editConfigurationFilePut("etc/org.apache.karaf.shell.cfg", "sshPort", "0"),
                    vmOption("-Xmx512m"),
                    vmOption("-XX:TieredStopAtLevel=1")
                },
                vmOptions(
                        "--add-reads=java.xml=java.logging",
                        "--add-exports=java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED",
                        "--patch-module",
                        "java.base=" + specs + "locator-" + karaf + ".jar",
                        "--patch-module",
                        "java.xml=" + specs + "java.xml-" + karaf + ".jar",
                        "--add-opens",
                        "java.base/java.security=ALL-UNNAMED",
                        "--add-opens",
                        "java.base/java.net=ALL-UNNAMED",
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "--add-opens",
                        "java.base/java.util=ALL-UNNAMED",
                        "--add-opens",
                        "java.naming/javax.naming.spi=ALL-UNNAMED",
                        "--add-opens",
                        "java.rmi/sun.rmi.transport.tcp=ALL-UNNAMED",
                        "--add-exports=java.base/sun.net.www.protocol.http=ALL-UNNAMED",
                        "--add-exports=java.base/sun.net.www.protocol.https=ALL-UNNAMED",
                        "--add-exports=java.base/sun.net.www.protocol.jar=ALL-UNNAMED",
                        "--add-exports=java.base/sun.net.www.content.text=ALL-UNNAMED",
                        "--add-exports=java.naming/com.sun.jndi.ldap=ALL-UNNAMED"));
    }

    @Test
    public void whatPeopleCallIsThere() {
        assertNotNull(jobs);
        assertNotNull(inventory);
        assertNotNull(vaults);
        assertNotNull(retention);
        assertNotNull(secrets);
    }

    @Test
    public void aStorageTypeComesAndGoesWithItsBundle() throws Exception {
        comesAndGoes("io.doppel.storage-local", StorageType.class);
    }

    @Test
    public void aCifsStorageTypeComesAndGoesWithItsBundle() throws Exception {
        comesAndGoes("io.doppel.storage-cifs", StorageType.class);
    }

    @Test
    public void aHypervisorTypeComesAndGoesWithItsBundle() throws Exception {
        comesAndGoes("io.doppel.hypervisor-folder", HypervisorType.class);
    }

    private void comesAndGoes(String symbolicName, Class<?> service) throws BundleException, InterruptedException {
        Bundle bundle = bundle(symbolicName);
        awaitCount(bundle, service, 1);
        bundle.stop();
        awaitCount(bundle, service, 0);
        bundle.start();
        awaitCount(bundle, service, 1);
    }

    private Bundle bundle(String symbolicName) {
        for (Bundle bundle : context.getBundles()) {
            if (symbolicName.equals(bundle.getSymbolicName())) {
                return bundle;
            }
        }
        throw new AssertionError("No bundle " + symbolicName);
    }

    /** Components are activated on another thread. */
    private static void awaitCount(Bundle bundle, Class<?> service, int expected) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SERVICE_MILLIS);
        while (count(bundle, service) != expected && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertEquals(expected, count(bundle, service));
    }

    private static int count(Bundle bundle, Class<?> service) {
        ServiceReference<?>[] registered = bundle.getRegisteredServices();
        int count = 0;
        for (ServiceReference<?> reference : registered == null ? new ServiceReference<?>[0] : registered) {
            for (String name : (String[]) reference.getProperty("objectClass")) {
                count += name.equals(service.getName()) ? 1 : 0;
            }
        }
        return count;
    }
}
