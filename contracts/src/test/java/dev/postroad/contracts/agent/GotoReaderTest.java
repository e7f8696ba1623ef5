package dev.postroad.contracts.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GotoReaderTest {
    private final List<Fault> faults = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{'goto':null}", "{'goto':[]}", "{'graph':'anything'}"})
    void leadsNowhereUnlessTold(String json) throws FaultsException {
        assertThat(reader(json).inGraphOrParent()).isEmpty();
        assertThat(reader(json).inGraph()).isEmpty();
        assertThat(faults).isEmpty();
    }

    @Test
    void triggersANodeOrMakesATaskOfItsOwn() throws FaultsException {
        assertThat(reader("{'goto':['a',{'node':'b'},{'node':'c','input':null}]}")
                        .inGraph())
                .containsExactly(Goto.node("a"), Goto.node("b"), new Goto("c", NullNode.instance, false));
        assertThat(faults).isEmpty();
    }

    @Test
    void leadsToTheParentNodeByNodeOrAsAWhole() throws FaultsException {
        assertThat(reader("{'goto':['a',{'node':'b','graph':'PARENT'}]}").inGraphOrParent())
                .containsExactly(Goto.node("a"), new Goto("b", null, true));
        assertThat(reader("{'goto':['a',{'node':'b'}],'graph':'PARENT'}").inGraphOrParent())
                .containsExactly(new Goto("a", null, true), new Goto("b", null, true));
        assertThat(faults).isEmpty();
    }

    @Test
    void namesThePlaceOfEachFault() throws FaultsException {
        reader("{'goto':['',7,null,['a'],{'node':7},{'node':'a','graph':'b'}]}").inGraphOrParent();
        assertThat(faults)
                .extracting(Fault::place)
                .containsExactly("goto[0]", "goto[1]", "goto[2]", "goto[3]", "goto[4].node", "goto[5].graph");
    }

    private GotoReader reader(String json) throws FaultsException {
        JsonNode tree = Json.read(json.replace('\'', '"'));
        return new GotoReader(Fields.of(tree, "", faults), faults);
    }
}
