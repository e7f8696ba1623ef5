package dev.postroad.runtime.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Set;

/**
 * Hands out the console: one page for every address of it, and the files that it is made of. It knows nothing itself; what
 * it shows it asks the API for, with the rights of whoever looks. Thread-safe.
 */
final class ConsoleRoutes {
    /** The first part of the address of each screen. */
    private static final Set<String> SCREENS = Set.of(
            "runs",
            "inbox",
            "agents",
            "graphs",
            "queue",
            "errors",
            "schedules",
            "workers",
            "cost",
            "dead-letters",
            "sign-in");

    private static final String FILES = "/console/";
    private static final String HTML = "text/html; charset=utf-8";

    /** Nothing from elsewhere, nothing inline, in no frame. */
    private static final String POLICY = String.join(
            "; ",
            List.of(
                    "default-src 'none'",
                    "script-src 'self'",
                    "style-src 'self'",
                    "img-src 'self'",
                    "connect-src 'self'",
                    "base-uri 'none'",
                    "form-action 'none'",
                    "frame-ancestors 'none'",
                    "require-trusted-types-for 'script'"));

    private ConsoleRoutes() {}

    static void addTo(RoutesConfig routes) {
        routes.get("/", ConsoleRoutes::page, Needs.NOBODY);
        for (String screen : SCREENS) {
            routes.get("/" + screen, ConsoleRoutes::page, Needs.NOBODY);
            routes.get("/" + screen + "/<more>", ConsoleRoutes::page, Needs.NOBODY);
        }
        routes.get(FILES + "{version}/{file}", ConsoleRoutes::file, Needs.NOBODY);
    }

    /** Whether it asks for a page or a file of the console, which is the same for everybody. */
    static boolean isPage(Context context) {
        return isPage(context.path());
    }

    static boolean isPage(String path) {
        int end = path.indexOf('/', 1);
        String first = end < 0 ? path.substring(1) : path.substring(1, end);
        return path.equals("/") || path.startsWith(FILES) || SCREENS.contains(first);
    }

    private static void page(Context context) {
        send(context, ConsoleFiles.get().page());
    }

    /** Tells whoever looks with a browser that there is no such page, and where the console is. */
    static void nothing(Context context) {
        send(context.status(ErrorCode.NOT_FOUND.status()), ConsoleFiles.get().nothing());
    }

    private static void send(Context context, byte[] page) {
        protect(context);
        context.header("Cache-Control", "no-cache");
        context.contentType(HTML).result(page);
    }

    private static void file(Context context) {
        ConsoleFiles files = ConsoleFiles.get();
        ConsoleFiles.File file = files.find(context.pathParam("version"), context.pathParam("file"));
        if (file == null) {
            throw Refusal.of(ErrorCode.NOT_FOUND, "there is nothing at " + context.path() + "; load the page again");
        }
        protect(context);
        context.header("Cache-Control", "public, max-age=31536000, immutable");
        context.contentType(file.type()).result(file.bytes());
    }

    private static void protect(Context context) {
        context.header("Content-Security-Policy", POLICY);
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        context.header("Cross-Origin-Opener-Policy", "same-origin");
        context.header("Cross-Origin-Resource-Policy", "same-origin");
    }
}
