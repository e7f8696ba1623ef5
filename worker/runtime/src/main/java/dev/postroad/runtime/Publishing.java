package dev.postroad.runtime;

import dev.postroad.contracts.message.Topics;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.publish.OutputPublisher;
import dev.postroad.runtime.publish.Producers;
import dev.postroad.runtime.reading.TopicLook;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import org.apache.kafka.clients.producer.KafkaProducer;

/** A worker's ways to Kafka's topics. */
record Publishing(KafkaProducer<String, byte[]> producer, OutputPublisher output, Outlets outlets, TopicLook look) {

    static Publishing open(Foundation on) {
        WorkerSettings settings = on.settings();
        Topics topics = settings.topics();
        KafkaProducer<String, byte[]> producer = Producers.forEvents(settings.kafka());
        on.part(() -> producer.close(Duration.ofSeconds(5)));
        on.part(new KafkaClientMetrics(producer)).bindTo(on.metrics());
        Producers.introduce(producer, topics.events());
        Producers.introduce(producer, topics.control());
        Producers.introduce(producer, topics.triggers());
        Producers.introduce(producer, topics.agentEvents());
        KafkaProducer<String, byte[]> large = Producers.forLarge(settings.kafka());
        on.part(() -> large.close(Duration.ofSeconds(5)));
        on.part(new KafkaClientMetrics(large)).bindTo(on.metrics());
        Producers.introduce(large, topics.deadLetters());
        Producers.introduce(large, topics.agentResults());
        KafkaProducer<String, byte[]> chunks = Producers.forOutput(settings.kafka());
        on.part(() -> chunks.close(Duration.ofSeconds(1)));
        on.part(new KafkaClientMetrics(chunks)).bindTo(on.metrics());
        Producers.introduce(chunks, topics.output());
        Outlets outlets = on.part(new Outlets(producer, large, topics, on.clock()));
        outlets.measure(on.metrics());
        return new Publishing(
                producer,
                new OutputPublisher(chunks, topics.output(), on.clock()),
                outlets,
                on.part(new TopicLook(settings.kafka())));
    }
}
