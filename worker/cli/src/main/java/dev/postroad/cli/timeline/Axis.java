package dev.postroad.cli.timeline;

import dev.postroad.cli.screen.Characters;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The times that have passed since the beginning, at round figures. */
final class Axis {
    private static final int LEAST_COLUMNS_BETWEEN = 11;
    private static final List<Duration> ROUND = Stream.of(
                    "PT0.001S PT0.002S PT0.005S PT0.01S PT0.02S PT0.05S PT0.1S PT0.2S PT0.5S PT1S PT2S PT5S PT10S PT15S",
                    "PT30S PT1M PT2M PT5M PT10M PT15M PT30M PT1H PT2H PT3H PT6H PT12H P1D P2D P5D P10D P30D P90D P365D")
            .flatMap(texts -> Stream.of(texts.split(" ")))
            .map(Duration::parse)
            .toList();

    private final Scale scale;

    Axis(Scale scale) {
        this.scale = scale;
    }

    /** The figures, over the line below. */
    String figures() {
        StringBuilder figures = new StringBuilder();
        Duration step = step();
        Duration length = Duration.between(scale.from(), scale.to());
        for (Duration at = Duration.ZERO; at.compareTo(length) < 0; at = at.plus(step)) {
            String figure = figure(at);
            int column = column(at);
            if (column + figure.length() <= scale.columns()) {
                figures.append(" ".repeat(Math.max(0, column - figures.length())))
                        .append(figure);
            }
        }
        return figures.toString();
    }

    /** A line with a tick below the first character of each figure. */
    String line(Characters characters) {
        char[] line = switch (characters) {
            case ALL -> "─".repeat(scale.columns()).toCharArray();
            case ASCII -> "-".repeat(scale.columns()).toCharArray();
        };
        Duration step = step();
        Duration length = Duration.between(scale.from(), scale.to());
        for (Duration at = Duration.ZERO; at.compareTo(length) < 0; at = at.plus(step)) {
            line[column(at)] = switch (characters) {
                case ALL -> '┬';
                case ASCII -> '+';
            };
        }
        return String.valueOf(line);
    }

    private int column(Duration at) {
        return scale.begin(scale.from().plus(at));
    }

    private Duration step() {
        return ROUND.stream()
                .filter(step -> scale.exact(step) >= LEAST_COLUMNS_BETWEEN)
                .findFirst()
                .orElseGet(() -> Duration.between(scale.from(), scale.to()));
    }

    /** A round duration by its two largest units. */
    static String figure(Duration duration) {
        if (duration.isZero()) {
            return "0";
        }
        if (duration.compareTo(Duration.ofMinutes(1)) < 0 && duration.toMillisPart() > 0) {
            return duration.toSeconds() == 0 ? duration.toMillis() + " ms" : seconds(duration);
        }
        List<String> units = Stream.of(
                        unit(duration.toDays(), " d"),
                        unit(duration.toHoursPart(), " h"),
                        unit(duration.toMinutesPart(), " min"),
                        unit(duration.toSecondsPart(), " s"))
                .filter(unit -> !unit.isEmpty())
                .limit(2)
                .toList();
        return String.join(" ", units);
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }

    private static String unit(long count, String name) {
        return count == 0 ? "" : count + name;
    }
}
