package dev.postroad.bench.chaos;

import dev.postroad.bench.Place;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;

/**
 * Answers what runs ask, each question twice, and looks how many runs of a graph with a limit are under way. Owns a thread;
 * thread-safe.
 */
final class Person implements AutoCloseable {
    private static final long BEAT_MILLIS = 200;

    /** Whose last wait is for a person; what waits for a breaker, or for an agent, asks nobody. */
    private static final String QUESTIONS = """
            SELECT run_id || '/' || seq FROM (
                SELECT DISTINCT ON (r.id) r.run_id, j.seq, j.data FROM postroad.runs r
                JOIN postroad.journal j ON j.run = r.id AND j.type = 'run.waiting'
                WHERE r.status = 'waiting' AND r.graph = ? ORDER BY r.id, j.seq DESC) AS last
            WHERE json_array_length(data::json -> 'interrupts') > 0""";

    private static final String UNDER_WAY =
            "SELECT count(*) FROM postroad.runs WHERE status IN ('running', 'waiting') AND graph = ?";

    private final Place place;
    private final Orders orders;
    private final Thread thread = Thread.ofVirtual().name("chaos-person").unstarted(this::loop);
    private volatile boolean over;
    private volatile long most;

    Person(Place place, Orders orders) {
        this.place = place;
        this.orders = orders;
    }

    void start() {
        thread.start();
    }

    private void loop() {
        while (!over) {
            try {
                look();
            } catch (JdbiException away) {
                // Postgres is struck at the moment; there will be another look.
            }
            try {
                TimeUnit.MILLISECONDS.sleep(BEAT_MILLIS);
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    private void look() {
        most = Math.max(most, place.count(UNDER_WAY, ChaosGraph.LIMITED.graph()));
        List<String> questions = place.sql()
                .withHandle(handle -> handle.select(QUESTIONS, ChaosGraph.ASKING.graph())
                        .mapTo(String.class)
                        .list());
        orders.tell(questions.stream()
                .map(question -> Order.resume(question.substring(0, question.indexOf('/')), "resume-" + question))
                .toList());
    }

    /** The most runs under its limit that were under way at once. */
    long mostUnderTheLimit() {
        return most;
    }

    @Override
    public void close() {
        stop();
    }

    /** Answers nothing any more. */
    void stop() {
        over = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
