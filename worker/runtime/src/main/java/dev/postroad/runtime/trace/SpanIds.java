package dev.postroad.runtime.trace;

import java.util.HexFormat;

/**
 * Ids of traces and spans that follow from the run and from where it stands, so that every worker gives the same, and an
 * agent is told of its attempt's span before that is made. Spread evenly, as sampling goes by them.
 */
public final class SpanIds {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private SpanIds() {}

    /** The trace of a run whose trigger had none: 32 digits. */
    public static String trace(long number, String runId) {
        long text = hash(FNV_OFFSET, runId);
        return hex(mixed(text + number)) + hex(mixed(Long.rotateLeft(text, 32) ^ mixed(number)));
    }

    /** An attempt of a task: 16 digits, like those that follow. */
    public static String attempt(long number, String task, int attempt) {
        return span('a', number, task, attempt);
    }

    /** An attempt that somebody else makes anew, who gives it the id of {@link #attempt}. */
    static String leftBehind(long number, String task, int attempt, long begunMillis) {
        return span('l', number, task, attempt * 31L + begunMillis);
    }

    /** A call that an attempt makes, by its place among them. */
    static String call(long number, String task, int attempt, int place) {
        return span('c', number, task, attempt * 1_000L + place);
    }

    /** A task, from the event that began it or had it go on. */
    static String task(long number, String task, int seq) {
        return span('t', number, task, seq);
    }

    /** A stretch of a run, from the event that began it. */
    static String stretch(long number, int seq) {
        return span('s', number, "", seq);
    }

    /** The commit that ended with an event. */
    static String commit(long number, int seq) {
        return span('j', number, "", seq);
    }

    private static String span(char kind, long number, String task, long detail) {
        return hex(mixed(hash(FNV_OFFSET ^ kind, task) + mixed(number) + 31 * mixed(detail + kind)));
    }

    private static long hash(long start, String text) {
        long hash = start;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }

    /** Each bit of the answer depends on all bits of what is given (the finalizer of SplitMix64). */
    private static long mixed(long given) {
        long mixed = given + 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    /** Zeros alone are no id. */
    private static String hex(long id) {
        return HexFormat.of().toHexDigits(id == 0 ? 1 : id);
    }
}
