package dev.postroad.contracts.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronExpressionTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            61 * * * *      | 61
            0 24 * * *      | 24
            0 0 32 * *      | 32
            0 0 * 13 *      | 13
            0 0 * * 8       | 8
            0 0 * FOO *     | FOO
            0 0 * * MON-FOO | FOO
            0 0 30 2 *      | no such day
            0 0 * * FRI-MON | written as two
            0 22-2 * * *    | written as two
            0 0 * *         | 4 fields
            0 0 0 0 * * *   | 7 fields
            @daily          | 1 fields
            a b c d e       | a
            """)
    void saysWhatIsWrong(String cron, String part) {
        assertThatThrownBy(() -> CronExpression.read(cron))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(part);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "* * * * -5", "*/0 * * * *", "1,,2 * * * *", "0 0 1-40 * *", "? * * * *",
                "- * * * *", "/ * * * *", "*/ * * * *", "*/99 * * * *", "1- * * * *", "0x1 * * * *", "1.5 * * * *",
                "99999999999999999999 * * * *", "0 0 L * *", "0 0 * * 1#2", "\u0000 * * * *", "٣ * * * *"
            })
    void refusesWhatIsNoExpression(String cron) {
        assertThatThrownBy(() -> CronExpression.read(cron))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("(?s).+");
    }

    @Test
    void saysOfAnyTextWhetherItIsOne() {
        RandomGenerator random = new Random(7);
        String[] parts = {"*", ",", "/", "-", "0", "5", "59", "7", "MON", "JAN", "L", "W", "99", "a"};
        int sound = 0;
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int field = 0; field < 5; field++) {
                int length = random.nextInt(4) == 0 ? 3 : 1;
                for (int part = 0; part < length; part++) {
                    text.append(parts[random.nextInt(parts.length)]);
                }
                text.append(' ');
            }
            try {
                sound += CronExpression.read(text.toString()).toString().isEmpty() ? 0 : 1;
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
        assertThat(sound).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 100_000})
    void refusesWhatIsTooLong(int length) {
        assertThatThrownBy(() -> CronExpression.read("0 ".repeat(length / 2 + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("characters");
    }
}
