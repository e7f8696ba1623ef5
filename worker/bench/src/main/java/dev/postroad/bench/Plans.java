package dev.postroad.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.postroad.embedded.EmbeddedPostgres;
import dev.postroad.runtime.history.RunHistory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;

/** How Postgres carries out statements, by its own auto_explain: with their values bound, as they really run. */
final class Plans implements AutoCloseable {
    private static final String OPTIONS = "-c session_preload_libraries=auto_explain"
            + " -c auto_explain.log_min_duration=0 -c auto_explain.log_analyze=on -c auto_explain.log_buffers=on";

    private final HikariDataSource database;
    private final RunHistory history;
    private final Path log;

    Plans(String postgresUrl, String superuserPassword, Path log) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(postgresUrl);
        config.setUsername(EmbeddedPostgres.SUPERUSER);
        config.setPassword(superuserPassword);
        config.setMaximumPoolSize(1);
        config.addDataSourceProperty("prepareThreshold", "1");
        config.addDataSourceProperty("options", OPTIONS);
        database = new HikariDataSource(config);
        history = new RunHistory(database);
        this.log = log;
    }

    /** What Postgres logs while a question is asked. */
    String of(Consumer<RunHistory> question) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(file.length());
            question.accept(history);
            byte[] logged = new byte[(int) (file.length() - file.getFilePointer())];
            file.readFully(logged);
            return new String(logged, StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
