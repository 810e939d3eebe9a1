package io.doppel.catalog.internal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.doppel.api.error.DoppelException;
import io.doppel.catalog.CatalogError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.derby.jdbc.EmbeddedDataSource;
import org.apache.derby.jdbc.EmbeddedDriver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An embedded Derby database in a folder. A new one is made beside its final place and renamed when it is whole, because
 * Derby cannot open one whose making was killed.
 */
public final class DerbyDatabase extends Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DerbyDatabase.class);
    private static final int CONNECTIONS = 8;
    private static final Object ENGINE = new Object();
    private static int open;

    private final Path place;
    private final DerbySource source;
    private final HikariDataSource pool;
    private boolean closed;

    private DerbyDatabase(Path place, DerbySource source, HikariDataSource pool) {
        super(pool);
        this.place = place;
        this.source = source;
        this.pool = pool;
    }

    /** Opens the database in a folder, or makes it. */
    public static DerbyDatabase open(Path folder) throws DoppelException {
        Path place = folder.toAbsolutePath().normalize().resolve("db");
        synchronized (ENGINE) {
            try {
                Files.createDirectories(place.getParent());
                settle(place.getParent());
                if (!Files.exists(place)) {
                    make(place);
                }
                DerbySource source = new DerbySource(place.toString());
                // Opened once without the pool, whose own failure would hide Derby's reason.
                source.getConnection().close();
                HikariDataSource pool = new HikariDataSource(poolOf(source));
                open++;
                return new DerbyDatabase(place, source, pool);
            } catch (IOException | UncheckedIOException e) {
                throw new DoppelException(CatalogError.CANNOT_OPEN, "'" + folder + "' cannot be used", e);
            } catch (SQLException e) {
                throw cannotOpen(folder, e);
            } finally {
                if (open == 0) {
                    stopEngine();
                }
            }
        }
    }

    /** Where Derby writes its own files; read once, when its engine starts. */
    private static void settle(Path folder) {
        if (open == 0) {
            System.setProperty("derby.system.home", folder.toString());
            System.setProperty(
                    "derby.stream.error.file", folder.resolve("derby.log").toString());
        }
    }

    private static void make(Path place) throws IOException, SQLException {
        Path half = place.resolveSibling("db.new");
        deleteAll(half);
        EmbeddedDataSource source = new EmbeddedDataSource();
        source.setDatabaseName(half.toString());
        source.setCreateDatabase("create");
        source.getConnection().close();
        shutDown(half.toString());
        Files.move(half, place, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(place.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static HikariConfig poolOf(DerbySource source) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("doppel-catalog");
        config.setDataSource(source);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setAutoCommit(false);
        return config;
    }

    private static DoppelException cannotOpen(Path folder, SQLException e) {
        for (SQLException next = e; next != null; next = next.getNextException()) {
            if ("XSDB6".equals(next.getSQLState())) {
                return new DoppelException(CatalogError.IN_USE, "'" + folder + "' is in use", e);
            }
            if (DerbySource.READ_ONLY.equals(next.getSQLState())) {
                return new DoppelException(CatalogError.READ_ONLY, "'" + folder + "' cannot be written", e);
            }
        }
        return new DoppelException(CatalogError.CANNOT_OPEN, "'" + folder + "': " + e.getMessage(), e);
    }

    /** Whoever waited for the pool would wait half a minute for each call. */
    @Override
    void checkUp() throws SQLException {
        if (source.isDown()) {
            source.getConnection().close();
        }
    }

    @Override
    void lost() {
        try {
            source.getConnection().close();
        } catch (SQLException e) {
            LOG.warn("The catalogue's database is down: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        synchronized (ENGINE) {
            if (closed) {
                return;
            }
            closed = true;
            pool.close();
            shutDown(place.toString());
            open--;
            if (open == 0) {
                stopEngine();
            }
        }
    }

    /** Ends a database, not the engine. */
    static void shutDown(String place) {
        EmbeddedDataSource source = new EmbeddedDataSource();
        source.setDatabaseName(place);
        source.setShutdownDatabase("shutdown");
        try {
            source.getConnection().close();
        } catch (SQLException e) {
            // Derby tells a clean shut-down by an exception of this state.
            if (!"08006".equals(e.getSQLState())) {
                LOG.warn(
                        "The catalogue's database did not shut down cleanly; it recovers at the next start: {}",
                        e.getMessage());
            }
        }
    }

    /** Ends Derby's threads and lets its classes go, so that the bundle can be updated. */
    private static void stopEngine() {
        try {
            new EmbeddedDriver().connect("jdbc:derby:;shutdown=true", new Properties());
        } catch (SQLException e) {
            if (!"XJ015".equals(e.getSQLState())) {
                LOG.warn("The database engine did not stop cleanly: {}", e.getMessage());
            }
        }
    }

    private static void deleteAll(Path top) throws IOException {
        if (!Files.exists(top)) {
            return;
        }
        try (Stream<Path> all = Files.walk(top)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }
}
