package dev.postroad.runtime.retention;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** Where runs are kept before they are deleted. Thread-safe. */
public interface Archive extends AutoCloseable {
    /** Keeps none. */
    Archive NONE = new Archive() {
        @Override
        public List<ArchivedRun> store(List<EndedRun> runs) {
            return runs.stream().map(run -> new ArchivedRun(run, null)).toList();
        }

        @Override
        public void close() {}
    };

    /**
     * Stores runs, so that they outlive a crash.
     *
     * @return those that are stored; the others are gone
     * @throws SQLException where Postgres does not give them
     * @throws IOException where one cannot be stored
     * @throws InterruptedException where the worker stops
     */
    List<ArchivedRun> store(List<EndedRun> runs) throws SQLException, IOException, InterruptedException;

    @Override
    void close();
}
