package dev.postroad.runtime.agent;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.PriceDefinition;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What models cost. What an agent says that its call cost goes before. A price without a date is that of each dated release
 * of its model too, such as the price of {@code gpt-4o} for {@code gpt-4o-2024-08-06}, where that has none of its own.
 * Thread-safe.
 */
public final class PriceList {
    private static final Pattern DATED = Pattern.compile("(.+)[-@](?:\\d{8}|\\d{4}-\\d{2}-\\d{2})");

    private final ConcurrentHashMap<String, PriceDefinition> prices = new ConcurrentHashMap<>();

    /** From now on a model costs this. */
    public void put(PriceDefinition price) {
        prices.put(price.name(), price);
    }

    /** Nobody knows from now on what a model costs. */
    public void remove(String model) {
        prices.remove(model);
    }

    /** A reply with what its call cost, where that is known. */
    public AgentReply priced(AgentReply reply) {
        Usage priced = priced(reply.usage());
        return priced.equals(reply.usage()) ? reply : reply.using(priced);
    }

    /** The same with what it cost, where that is known. */
    Usage priced(Usage usage) {
        PriceDefinition price =
                usage.model() == null || usage.cost() != null || usage.tokens() == 0 ? null : price(usage.model());
        return price == null
                ? usage
                : new Usage(
                        usage.inputTokens(),
                        usage.outputTokens(),
                        usage.model(),
                        price.cost(usage),
                        usage.finishReason());
    }

    private @Nullable PriceDefinition price(String model) {
        PriceDefinition own = prices.get(model);
        if (own != null) {
            return own;
        }
        Matcher dated = DATED.matcher(model);
        return dated.matches() ? prices.get(dated.group(1)) : null;
    }
}
