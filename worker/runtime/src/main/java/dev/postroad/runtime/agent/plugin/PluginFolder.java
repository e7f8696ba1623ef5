package dev.postroad.runtime.agent.plugin;

import dev.postroad.runtime.agent.attempt.Thrown;
import dev.postroad.runtime.background.Memory;
import dev.postroad.runtime.background.Repeats;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the plug-ins of this worker in step with the jars of a folder, twice a second. A jar is taken when it was the
 * same in two looks, and is gone when it was missing in two, for it is often written slowly, or removed and written anew.
 *
 * <p>Owns one thread, to which everything here is confined once it has started.
 */
public final class PluginFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginFolder.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    /** A jar that nobody has written to for so long is whole at the first look. */
    private static final Duration SETTLED_AFTER = LOOK_EVERY.multipliedBy(2);

    /** A start waits for jars that are still being written, but not for ever. */
    private static final int MOST_LOOKS_AT_START = 10;

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final Repeats repeats;
    private final Path folder;
    private final Plugins plugins;
    private final InstantSource clock;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;
    private Map<String, JarStamp> seen = new TreeMap<>();

    public PluginFolder(Path folder, Plugins plugins, InstantSource clock) {
        this.folder = folder;
        this.repeats = new Repeats(LOG, clock);
        this.plugins = plugins;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("postroad-plugins").daemon().unstarted(this::loop);
    }

    /** Loads what is there, and goes on looking. */
    public void start() {
        try {
            boolean settled = lookOn();
            for (int look = 1; !settled && look < MOST_LOOKS_AT_START && !stopsWithin(LOOK_EVERY); look++) {
                settled = lookOn();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        thread.start();
    }

    private void loop() {
        try {
            while (!stopsWithin(LOOK_EVERY)) {
                lookOn();
            }
        } catch (InterruptedException stop) {
            LOG.debug("plug-ins are looked after no more");
        }
    }

    private boolean stopsWithin(Duration time) throws InterruptedException {
        return stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A look that breaks is over, and the next one comes. */
    private boolean lookOn() throws InterruptedException {
        try {
            return look();
        } catch (RuntimeException | Error defect) {
            Memory.passOnIfShort(defect);
            repeats.warn("looking at the plug-ins in " + folder + " broke; it goes on: " + Thrown.text(defect));
            return true;
        }
    }

    /** Takes up what has changed since the last look. Says whether every jar was whole. */
    boolean look() throws InterruptedException {
        plugins.unloadIdle();
        try {
            Map<String, JarStamp> found = JarStamp.allIn(folder);
            Map<String, JarStamp> before = seen;
            seen = found;
            return takeUp(found, before);
        } catch (IOException away) {
            // A folder that cannot be read says nothing about its jars, which stay in use.
            repeats.warn("the folder of plug-ins cannot be read, and those that are loaded stay: " + away);
            return true;
        }
    }

    private boolean takeUp(Map<String, JarStamp> found, Map<String, JarStamp> before) throws InterruptedException {
        Set<String> missing = plugins.jars().stream()
                .filter(jar -> !found.containsKey(jar) && !before.containsKey(jar))
                .collect(Collectors.toSet());
        plugins.remove(missing);
        boolean settled = true;
        for (Map.Entry<String, JarStamp> jar : found.entrySet()) {
            JarStamp stamp = jar.getValue();
            if (plugins.know(jar.getKey(), stamp)) {
                continue;
            }
            if (stamp.equals(before.get(jar.getKey())) || stamp.isOlderThan(SETTLED_AFTER, clock.instant())) {
                plugins.takeUp(folder.resolve(jar.getKey()), stamp);
            } else {
                settled = false;
            }
        }
        return settled;
    }

    /** Stops looking, and unloads the plug-ins. */
    @Override
    public void close() {
        stopping.countDown();
        try {
            if (!thread.join(STOP_TIMEOUT)) {
                // In the code of a plug-in that does not end.
                thread.interrupt();
                thread.join(STOP_TIMEOUT);
            }
            plugins.close();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
