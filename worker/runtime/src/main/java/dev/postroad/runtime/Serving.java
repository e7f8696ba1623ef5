package dev.postroad.runtime;

import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.runtime.availability.AgentEvents;
import dev.postroad.runtime.bulk.BulkRunner;
import dev.postroad.runtime.bulk.Bulks;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.http.Sources;
import dev.postroad.runtime.http.Surroundings;
import dev.postroad.runtime.http.WorkerHttp;
import dev.postroad.runtime.lease.Drains;
import dev.postroad.runtime.letters.DeadLetters;
import dev.postroad.runtime.observe.HealthChecks;
import dev.postroad.runtime.observe.QueueWait;
import dev.postroad.runtime.observe.ServerWatch;
import dev.postroad.runtime.observe.SharedFigures;
import dev.postroad.runtime.observe.TriggerLag;
import dev.postroad.runtime.observe.WorkerMetrics;
import dev.postroad.runtime.output.OutputTail;
import dev.postroad.runtime.provisioning.Provisioning;
import dev.postroad.runtime.retention.RequestedRuns;
import dev.postroad.runtime.schedule.ScheduleListing;
import io.javalin.util.JavalinException;

/** What a worker tells of itself and of all runs. */
record Serving(HealthChecks health, WorkerHttp http) {
    static Serving open(
            Foundation on, Storage storage, Publishing publishing, Agents agents, Stepping stepping, Intake intake) {
        WorkerSettings settings = on.settings();
        on.part(new WorkerMetrics(
                on.metrics(),
                stepping.lanes().all(),
                stepping.queue(),
                agents.calls(),
                publishing.output(),
                storage.logs(),
                on.clock()));
        HealthChecks health = health(on, storage, agents, stepping, intake);
        PostroadClient client = on.part(new PostroadClient(settings.kafka(), settings.topics()));
        OutputTail shown =
                on.part(new OutputTail(settings.kafka(), settings.topics().output(), on.clock()));
        shown.start();
        on.part(new BulkRunner(
                        storage.jdbi(),
                        new RunHistory(storage.reading()),
                        client,
                        new RequestedRuns(storage.jdbi())::askFor,
                        on.clock()))
                .start();
        Sources sources = Sources.of(
                storage.reading(),
                shown,
                agents.agentSwitch(),
                agents.clients()::check,
                new ScheduleListing(storage.reading(), on.clock()),
                intake.schedules(),
                new Bulks(storage.jdbi()),
                new Drains(storage.jdbi(), new AgentEvents(settings.workerId(), on.clock())),
                new DeadLetters(settings.kafka(), settings.topics()),
                client,
                new Surroundings(
                        settings.kafkaServers(),
                        settings.topics(),
                        settings.traces().link()),
                settings.maxValueBytes());
        return new Serving(health, on.part(listen(on, sources, health)));
    }

    private static HealthChecks health(
            Foundation on, Storage storage, Agents agents, Stepping stepping, Intake intake) {
        WorkerSettings settings = on.settings();
        TriggerLag lag =
                on.part(new TriggerLag(settings.kafka(), settings.topics().triggers(), settings.group(), on.clock()));
        stepping.membership().shards().lag(lag::waiting);
        ServerWatch kafka = on.part(new ServerWatch("Kafka", lag, on.clock()));
        stepping.membership().shards().kafka(kafka::silentSince);
        QueueWait queue = new QueueWait(storage.shared());
        ServerWatch postgres = on.part(new ServerWatch("Postgres", queue, on.clock()));
        SharedFigures.measure(on.metrics(), lag, queue, agents.availability()::all);
        kafka.start();
        postgres.start();
        return new HealthParts(stepping, intake, agents, kafka, postgres, queue::aside, on.clock()).checks();
    }

    private static WorkerHttp listen(Foundation on, Sources sources, HealthChecks health) {
        try {
            return WorkerHttp.start(on.settings().http(), sources, health, on.metrics(), on.clock());
        } catch (JavalinException taken) {
            throw Provisioning.cannotListen(on.settings().http(), taken);
        }
    }
}
