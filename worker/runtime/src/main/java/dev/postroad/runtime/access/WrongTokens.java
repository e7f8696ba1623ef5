package dev.postroad.runtime.access;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Has callers wait for the answer to a wrong token, longer each time. Who knows a right one never waits, so that nobody can
 * lock others out who call from the same address; and no more callers wait at a time than leave room for all others.
 * Thread-safe.
 */
public final class WrongTokens implements AutoCloseable {
    /** Slips of people, and a token that has just been taken away. */
    private static final int FREE = 5;

    private static final int MOST_ADDRESSES = 10_000;
    private static final int MOST_WAITING = 64;
    private static final long FIRST_MILLIS = 100;
    private static final long LONGEST_MILLIS = 5_000;
    private static final int BYTES_OF_A_NETWORK = 8;

    private final Semaphore places = new Semaphore(MOST_WAITING);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, Integer> counts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
            return size() > MOST_ADDRESSES;
        }
    };

    /** Waits as long as this wrong token of a caller has to, or until the worker stops. */
    public void await(String address) {
        long millis = pauseMillis(address);
        if (millis == 0 || !places.tryAcquire()) {
            return;
        }
        try {
            boolean _ = closing.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            places.release();
        }
    }

    /** Counts one more wrong token, whose answer is not kept back. */
    public void count(String address) {
        long _ = pauseMillis(address);
    }

    /** Whether so many wrong ones came from there that the next one's answer is kept back. */
    public boolean isSuspect(String address) {
        synchronized (counts) {
            return counts.getOrDefault(network(address), 0) >= FREE;
        }
    }

    /** Counts one more wrong token; says how long its answer is kept back. */
    long pauseMillis(String address) {
        int count;
        synchronized (counts) {
            count = counts.merge(network(address), 1, Integer::sum);
        }
        if (count <= FREE) {
            return 0;
        }
        int doublings = Math.min(count - FREE - 1, 10);
        return Math.min(LONGEST_MILLIS, FIRST_MILLIS << doublings);
    }

    /** A right token came from there. */
    public void forgive(String address) {
        synchronized (counts) {
            if (!counts.isEmpty()) {
                counts.remove(network(address));
            }
        }
    }

    /** Of IPv6, everybody has as many addresses as they like. */
    private static String network(String address) {
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            return bytes.length > BYTES_OF_A_NETWORK
                    ? HexFormat.of().formatHex(Arrays.copyOf(bytes, BYTES_OF_A_NETWORK))
                    : address;
        } catch (IllegalArgumentException noAddress) {
            return address;
        }
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
