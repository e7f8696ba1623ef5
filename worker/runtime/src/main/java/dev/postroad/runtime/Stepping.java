package dev.postroad.runtime;

import dev.postroad.contracts.message.Control;
import dev.postroad.engine.run.Command;
import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.budget.BudgetWatch;
import dev.postroad.runtime.clock.SharedClock;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.handover.AwaitedCalls;
import dev.postroad.runtime.handover.LeftCallRows;
import dev.postroad.runtime.handover.LeftCalls;
import dev.postroad.runtime.journal.JournalEntry;
import dev.postroad.runtime.journal.JournalWriter;
import dev.postroad.runtime.journal.PendingCommands;
import dev.postroad.runtime.journal.PostponedRuns;
import dev.postroad.runtime.journal.QueuedRuns;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.journal.RunsWithoutRank;
import dev.postroad.runtime.journal.TurnGiver;
import dev.postroad.runtime.journal.UnlistedRuns;
import dev.postroad.runtime.ownership.ShardMoves;
import dev.postroad.runtime.ownership.ShardOwnership;
import dev.postroad.runtime.publish.EventOutbox;
import dev.postroad.runtime.retention.Pruner;
import dev.postroad.runtime.run.commands.Commands;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.commands.KeptInstructions;
import dev.postroad.runtime.run.commands.LateCommands;
import dev.postroad.runtime.run.lane.JournalRunLoader;
import dev.postroad.runtime.run.lane.Lane;
import dev.postroad.runtime.run.lane.Lanes;
import dev.postroad.runtime.run.queue.FairRanks;
import dev.postroad.runtime.run.queue.QueueReader;
import dev.postroad.runtime.run.queue.RunQueue;
import dev.postroad.runtime.run.queue.StartTimes;
import dev.postroad.runtime.run.queue.TakenTurns;
import dev.postroad.runtime.run.queue.TurnNews;
import dev.postroad.runtime.run.queue.Turns;
import dev.postroad.runtime.run.queue.TurnsOfKeys;
import dev.postroad.runtime.run.waking.AgentWaiters;
import dev.postroad.runtime.run.waking.GoAhead;
import dev.postroad.runtime.run.waking.QuestionLister;
import dev.postroad.runtime.run.waking.StrayCommands;
import dev.postroad.runtime.run.waking.Waker;
import dev.postroad.runtime.trace.TracedRun;
import dev.postroad.runtime.trace.Traces;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** The lanes that step the runs of the shards that this worker owns, and whoever brings them their runs. */
record Stepping(RunQueue queue, Lanes lanes, Commands commands, Membership membership) {

    /**
     * How it stands with the worker.
     *
     * @param closing whether it is on its way out, so that nothing is tried any more
     * @param well whether nothing that it lives on has ended
     */
    record Fate(BooleanSupplier closing, BooleanSupplier well) {}

    /** @param fate how it stands with the worker */
    static Stepping open(
            Foundation on, Storage storage, Publishing publishing, Agents agents, Traces traces, Seat seat, Fate fate) {
        WorkerSettings settings = on.settings();
        SharedClock clock = on.clock();
        PendingCommands early = storage.early();
        Commands commands = new Commands(agents.catalog());
        KeptInstructions kept = new KeptInstructions(
                commands,
                (runId, commandId) -> Thread.ofVirtual().start(() -> early.forget(runId, commandId)),
                publishing.outlets()::rejected,
                storage.troubles()::tell);
        LeftCallRows leftRows = new LeftCallRows(storage.jdbi(), seat.self().id());
        AwaitedCalls awaited = on.part(new AwaitedCalls(agents.calls(), leftRows, agents.catalog(), clock));
        awaited.start();
        LeftCalls left = on.part(new LeftCalls(leftRows, agents.calls()::stopLeft, clock));
        left.start();
        FairRanks fair = new FairRanks();
        RunQueue queue = new RunQueue(settings.maxRuns(), new TurnsOfKeys(fair));
        Bell turnWanted = new Bell();
        TurnGiver turns = new TurnGiver(storage.shared(), seat.self().id());
        TurnNews news = news(turnWanted, turns);
        PostponedRuns postponed = new PostponedRuns(storage.shared());
        Lanes lanes = on.part(lanes(
                on,
                storage,
                publishing,
                traces,
                fate.closing(),
                new Lane.Collaborators(
                        awaited,
                        agents.calls().remote(),
                        postponed,
                        on.part(new JournalRunLoader(storage.reader(), agents.catalog(), clock)),
                        agents.catalog(),
                        kept,
                        storage.snapshots(),
                        queue,
                        fair,
                        news,
                        storage.setAside()::undecidable,
                        traces,
                        clock,
                        RandomGenerator.getDefault())));
        Membership membership = on.part(new Membership(
                settings,
                seat,
                storage.jdbi(),
                new ShardMoves.Collaborators(
                        storage.reader(),
                        storage.pending(),
                        kept,
                        agents.catalog(),
                        lanes,
                        queue,
                        new QueuedRuns(storage.shared()),
                        left,
                        awaited,
                        clock),
                fate.well(),
                on.ticker()));
        lanes.start(membership.shards()::fenced);
        membership.start();
        membership.measure(on.metrics());
        Stepping stepping = new Stepping(queue, lanes, commands, membership);
        stepping.bring(
                on,
                storage,
                agents,
                kept,
                postponed,
                turnWanted,
                turns,
                new TakenTurns(new RunsWithoutRank(storage.shared()), fair, news));
        return stepping;
    }

