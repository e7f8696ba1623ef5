package dev.postroad.runtime.history.workers;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which workers live, and from which dead ones their shards were taken.
 *
 * @param at when it was so, by the clock of Postgres
 * @param takeOvers the last of them, the newest first
 */
public record WorkerReport(Instant at, List<Living> workers, List<TakeOver> takeOvers) {
    public WorkerReport {
        workers = List.copyOf(workers);
        takeOvers = List.copyOf(takeOvers);
    }

    /**
     * A worker that gives signs of its life.
     *
     * @param renewedAt when it gave the last one
     * @param sessionLocked whether its death would be seen at once; else when its lease is over
     * @param leaving whether it is being stopped
     * @param epochs how often each of its shards changed hands, in their order
     * @param running its runs that are under way
     * @param lag how many triggers of its shards wait in Kafka; null where it does not say
     */
    public record Living(
            String name,
            String host,
            String version,
            Instant since,
            Instant renewedAt,
            boolean sessionLocked,
            boolean leaving,
            List<Integer> shards,
            List<Long> epochs,
            long running,
            @Nullable Long lag) {
        public Living {
            shards = List.copyOf(shards);
            epochs = List.copyOf(epochs);
        }
    }

    /**
     * A worker was found dead.
     *
     * @param why what it was seen by
     * @param shards what it had
     * @param foundBy who saw it first; others took their share too
     */
    public record TakeOver(Instant at, String worker, String host, String why, List<Integer> shards, String foundBy) {
        public TakeOver {
            shards = List.copyOf(shards);
        }
    }
}
