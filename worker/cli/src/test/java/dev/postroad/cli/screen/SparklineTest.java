package dev.postroad.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class SparklineTest {
    private static final List<OptionalDouble> RISING = IntStream.rangeClosed(0, 8)
            .mapToObj(i -> i == 3 ? OptionalDouble.empty() : OptionalDouble.of(i))
            .toList();

    @Test
    void showsTheCourseOfAFigureAndWhereThereIsNone() {
        assertThat(Sparkline.of(RISING, 8, Characters.ALL)).isEqualTo("▁▂▃ ▅▆▇██");
        assertThat(Text.columns(Sparkline.of(RISING, 8, Characters.ALL))).isEqualTo(9);
    }

    @Test
    void isPlainWhereTheTerminalTakesNothingElse() {
        assertThat(Sparkline.of(RISING, 8, Characters.ASCII)).isEqualTo("_.- =+*##");
    }

    @Test
    void liesOnTheGroundWhereEverythingIsNothing() {
        assertThat(Sparkline.of(List.of(OptionalDouble.of(0), OptionalDouble.of(0)), 0, Characters.ALL))
                .isEqualTo("▁▁");
    }
}
