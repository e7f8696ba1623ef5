package dev.postroad.runtime.background;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.NullMarked;

/** Many threads that ask at the same time, of which it can be waited for that each has asked. */
@NullMarked
final class Flood<A> {
    private static final long LIMIT_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final List<FutureTask<A>> answers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** Makes the threads of these questions, each of which asks and waits for the answer. */
    void prepare(List<? extends Callable<A>> questions) {
        for (Callable<A> question : questions) {
            FutureTask<A> answer = new FutureTask<>(question);
            answers.add(answer);
            threads.add(Thread.ofVirtual().unstarted(answer));
        }
    }

    /** Has all of them ask. */
    List<FutureTask<A>> begin() {
        threads.forEach(Thread::start);
        return answers;
    }

    /** For a server at work: waits until all others wait behind it or have their answers. */
    void awaitAllBut(int atWork) {
        long began = System.nanoTime();
        while (threads.stream().filter(thread -> !isWaitingOrOver(thread)).count() > atWork) {
            if (System.nanoTime() - began > LIMIT_NANOS) {
                throw new IllegalStateException("not all have asked within a minute");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static boolean isWaitingOrOver(Thread thread) {
        Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TERMINATED;
    }
}
