package dev.postroad.runtime.config;

import java.time.Duration;

/**
 * How many callers a worker has over HTTP at a time, and how long each may take; so that those who are slow, or only hold
 * a place, never keep others from it.
 *
 * @param connections how many are open at a time; of these, some are always left to whoever calls next
 * @param timeout how long a request may take from its header to the end of its answer, and each message of a stream until
 *     its reader has taken it
 */
public record CallerLimits(int connections, Duration timeout) {
    /** What a worker has unless it is told otherwise. */
    public static final CallerLimits DEFAULT = new CallerLimits(2_100, Duration.ofMinutes(1));

    private static final int LEAST_CONNECTIONS = 100;
    private static final int MOST_CONNECTIONS = 100_000;
    private static final int MOST_EVENT_STREAMS = 1_000;
    private static final int MOST_LOG_STREAMS = 100;
    private static final int MOST_REQUESTS = 256;
    private static final Duration LONGEST_HEADER = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    static CallerLimits read(SettingReader reader) {
        return new CallerLimits(
                reader.whole(Setting.HTTP_CONNECTIONS, LEAST_CONNECTIONS, MOST_CONNECTIONS),
                reader.duration(Setting.HTTP_TIMEOUT, Duration.ofSeconds(1), Duration.ofHours(1)));
    }

    /** How many streams of events are open at a time. */
    public int eventStreams() {
        return Math.min(MOST_EVENT_STREAMS, connections / 2);
    }

    /** How many streams of logs are open at a time. */
    public int logStreams() {
        return Math.min(MOST_LOG_STREAMS, connections / 20);
    }

    /** How many other requests are answered at a time; those for health come on top. */
    public int requests() {
        return Math.min(MOST_REQUESTS, connections / 8);
    }

    /** How long the header of the first request of a connection may take. */
    public Duration header() {
        return shorter(timeout, LONGEST_HEADER);
    }

    /** How long a connection may take from an answer to the end of the next header. */
    public Duration pause() {
        return shorter(timeout, LONGEST_PAUSE);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
