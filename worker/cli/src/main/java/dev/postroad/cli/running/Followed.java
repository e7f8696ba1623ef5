package dev.postroad.cli.running;

import dev.postroad.contracts.client.LiveWatch;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.live.Live;
import java.time.Duration;
import java.util.Optional;

/** A run that is followed, with what its nodes show or without. */
interface Followed extends AutoCloseable {
    /** Waits for what comes next; empty where nothing did in time. */
    Optional<Live> poll(Duration limit);

    @Override
    void close();

    static Followed without(RunWatch watch) {
        return new Followed() {
            @Override
            public Optional<Live> poll(Duration limit) {
                return watch.poll(limit).map(Live.Happened::new);
            }

            @Override
            public void close() {
                watch.close();
            }
        };
    }

    static Followed with(LiveWatch watch) {
        return new Followed() {
            @Override
            public Optional<Live> poll(Duration limit) {
                return watch.poll(limit);
            }

            @Override
            public void close() {
                watch.close();
            }
        };
    }
}
