package dev.postroad.contracts.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlTest {
    @Test
    void takesTheKeyForTheRunIdWhereItHasNone() throws FaultsException {
        assertThat(Control.read(Json.read("{\"type\":\"retry\"}"), "r"))
                .isEqualTo(new Control("r", null, new Control.Retry()));
        assertThat(Control.read(Json.read("{\"type\":\"retry\",\"runId\":\"s\"}"), "r")
                        .runId())
                .isEqualTo("s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"resume", "continue", "rollback", "fork", "update-state", "pause", "unpause"})
    void readsCommandsOfTheProtocolThatCannotBeCarriedOutYet(String type) throws FaultsException {
        assertThat(Control.read(Json.read("{\"type\":\"" + type + "\"}"), "r").action())
                .isEqualTo(new Control.Unsupported(type));
    }

    @Test
    void reportsEachFaultOnce() throws FaultsException {
        assertThat(faults("{\"type\":7,\"runId\":7,\"commandId\":7}", "r"))
                .extracting(Fault::place)
                .containsExactly("runId", "commandId", "type");
        assertThat(faults("{\"type\":\"cancel\",\"reason\":7}", "a b"))
                .extracting(Fault::place)
                .containsExactly("runId", "reason");
        assertThat(faults("{}", null)).extracting(Fault::place).containsExactly("runId", "type");
    }

    @Test
    void refusesAnEmptyTypeWithAReason() throws FaultsException {
        assertThat(faults("{\"type\":\"\"}", "r"))
                .containsExactly(new Fault("type", "is empty", "say cancel or retry"));
    }

    @Test
    void cannotBeBuiltWithAnIllegalRunId() {
        assertThatThrownBy(() -> new Control("a b", null, new Control.Retry()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Fault> faults(String json, @Nullable String key) throws FaultsException {
        var tree = Json.read(json);
        FaultsException refused = catchThrowableOfType(FaultsException.class, () -> Control.read(tree, key));
        assertThat(refused).as(json).isNotNull();
        return refused.faults();
    }
}
