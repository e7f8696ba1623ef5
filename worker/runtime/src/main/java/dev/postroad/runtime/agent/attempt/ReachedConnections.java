package dev.postroad.runtime.agent.attempt;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.util.Objects;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.Route;

/**
 * Sends nothing over a connection that leads where agents may not be, as one does whose name was looked up again after it
 * was found to be in reach. Where a proxy connects, it knows alone where to. Thread-safe.
 */
final class ReachedConnections implements Interceptor {
    private final Reach reach;

    ReachedConnections(Reach reach) {
        this.reach = reach;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Route route = Objects.requireNonNull(chain.connection()).route();
        InetAddress connected = route.socketAddress().getAddress();
        if (route.proxy().type() == Proxy.Type.DIRECT && connected != null) {
            reach.check(chain.request().url().host(), chain.request().url().port(), connected);
        }
        return chain.proceed(chain.request());
    }
}
