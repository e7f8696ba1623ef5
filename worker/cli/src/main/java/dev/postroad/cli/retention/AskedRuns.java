package dev.postroad.cli.retention;

import dev.postroad.runtime.retention.RequestedRuns;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/** The runs that this command asked the workers to delete, and no one else's. Confined to one thread. */
final class AskedRuns {
    private final RequestedRuns requested;

    /** Their numbers, bare as they may be many; the oldest first, as the workers take them. */
    private final Deque<long[]> pages = new ArrayDeque<>();

    private long left;

    AskedRuns(RequestedRuns requested) {
        this.requested = requested;
    }

    /** Asks for some more, each page for older ones than the one before. */
    void ask(Collection<String> runIds) {
        long[] page = numbers(requested.ask(runIds));
        pages.push(page);
        left += page.length;
    }

    /** How many are asked for by now; before any is looked for. */
    long count() {
        return left;
    }

    /** How many are still there, at most: of those that come later, none is looked at. */
    long left() {
        while (!pages.isEmpty()) {
            long[] asked = pages.pop();
            long[] there = numbers(requested.left(Arrays.stream(asked).boxed().toList()));
            left -= asked.length - there.length;
            if (there.length > 0) {
                pages.push(there);
                break;
            }
        }
        return left;
    }

    private static long[] numbers(List<Long> boxed) {
        return boxed.stream().mapToLong(Long::longValue).toArray();
    }
}
