package dev.postroad.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void aMeasureOfNoCallsIsShownAsThat() {
        Latencies none = Latencies.of(List.of());
        assertThat(none.figures()).hasToString("{\"calls\":0}");
        assertThatThrownBy(() -> none.quantile(0.99)).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void aQuantileIsATimeThatWasMeasured() {
        Latencies three = Latencies.of(List.of(3.0, 1.0, 2.0));
        assertThat(three.quantile(0)).isEqualTo(1);
        assertThat(three.quantile(0.5)).isEqualTo(2);
        assertThat(three.quantile(0.99)).isEqualTo(3);
    }
}
