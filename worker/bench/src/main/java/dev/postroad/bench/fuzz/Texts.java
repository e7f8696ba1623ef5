package dev.postroad.bench.fuzz;

import java.util.List;
import java.util.random.RandomGenerator;

/** Texts that somebody did not think of. */
final class Texts {
    /** Becomes half of a surrogate pair, which no writer of JSON writes. */
    static final String HALF_A_PAIR = "@half-a-pair@";

    private static final int LONG = 10_000;
    private static final int VERY_LONG = 300_000;

    private static final List<String> ODD = List.of(
            "",
            " ",
            "null",
            "\n\u001b[31mred\r\n",
            "\u0000",
            "\u0001\u0007\u007f\u0085\u2028",
            "\ufeff",
            "\ud83d\ude00\u202eabc",
            "a\u0301\u0301\u0301",
            HALF_A_PAIR,
            "../../etc",
            "START",
            "END",
            "PT-1S",
            "PT0S",
            "PT0.000000001S",
            "P999999999D",
            "PT9223372036854775807S",
            "+999999999-12-31T23:59:59Z",
            "2026-02-30T00:00:00Z",
            "1e999",
            "-0",
            "state.",
            "state.log[99]",
            "1 / 0",
            "result.a.b.c",
            "'unclosed",
            "(((((((((((((((((((((((((1",
            "size(state) > 9223372036854775807",
            "append",
            "sum",
            "last",
            "all",
            "%s%n%d",
            "${POSTROAD_POSTGRES_URL}",
            "{{topic}}",
            "'; DROP TABLE runs; --",
            "http://127.0.0.1:1/",
            "true");

    private Texts() {}

    static String any(RandomGenerator random) {
        int chance = random.nextInt(1_000);
        if (chance == 0) {
            return "x".repeat(VERY_LONG);
        }
        if (chance < 10) {
            return "\u00e4".repeat(LONG);
        }
        return chance < 100 ? letters(random) : ODD.get(random.nextInt(ODD.size()));
    }

    private static String letters(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        int length = 1 + random.nextInt(40);
        for (int i = 0; i < length; i++) {
            text.append((char) (' ' + random.nextInt(95)));
        }
        return text.toString();
    }
}
