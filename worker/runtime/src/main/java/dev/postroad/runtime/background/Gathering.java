package dev.postroad.runtime.background;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Asks a server many things at once: what is asked while a few statements are under way is asked by the next one, all
 * together, so that thousands of questions cost a few statements, and never more connections. Alone, each is asked at
 * once. Where a statement fails, each of its questions is asked by itself, so that a bad one spoils no other. Thread-safe.
 *
 * @param <Q> a question
 * @param <A> its answer
 */
public final class Gathering<Q, A> {
    /** What one statement asks, so that its memory and its time have a bound. */
    static final int MOST_TOGETHER = 200;

    static final int MOST_CHARACTERS = 1 << 20;

    private final ToIntFunction<Q> characters;
    private final Function<List<Q>, List<A>> server;
    private final Semaphore atOnce;
    private final Queue<Asked<Q, A>> waiting = new ArrayDeque<>();

    private static final class Asked<Q, A> {
        private final Q question;
        private final CompletableFuture<A> answer = new CompletableFuture<>();

        /** Guarded by the gathering. */
        private boolean isTaken;

        Asked(Q question) {
            this.question = question;
        }
    }

    /**
     * @param atOnce at most so many statements are under way
     * @param characters how long a question is: long ones are asked by statements of their own
     * @param server gives an answer to each question, in their order; may block
     */
    public Gathering(int atOnce, ToIntFunction<Q> characters, Function<List<Q>, List<A>> server) {
        this.characters = characters;
        this.server = server;
        this.atOnce = new Semaphore(atOnce, true);
    }

    /**
     * Asks, and waits for the answer.
     *
     * @throws RuntimeException what the server throws for this question
     */
    public A ask(Q question) throws InterruptedException {
        Asked<Q, A> asked = new Asked<>(question);
        synchronized (this) {
            waiting.add(asked);
        }
        atOnce.acquire();
        try {
            for (List<Asked<Q, A>> next = nextUntil(asked); !next.isEmpty(); next = nextUntil(asked)) {
                answer(next);
            }
        } finally {
            atOnce.release();
        }
        return answer(asked);
    }

    /** What is asked next, the longest waiting first; empty where that question is another thread's already. */
    private synchronized List<Asked<Q, A>> nextUntil(Asked<Q, A> asked) {
        List<Asked<Q, A>> next = new ArrayList<>();
        int room = MOST_CHARACTERS;
        Asked<Q, A> first = asked.isTaken ? null : waiting.peek();
        while (first != null && next.size() < MOST_TOGETHER && room > 0) {
            waiting.remove();
            first.isTaken = true;
            next.add(first);
            room -= characters.applyAsInt(first.question);
            first = waiting.peek();
        }
        return next;
    }

    private void answer(List<Asked<Q, A>> together) {
        try {
            List<A> answers =
                    server.apply(together.stream().map(asked -> asked.question).toList());
            for (int i = 0; i < together.size(); i++) {
                together.get(i).answer.complete(answers.get(i));
            }
        } catch (RuntimeException failed) {
            if (together.size() == 1) {
                together.getFirst().answer.completeExceptionally(failed);
            } else {
                together.forEach(asked -> answer(List.of(asked)));
            }
        } catch (Error failed) {
            together.forEach(asked -> asked.answer.completeExceptionally(failed));
        }
    }

    private static <A> A answer(Asked<?, A> asked) throws InterruptedException {
        try {
            return asked.answer.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Error ofServer) {
                throw ofServer;
            }
            throw failed.getCause() instanceof RuntimeException ofServer ? ofServer : new IllegalStateException(failed);
        }
    }
}
