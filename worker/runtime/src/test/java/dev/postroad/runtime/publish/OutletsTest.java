package dev.postroad.runtime.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.Topics;
import dev.postroad.runtime.testing.Site;
import java.time.InstantSource;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class OutletsTest {
    @Test
    void commandThatKafkaDoesNotTakeIsSentAgain() {
        Topics topics = new Topics("");
        Control cancel = new Control("run-1", "c", new Control.Cancel("why"));
        var producer = new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());
        try (Outlets outlets = new Outlets(producer, producer, topics, InstantSource.system())) {
            outlets.command(cancel);
            assertThat(producer.errorNext(new TimeoutException("given up"))).isTrue();
            Site.await("it is sent again", () -> producer.history().size() == 2);
            ProducerRecord<String, byte[]> again = producer.history().getLast();
            assertThat(again.topic()).isEqualTo(topics.control());
            assertThat(again.key()).isEqualTo("run-1");
            assertThat(again.value()).isEqualTo(Json.bytes(cancel.toJson()));
            Site.await("it is taken", producer::completeNext);
        }
    }
}
