package dev.postroad.runtime.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class GatheringTest {
    private static final int QUESTIONS = 1_000;

    @Test
    void aFloodOfQuestionsTakesAFewStatementsEachOfBoundedSize() throws Exception {
        CountDownLatch all = new CountDownLatch(QUESTIONS);
        AtomicInteger statements = new AtomicInteger();
        AtomicInteger atWork = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger longest = new AtomicInteger();
        Gathering<Integer, Integer> gathering = new Gathering<>(2, question -> 1, questions -> {
            longest.accumulateAndGet(questions.size(), Math::max);
            most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
            statements.incrementAndGet();
            await(all);
            atWork.decrementAndGet();
            return questions.stream().map(question -> -question).toList();
        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < QUESTIONS; i++) {
                int question = i;
                answers.add(threads.submit(asking(all, gathering, question)));
            }
            for (int i = 0; i < QUESTIONS; i++) {
                assertThat(answers.get(i).get()).isEqualTo(-i);
            }
        }
        assertThat(most.get()).isBetween(1, 2);
        assertThat(longest.get()).isBetween(2, Gathering.MOST_TOGETHER);
        assertThat(statements.get()).isLessThan(QUESTIONS / 10);
    }

    private static Callable<Integer> asking(CountDownLatch all, Gathering<Integer, Integer> gathering, int question) {
        return () -> {
            all.countDown();
            return gathering.ask(question);
        };
    }

    @Test
    void longQuestionsAreAskedByStatementsOfBoundedLength() throws Exception {
        CountDownLatch all = new CountDownLatch(QUESTIONS);
        int length = Gathering.MOST_CHARACTERS / 2;
        AtomicInteger longest = new AtomicInteger();
        Gathering<Integer, Integer> gathering = new Gathering<>(1, question -> length, questions -> {
            longest.accumulateAndGet(questions.size(), Math::max);
            await(all);
            return questions;
        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < QUESTIONS; i++) {
                answers.add(threads.submit(asking(all, gathering, i)));
            }
            for (int i = 0; i < QUESTIONS; i++) {
                assertThat(answers.get(i).get()).isEqualTo(i);
            }
        }
        assertThat(longest.get()).isBetween(1, 2);
    }

    @Test
    void aQuestionThatCannotBeAskedSpoilsNoOther() throws Exception {
        CountDownLatch all = new CountDownLatch(100);
        Gathering<Integer, Integer> gathering = new Gathering<>(1, question -> 1, questions -> {
            await(all);
            if (questions.contains(13)) {
                throw new IllegalArgumentException("13");
            }
            return questions;
        });
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(threads.submit(asking(all, gathering, i)));
            }
            for (int i = 0; i < 100; i++) {
                Future<Integer> answer = answers.get(i);
                if (i == 13) {
                    assertThatThrownBy(answer::get).hasCauseInstanceOf(IllegalArgumentException.class);
                } else {
                    assertThat(answer.get()).isEqualTo(i);
                }
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopping) {
            throw new IllegalStateException(stopping);
        }
    }
}
