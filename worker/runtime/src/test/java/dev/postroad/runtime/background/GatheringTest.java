package dev.postroad.runtime.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class GatheringTest {
    private static final int QUESTIONS = 1_000;

    private final Flood<Integer> flood = new Flood<>();

    @Test
    void aFloodOfQuestionsTakesAFewStatementsEachOfBoundedSize() throws Exception {
        AtomicInteger statements = new AtomicInteger();
        AtomicInteger atWork = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger longest = new AtomicInteger();
        Gathering<Integer, Integer> gathering = new Gathering<>(2, question -> 1, questions -> {
            longest.accumulateAndGet(questions.size(), Math::max);
            most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
            statements.incrementAndGet();
            flood.awaitAllBut(2);
            atWork.decrementAndGet();
            return questions.stream().map(question -> -question).toList();
        });
        List<FutureTask<Integer>> answers = flood(gathering, QUESTIONS);
        for (int i = 0; i < QUESTIONS; i++) {
            assertThat(answers.get(i).get()).isEqualTo(-i);
        }
        assertThat(most.get()).isBetween(1, 2);
        assertThat(longest.get()).isBetween(2, Gathering.MOST_TOGETHER);
        assertThat(statements.get()).isLessThan(QUESTIONS / 10);
    }

    @Test
    void longQuestionsAreAskedByStatementsOfBoundedLength() throws Exception {
        int length = Gathering.MOST_CHARACTERS / 2;
        AtomicInteger longest = new AtomicInteger();
        Gathering<Integer, Integer> gathering = new Gathering<>(1, question -> length, questions -> {
            longest.accumulateAndGet(questions.size(), Math::max);
            flood.awaitAllBut(1);
            return questions;
        });
        List<FutureTask<Integer>> answers = flood(gathering, 100);
        for (int i = 0; i < 100; i++) {
            assertThat(answers.get(i).get()).isEqualTo(i);
        }
        assertThat(longest.get()).isEqualTo(2);
    }

    @Test
    void aQuestionThatCannotBeAskedSpoilsNoOther() throws Exception {
        Gathering<Integer, Integer> gathering = new Gathering<>(1, question -> 1, questions -> {
            flood.awaitAllBut(1);
            if (questions.contains(13)) {
                throw new IllegalArgumentException("13");
            }
            return questions;
        });
        List<FutureTask<Integer>> answers = flood(gathering, 100);
        for (int i = 0; i < 100; i++) {
            FutureTask<Integer> answer = answers.get(i);
            if (i == 13) {
                assertThatThrownBy(answer::get).hasCauseInstanceOf(IllegalArgumentException.class);
            } else {
                assertThat(answer.get()).isEqualTo(i);
            }
        }
    }

    private List<FutureTask<Integer>> flood(Gathering<Integer, Integer> gathering, int questions) {
        flood.prepare(IntStream.range(0, questions)
                .mapToObj(i -> (Callable<Integer>) () -> gathering.ask(i))
                .toList());
        return flood.begin();
    }
}
