package dev.postroad.runtime.background;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server many things at once, as {@link Gathering} does, of which those about the same are answered in their order:
 * each has its turn, which begins when that of the one before is over. Whoever's turn it is asks what waits behind it along
 * with it, so that a flood about one thing, too, costs a few statements. Where that fails, each of them is asked by itself,
 * in its own turn. Thread-safe.
 *
 * @param <Q> a question
 * @param <A> its answer
 */
public final class OrderedGathering<Q, A> {
    /** About one thing; and of many, no statement has more than that and those about the last of them. */
    static final int MOST_TOGETHER = 50;

    private static final int FEWEST_CHARACTERS = Gathering.MOST_CHARACTERS / MOST_TOGETHER;

    private final ToIntFunction<Q> characters;
    private final Gathering<List<Q>, List<A>> gathering;

    /** Those that have not asked yet and have no answer, in their order, by what they are about. */
    private final Map<String, Queue<Turn>> waiting = new HashMap<>();

    /**
     * @param atOnce at most so many statements are under way
     * @param characters how long a question is
     * @param server gives an answer to each question, in their order; may block
     */
    public OrderedGathering(int atOnce, ToIntFunction<Q> characters, Function<List<Q>, List<A>> server) {
        this.characters = question -> Math.max(FEWEST_CHARACTERS, characters.applyAsInt(question));
        this.gathering = new Gathering<>(atOnce, this::characters, lists -> answers(lists, server));
    }

    private int characters(List<Q> questions) {
        return (int) Math.min(
                Integer.MAX_VALUE,
                questions.stream().mapToLong(characters::applyAsInt).sum());
    }

    private static <Q, A> List<List<A>> answers(List<List<Q>> lists, Function<List<Q>, List<A>> server) {
        Iterator<A> all =
                server.apply(lists.stream().flatMap(List::stream).toList()).iterator();
        return lists.stream()
                .map(list -> list.stream().map(_ -> all.next()).toList())
                .toList();
    }

    /** The place of a question behind those about the same that came before. */
    public Turn turn(String about, Q question) {
        Turn turn = new Turn(about, question);
        synchronized (this) {
            waiting.computeIfAbsent(about, _ -> new ArrayDeque<>()).add(turn);
        }
        return turn;
    }

    /** A question that is asked in its turn. */
    public final class Turn {
        private final String about;
        private final Q question;

        /** Both are guarded by the turns. */
        private @Nullable A answer;

        private boolean isAlone;

        private Turn(String about, Q question) {
            this.about = about;
            this.question = question;
        }

        /**
         * Asks, and waits for the answer; to be called when the turn has come, and again where it fails and is worth that.
         *
         * @throws RuntimeException what the server throws for this question
         */
        public A ask() throws InterruptedException {
            List<Turn> together = begin(this);
            if (together.isEmpty()) {
                return answerOf(this);
            }
            try {
                end(
                        together,
                        gathering.ask(
                                together.stream().map(turn -> turn.question).toList()));
                return answerOf(this);
            } catch (RuntimeException failed) {
                if (together.size() == 1) {
                    throw failed;
                }
                part(together);
                return ask();
            }
        }
    }

    /** Those that are asked together; none where the first has its answer. */
    private synchronized List<Turn> begin(Turn first) {
        if (first.answer != null) {
            return List.of();
        }
        Queue<Turn> behind = waiting.getOrDefault(first.about, new ArrayDeque<>());
        behind.remove(first);
        List<Turn> together = new ArrayList<>(List.of(first));
        int room = Gathering.MOST_CHARACTERS - characters.applyAsInt(first.question);
        for (Turn next : first.isAlone ? Collections.<Turn>emptyList() : behind) {
            room -= characters.applyAsInt(next.question);
            if (next.isAlone || room < 0) {
                break;
            }
            together.add(next);
        }
        forgetIfEmpty(first.about);
        return together;
    }

    private synchronized void end(List<Turn> together, List<A> answers) {
        String about = together.getFirst().about;
        for (int i = 0; i < together.size(); i++) {
            together.get(i).answer = answers.get(i);
        }
        Queue<Turn> behind = waiting.getOrDefault(about, new ArrayDeque<>());
        together.stream().skip(1).forEach(behind::remove);
        forgetIfEmpty(about);
    }

    private void forgetIfEmpty(String about) {
        waiting.computeIfPresent(about, (_, behind) -> behind.isEmpty() ? null : behind);
    }

    private synchronized void part(List<Turn> together) {
        together.forEach(turn -> turn.isAlone = true);
    }

    private synchronized A answerOf(Turn turn) {
        if (turn.answer == null) {
            throw new IllegalStateException("no answer to " + turn.question);
        }
        return turn.answer;
    }
}
