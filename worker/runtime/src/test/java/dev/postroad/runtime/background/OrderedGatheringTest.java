package dev.postroad.runtime.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class OrderedGatheringTest {
    private final List<List<Integer>> statements = Collections.synchronizedList(new ArrayList<>());

    @Test
    void aFloodAboutOneThingIsAskedInItsOrderByAFewStatements() throws Exception {
        OrderedGathering<Integer, Integer> turns = new OrderedGathering<>(2, question -> 1, this::negative);
        List<OrderedGathering<Integer, Integer>.Turn> all = turns(turns, "one", 0, 500);
        for (int i = 0; i < all.size(); i++) {
            assertThat(all.get(i).ask()).isEqualTo(-i);
        }
        assertThat(statements.stream().flatMap(List::stream)).containsExactlyElementsOf(numbers(0, 500));
        assertThat(statements).hasSize(500 / OrderedGathering.MOST_TOGETHER);
    }

    @Test
    void aFloodAboutManyThingsIsAskedByStatementsOfBoundedSize() throws Exception {
        Flood<Integer> flood = new Flood<>();
        OrderedGathering<Integer, Integer> turns = new OrderedGathering<>(1, question -> 1, questions -> {
            flood.awaitAllBut(1);
            return negative(questions);
        });
        flood.prepare(numbers(0, 100).stream()
                .map(i -> turns.turn("thing " + i, i))
                .map(turn -> (Callable<Integer>) turn::ask)
                .toList());
        List<FutureTask<Integer>> answers = flood.begin();
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).get()).isEqualTo(-i);
        }
        assertThat(statements).hasSizeLessThan(20);
        assertThat(statements).allMatch(questions -> questions.size() < 2 * OrderedGathering.MOST_TOGETHER);
    }

    @Test
    void longQuestionsAreAskedByStatementsOfTheirOwn() throws Exception {
        OrderedGathering<Integer, Integer> turns =
                new OrderedGathering<>(1, question -> Gathering.MOST_CHARACTERS / 2, this::negative);
        List<OrderedGathering<Integer, Integer>.Turn> all = turns(turns, "one", 0, 4);
        for (int i = 0; i < all.size(); i++) {
            assertThat(all.get(i).ask()).isEqualTo(-i);
        }
        assertThat(statements).containsExactly(numbers(0, 2), numbers(2, 4));
    }

    @Test
    void aQuestionThatCannotBeAskedSpoilsNoOther() throws Exception {
        OrderedGathering<Integer, Integer> turns = new OrderedGathering<>(1, question -> 1, questions -> {
            if (questions.contains(13)) {
                throw new IllegalArgumentException("13");
            }
            return negative(questions);
        });
        List<OrderedGathering<Integer, Integer>.Turn> all = turns(turns, "one", 0, 20);
        for (int i = 0; i < all.size(); i++) {
            if (i == 13) {
                assertThatThrownBy(all.get(i)::ask).isInstanceOf(IllegalArgumentException.class);
            } else {
                assertThat(all.get(i).ask()).isEqualTo(-i);
            }
        }
        assertThat(statements.stream().flatMap(List::stream)).doesNotHaveDuplicates();
    }

    @Test
    void whatFailedIsAskedAgainBeforeWhatIsBehindIt() throws Exception {
        List<Integer> failing = new ArrayList<>(List.of(0, 0));
        OrderedGathering<Integer, Integer> turns = new OrderedGathering<>(1, question -> 1, questions -> {
            if (failing.remove((Object) questions.getFirst())) {
                throw new IllegalStateException("away");
            }
            return negative(questions);
        });
        List<OrderedGathering<Integer, Integer>.Turn> all = turns(turns, "one", 0, 3);
        assertThatThrownBy(all.getFirst()::ask).isInstanceOf(IllegalStateException.class);
        for (int i = 0; i < all.size(); i++) {
            assertThat(all.get(i).ask()).isEqualTo(-i);
        }
        assertThat(statements.stream().flatMap(List::stream)).containsExactlyElementsOf(numbers(0, 3));
    }

    private List<Integer> negative(List<Integer> questions) {
        statements.add(questions);
        return questions.stream().map(question -> -question).toList();
    }

    private static List<OrderedGathering<Integer, Integer>.Turn> turns(
            OrderedGathering<Integer, Integer> turns, String about, int from, int to) {
        return numbers(from, to).stream().map(i -> turns.turn(about, i)).toList();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