    private static Lanes lanes(
            Foundation on,
            Storage storage,
            Publishing publishing,
            Traces traces,
            BooleanSupplier closing,
            Lane.Collaborators collaborators) {
        List<Lane> lanes = new ArrayList<>();
        for (int i = 0; i < on.settings().lanes(); i++) {
            lanes.add(new Lane(
                    "postroad-lane-" + i,
                    new JournalWriter(storage.journal(), closing, storage.troubles()::tell),
                    new EventOutbox(
                            publishing.producer(),
                            storage.reader(),
                            on.settings().topics().events(),
                            key -> published(traces, key)),
                    collaborators));
        }
        return new Lanes(lanes);
    }

    private static TurnNews news(Bell wanted, TurnGiver turns) {
        return new TurnNews() {
            @Override
            public void wanted() {
                wanted.ring();
            }

            @Override
            public void rests(JournalEntry entry) {
                turns.rests(entry);
            }

            @Override
            public void began(String graph, long run) {
                turns.began(graph, run);
            }

            @Override
            public void ranked(String graph) {
                turns.ranked(graph);
                wanted.ring();
            }

            @Override
            public void migrated(String graph) {
                turns.migrated(graph);
            }

            @Override
            public void left(String graph, long run) {
                turns.left(graph, run);
            }
        };
    }

    private static RunKey published(Traces traces, RunKey key) {
        TracedRun traced = traces.traced(key.number(), key.id(), key.traceParent());
        return traced == null ? key : key.within(traced.traceParent());
    }

    /** Starts those who look for what is due. */
    private void bring(
            Foundation on,
            Storage storage,
            Agents agents,
            KeptInstructions kept,
            PostponedRuns postponed,
            Bell turnWanted,
            TurnGiver turns,
            TakenTurns taken) {
        SharedClock clock = on.clock();
        ShardOwnership shards = membership.shards();
        on.part(new Waker(storage.reader(), postponed, new GoAhead(queue, lanes), shards::owned, clock))
                .start();
        on.part(new QuestionLister(
                        new UnlistedRuns(storage.shared(), storage.reader()), agents.catalog(), shards::owned, clock))
                .start();
        on.part(new AgentWaiters(
                        agents.available(),
                        storage.reader(),
                        lanes,
                        new GoAhead(queue, lanes),
                        shards::owned,
                        agents::canBeCalled,
                        clock))
                .start();
        on.part(new BudgetWatch(
                        storage.shared(),
                        agents.budgets(),
                        agents.catalog()::graphsThatShareBudgets,
                        shards::owned,
                        (runId, shard, commandId) -> lanes.instruct(new Instruction(
                                runId,
                                shard,
                                new Command.Steer(commandId, new Control.Unpause()),
                                Instruction.InstructionOutcome.NONE)),
                        clock))
                .start();
        on.part(new Pruner(
                        storage.jdbi(),
                        on.settings().retention(),
                        on.part(Archives.open(on, storage)),
                        lanes,
                        shards::epochs,
                        clock,
                        on.ticker()))
                .start(on.metrics());
        on.part(new LateCommands(storage.pending(), on.settings().pendingCommands(), clock))
                .start();
        on.part(new StrayCommands(storage.pending(), kept, lanes, shards::owned, clock))
                .start();
        QueuedRuns queued = new QueuedRuns(storage.shared());
        on.part(new QueueReader(queued, queue, lanes, shards::owned, shards::toCome, clock))
                .start();
        on.part(new StartTimes(queued, taken, queue, lanes, shards::owned, clock))
                .start();
        on.part(new Turns(turnWanted, queued, turns, agents.catalog(), queue, lanes, shards::epochs, clock))
                .start();
        on.part(queue);
    }
}
