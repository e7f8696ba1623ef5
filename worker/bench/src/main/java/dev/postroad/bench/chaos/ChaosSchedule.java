package dev.postroad.bench.chaos;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The schedules that fire all the time, whose every time is to have its run. */
enum ChaosSchedule {
    /** By a period. */
    EVERY("chaos-every", "every: PT2S", Duration.ofSeconds(2)),
    /** By an expression. */
    CRON("chaos-cron", "cron: '*/3 * * * * *'", Duration.ofSeconds(3));

    private final String schedule;
    private final String times;
    private final Duration between;

    ChaosSchedule(String schedule, String times, Duration between) {
        this.schedule = schedule;
        this.times = times;
        this.between = between;
    }

    String schedule() {
        return schedule;
    }

    /** From one of its times to the next. */
    Duration between() {
        return between;
    }

    /** Their definitions. */
    static String all(boolean paused) {
        return Arrays.stream(values())
                .map(schedule ->
                        "schedule: %s\ngraph: %s\n%s\ninput: \"{'n': 0}\"\noverlap: allow\ncatchUp: PT1H\npaused: %s\n"
                                .formatted(schedule.schedule, ChaosGraph.TICKS.graph(), schedule.times, paused))
                .collect(Collectors.joining("---\n"));
    }
}
