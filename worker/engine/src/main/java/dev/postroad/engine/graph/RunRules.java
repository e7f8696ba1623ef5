package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.QueueSettings;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.message.RunTerms;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a trigger says of its own run, made ready to stand in place of what a version of the graph says. Immutable and thread-safe. */
public final class RunRules {
    /** All is as the graph says. */
    public static final RunRules NONE = new RunRules(RunTerms.NONE, QueueRules.NONE, null);

    /** They come with each trigger, and are looked at before others behind it are. */
    private static final int LONGEST_EXPRESSION = 1_000;

    private final RunTerms terms;
    private final QueueRules queue;
    private final @Nullable BudgetRules budget;

    private RunRules(RunTerms terms, QueueRules queue, @Nullable BudgetRules budget) {
        this.terms = terms;
        this.queue = queue;
        this.budget = budget;
    }

    /**
     * Makes ready what a trigger says.
     *
     * @throws FaultsException with every expression that is unsound, or can only fail
     */
    public static RunRules compile(RunTerms terms) throws FaultsException {
        if (terms.isEmpty()) {
            return NONE;
        }
        List<Fault> faults = new FaultList();
        QueueCompiler compiler = QueueCompiler.ofTrigger(faults, LONGEST_EXPRESSION);
        QueueRules queue = compiler.rules(terms.queue(), null);
        BudgetRules budget = compiler.budget(terms.budget());
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return new RunRules(terms, queue, budget);
    }

    /**
     * Reads back what was accepted of a trigger.
     *
     * @throws FaultsException where this release cannot read it
     */
    public static RunRules read(JsonNode terms) throws FaultsException {
        List<Fault> faults = new FaultList();
        RunTerms read = RunTerms.read(Fields.of(terms, "terms", faults));
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
        return compile(read);
    }

    /** What was said. */
    public RunTerms terms() {
        return terms;
    }

    /** How the run waits, as a version of its graph has the rest. */
    public QueueRules queue(QueueRules ofGraph) {
        if (terms.queue().equals(QueueSettings.NONE)) {
            return ofGraph;
        }
        return new QueueRules(
                queue.concurrency().isEmpty() ? ofGraph.concurrency() : pausedLike(ofGraph),
                queue.rates().isEmpty() ? ofGraph.rates() : queue.rates(),
                queue.fairness() == null ? ofGraph.fairness() : queue.fairness());
    }

    /** A graph that is paused holds all of its runs. */
    private List<QueueRules.Concurrency> pausedLike(QueueRules ofGraph) {
        return Stream.concat(
                        ofGraph.concurrency().stream().filter(QueueRules.Concurrency::isPause),
                        queue.concurrency().stream())
                .toList();
    }

    /** Whether the run has limits of its own, so that it counts by others than its graph's runs do. */
    public boolean isLimited() {
        return queue.isLimited();
    }

    /** What its agents may spend, in place of what its graph says; null for that. */
    public @Nullable BudgetRules budget() {
        return budget;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RunRules rules && terms.equals(rules.terms);
    }

    @Override
    public int hashCode() {
        return terms.hashCode();
    }
}
