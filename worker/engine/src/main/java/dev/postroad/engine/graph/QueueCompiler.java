package dev.postroad.engine.graph;

import dev.postroad.contracts.definition.BudgetSettings;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.QueueSettings;
import dev.postroad.contracts.json.Fault;
import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.expression.ExpressionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes ready what a graph says of its queue and its budget, and notes what is wrong with it. Confined to one compilation. */
final class QueueCompiler {
    private static final String WEIGHT = "queue.fairness.weight";
    private static final Duration LONGEST_PERIOD = Duration.ofDays(366);

    private final List<Fault> faults;
    private final List<Fault> flaws;
    private final List<Fault> warnings;
    private final @Nullable Set<String> channels;
    private final int longestExpression;

    private QueueCompiler(
            List<Fault> faults,
            List<Fault> flaws,
            List<Fault> warnings,
            @Nullable Set<String> channels,
            int longestExpression) {
        this.faults = faults;
        this.flaws = flaws;
        this.warnings = warnings;
        this.channels = channels;
        this.longestExpression = longestExpression;
    }

    /**
     * Of what a graph says.
     *
     * @param flaws takes what is sound and can only fail
     * @param warnings takes what is sound and probably not meant
     * @param channels those of the graph
     */
    static QueueCompiler ofGraph(List<Fault> faults, List<Fault> flaws, List<Fault> warnings, Set<String> channels) {
        return new QueueCompiler(faults, flaws, warnings, channels, Expression.MAX_CHARACTERS);
    }

    /**
     * Of what a trigger says, of whatever graph.
     *
     * @param longestExpression in characters; each longer one is a fault
     */
    static QueueCompiler ofTrigger(List<Fault> faults, int longestExpression) {
        return new QueueCompiler(faults, faults, faults, null, longestExpression);
    }

    QueueRules rules(GraphDefinition definition) {
        return rules(definition.queue(), definition.limits().runs());
    }

    /** @param runs the short form of how many are under way at once; null where it is not given */
    QueueRules rules(QueueSettings settings, @Nullable Integer runs) {
        if (settings.equals(QueueSettings.NONE) && runs == null) {
            return QueueRules.NONE;
        }
        List<QueueRules.Concurrency> concurrency = new ArrayList<>();
        if (settings.paused()) {
            concurrency.add(new QueueRules.Concurrency(null, 0));
        }
        if (runs != null) {
            concurrency.add(new QueueRules.Concurrency(null, runs));
        }
        for (int i = 0; i < settings.concurrency().size(); i++) {
            QueueSettings.Concurrency limit = settings.concurrency().get(i);
            concurrency.add(new QueueRules.Concurrency(
                    expression(limit.key(), "queue.concurrency[" + i + "].key"), limit.runs()));
        }
        List<QueueRules.Rate> rates = new ArrayList<>();
        for (int i = 0; i < settings.rate().size(); i++) {
            QueueSettings.Rate limit = settings.rate().get(i);
            notePeriod(limit.per(), "queue.rate[" + i + "].per");
            rates.add(new QueueRules.Rate(
                    expression(limit.key(), "queue.rate[" + i + "].key"), limit.runs(), limit.per()));
        }
        return new QueueRules(concurrency, rates, fairness(settings.fairness()));
    }

    @Nullable
    BudgetRules budget(@Nullable BudgetSettings settings) {
        if (settings == null) {
            return null;
        }
        if (settings.per() != null) {
            notePeriod(settings.per().longest(), "budget.per");
        }
        return new BudgetRules(
                expression(settings.key(), "budget.key"),
                settings.tokens(),
                settings.cost(),
                settings.per(),
                settings.onExceeded());
    }

    /** What was counted is kept for little more than a year. */
    private void notePeriod(Duration period, String place) {
        if (period.compareTo(LONGEST_PERIOD) > 0) {
            flaws.add(new Fault(
                    place,
                    "is longer than a year, for which nothing is counted",
                    "use at most P" + LONGEST_PERIOD.toDays() + "D"));
        }
    }

    private QueueRules.@Nullable Fairness fairness(QueueSettings.@Nullable Fairness fairness) {
        if (fairness == null) {
            return null;
        }
        KeyExpression key = expression(fairness.key(), "queue.fairness.key");
        KeyExpression weight = expression(fairness.weight(), WEIGHT);
        if (fairness.weight() != null) {
            noteWeight(fairness.weight());
        }
        return key == null ? null : new QueueRules.Fairness(key, weight);
    }

    /** One that is written out is known before any run has it, and would be cut without a word. */
    private void noteWeight(String text) {
        double weight;
        try {
            weight = Double.parseDouble(text);
        } catch (NumberFormatException dependsOnTheRun) {
            return;
        }
        if (!(weight >= QueueRules.LEAST_WEIGHT && weight <= QueueRules.MOST_WEIGHT)) {
            flaws.add(new Fault(
                    WEIGHT,
                    "is " + text.strip() + ", which no weight can be",
                    "write one from " + QueueRules.LEAST_WEIGHT + " to " + (int) QueueRules.MOST_WEIGHT));
        }
    }

    private @Nullable KeyExpression expression(@Nullable String text, String place) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (text.length() > longestExpression) {
            faults.add(new Fault(
                    place,
                    "has " + text.length() + " characters",
                    "use at most " + longestExpression + ", or say it in the graph"));
            return null;
        }
        try {
            KeyExpression expression = KeyExpression.compile(text);
            expression
                    .flaws()
                    .forEach(flaw ->
                            flaws.add(new Fault(place, "can only fail: " + flaw, "correct what is written there")));
            noteUnknown(expression, place);
            return expression;
        } catch (ExpressionException unsound) {
            faults.add(new Fault(
                    place,
                    "is no sound expression: " + unsound.getMessage(),
                    "correct the CEL, over input and run (id, graph, priority, tags)"));
            return null;
        }
    }

    /** Unless it asks by {@code has}, such a key is the empty one, which all runs share without a word. */
    private void noteUnknown(KeyExpression expression, String place) {
        if (channels == null) {
            return;
        }
        for (String unknown : expression.unknown(channels)) {
            warnings.add(new Fault(
                    place,
                    "reads " + unknown + ", which no run has",
                    "read a channel of the graph, as input.NAME, or run.id, run.graph, run.priority, run.tags"));
        }
    }
}
