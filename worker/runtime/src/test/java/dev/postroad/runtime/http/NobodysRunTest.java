package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.history.reasons.Reason;
import dev.postroad.runtime.history.reasons.ReasonCode;
import dev.postroad.runtime.history.reasons.RunDiagnosis;
import dev.postroad.runtime.history.reasons.RunReasons;
import dev.postroad.runtime.testing.Site;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Where no worker runs, that is what is told first, as nothing else helps. */
@NullMarked
final class NobodysRunTest {
    @Test
    void whoseShardNobodyHasIsToldSo() {
        try (Site site = Site.open()) {
            site.worker();
            site.apply("""
                graph: asks
                state: { a: {} }
                nodes: { ask: { interrupt: "'a?'" } }
                edges: [{ from: START, to: ask }, { from: ask, to: END }]
                """);
            site.trigger("asks", "left", "{}");
            site.journalWith("left", event -> event.typeName().equals("run.waiting"));
            RunDiagnosis diagnosis = new RunDiagnosis(site.database());
            assertThat(diagnosis.of("left").orElseThrow().reasons())
                    .extracting(Reason::code)
                    .containsExactly(ReasonCode.PERSON);
            site.stopWorkers();
            RunReasons why = diagnosis.of("left").orElseThrow();
            assertThat(why.reasons()).extracting(Reason::code).containsExactly(ReasonCode.NO_OWNER, ReasonCode.PERSON);
            assertThat(why.standsStill()).isTrue();
        }
    }
}
